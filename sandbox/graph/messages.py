"""Reading messages: list, get, attachments."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlencode

from sandbox.graph.access import Access, OpenMailbox, access_denied
from sandbox.graph.folders import open_folder
from sandbox.graph.mail_faults import MailFaults
from sandbox.graph.odata import Clause, newest_first, read_filter, read_number, read_select
from sandbox.graph.protocol import GraphAnswer, GraphRequest, Json, Routes, bad_request, not_found
from sandbox.graph.shapes import PROPERTIES, MessageShape, attachments_json
from sandbox.mail.ids import decode_id
from sandbox.mail.mailbox import Mailbox, NoSuchItem
from sandbox.mail.records import Message

DEFAULT_PAGE = 10
LARGEST_PAGE = 1_000


def open_message(mailbox: Mailbox, reference: str, folder: str | None = None) -> Message:
    """By either kind of id. Raises a 400 for what is no id, a 404 for what is not there."""
    try:
        message = mailbox.message(reference)
    except NoSuchItem:
        if decode_id(mailbox.key, reference) is None:
            raise bad_request("Id is malformed.", "ErrorInvalidIdMalformed") from None
        raise not_found() from None
    if folder is not None and open_folder(mailbox, folder).number != message.folder:
        raise not_found()
    return message


class MessagesApi:
    def __init__(self, access: Access, faults: MailFaults) -> None:
        self._access = access
        self._faults = faults

    def add_to(self, routes: Routes) -> None:
        for base in ("users/{mailbox}", "users/{mailbox}/mailFolders/{folder}"):
            routes.add("GET", f"{base}/messages", self.list)
            routes.add("GET", f"{base}/messages/{{message}}", self.get)
            routes.add("GET", f"{base}/messages/{{message}}/attachments", self.attachments)

    async def list(
        self, request: GraphRequest, mailbox: str, folder: str | None = None
    ) -> GraphAnswer:
        opened = self._access.open(request, mailbox, "basic")
        box = opened.mailbox
        if "search" in request.query:
            raise access_denied() if opened.basic_only else bad_request("$search is not here.")
        clauses = read_filter(request.query)
        newest = newest_first(request.query, clauses)
        shape = self._shape(request, opened)
        found = _Found(box, None if folder is None else open_folder(box, folder).number, clauses)
        top = read_number(request.query, "top", DEFAULT_PAGE, LARGEST_PAGE)
        skip = read_number(request.query, "skip", 0, 10**9)
        ordered = found.newest_first() if newest else found.oldest_first()
        page = list(islice(ordered, skip, skip + top + 1))
        body: Json = {
            "@odata.context": f"{request.root}/$metadata#users('{mailbox}')/messages",
            "value": [shape.write(one) for one in page[:top]],
        }
        if request.query.get("count", "").lower() == "true":
            body["@odata.count"] = sum(1 for _ in found.newest_first())
        if len(page) > top:
            options = {**request.query, "top": str(top), "skip": str(skip + top)}
            query = urlencode({f"${name}": value for name, value in options.items()}, safe="$,")
            body["@odata.nextLink"] = f"{request.url()}?{query}"
        return GraphAnswer(body=body)

    async def get(
        self, request: GraphRequest, mailbox: str, message: str, folder: str | None = None
    ) -> GraphAnswer:
        opened = self._access.open(request, mailbox, "basic")
        shape = self._shape(request, opened)
        found = open_message(opened.mailbox, message, folder)
        context = f"{request.root}/$metadata#users('{mailbox}')/messages/$entity"
        return GraphAnswer(body={"@odata.context": context, **shape.write(found)})

    async def attachments(
        self, request: GraphRequest, mailbox: str, message: str, folder: str | None = None
    ) -> GraphAnswer:
        box = self._access.open(request, mailbox, "read").mailbox
        found = open_message(box, message, folder)
        return GraphAnswer(body={"value": attachments_json(box.content(found))})

    def _shape(self, request: GraphRequest, opened: OpenMailbox) -> MessageShape:
        if "expand" in request.query:
            raise access_denied() if opened.basic_only else bad_request("$expand is not here.")
        select = read_select(request.query, PROPERTIES)
        return MessageShape(request, opened, select, withhold_headers=self._faults.withhold_headers)


class _Found:
    """The messages of a folder (None: of all folders) for which every clause holds."""

    def __init__(self, mailbox: Mailbox, folder: int | None, clauses: list[Clause]) -> None:
        self._mailbox, self._folder, self._clauses = mailbox, folder, clauses

    def newest_first(self) -> Iterator[Message]:
        return self._in_order(newest=True)

    def oldest_first(self) -> Iterator[Message]:
        return self._in_order(newest=False)

    def _in_order(self, *, newest: bool) -> Iterator[Message]:
        known = self._named()
        if known is not None:
            found: Iterable[Message] = sorted(
                known, key=lambda one: (one.received_at, one.number), reverse=newest
            )
        else:
            found = self._all(newest=newest)
        return (one for one in found if self._fits(one))

    def _named(self) -> list[Message] | None:
        """The candidates where a clause names a conversation or a message; else None."""
        for clause in self._clauses:
            if clause.comparison == "eq" and clause.property == "conversationId":
                wanted = decode_id(self._mailbox.key, str(clause.value))
                number = wanted.number if wanted else -1
                return self._by_numbers(self._mailbox.by_conversation.get(number, []))
            if clause.comparison == "eq" and clause.property == "internetMessageId":
                known = self._mailbox.by_internet_id
                return self._by_numbers(known.get(str(clause.value), []))
        return None

    def _by_numbers(self, numbers: Iterable[int]) -> list[Message]:
        return [self._mailbox.messages[number] for number in numbers]

    def _all(self, *, newest: bool) -> Iterator[Message]:
        folders = self._mailbox.folders
        orders = [
            reversed(one.order) if newest else iter(one.order)
            for number, one in folders.items()
            if self._folder in (None, number)
        ]
        merged = heapq.merge(*orders, reverse=newest)
        return (self._mailbox.messages[number] for _, number in merged)

    def _fits(self, message: Message) -> bool:
        if self._folder not in (None, message.folder):
            return False
        return all(clause.holds(self._value(message, clause)) for clause in self._clauses)

    def _value(self, message: Message, clause: Clause) -> object:
        match clause.property:
            case "receivedDateTime":
                return message.received_at
            case "isRead":
                return message.is_read
            case "conversationId":
                return self._mailbox.conversation_id(message.conversation)
            case _:
                return message.internet_message_id
