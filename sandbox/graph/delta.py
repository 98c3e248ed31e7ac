"""`messages/delta` of a folder and `mailFolders/delta` of a mailbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

from sandbox.graph.access import Access
from sandbox.graph.delta_links import Token, expired, seal, unseal
from sandbox.graph.delta_rounds import DeltaPage, DeltaRow, DeltaState, begin, read_page
from sandbox.graph.folders import open_folder
from sandbox.graph.mail_faults import MailFaults
from sandbox.graph.odata import Clause, newest_first, read_filter, read_number, read_select
from sandbox.graph.protocol import (
    GraphAnswer,
    GraphFailure,
    GraphRequest,
    Json,
    Routes,
    bad_request,
)
from sandbox.graph.shapes import FOLDER_PROPERTIES, PROPERTIES, MessageShape, chosen, folder_json
from sandbox.mail.folders import ROOT, Folder
from sandbox.mail.mailbox import Mailbox

DEFAULT_PAGE = 10
LARGEST_PAGE = 1_000
EMPTY_PAGE_EVERY = 7
"""Every seventh page of a round is empty and goes on: clients must not stop at one."""
CHANGE_TYPES = {"created", "updated", "deleted"}


class DeltaApi:
    def __init__(self, access: Access, faults: MailFaults) -> None:
        self._access = access
        self._faults = faults

    def add_to(self, routes: Routes) -> None:
        routes.add("GET", "users/{mailbox}/messages/delta", self.refuse)
        routes.add("GET", "users/{mailbox}/mailFolders/delta", self.folders)
        routes.add("GET", "users/{mailbox}/mailFolders/{folder}/messages/delta", self.messages)

    async def refuse(self, request: GraphRequest, mailbox: str) -> GraphAnswer:
        """There is no delta of a whole mailbox."""
        self._access.open(request, mailbox, "basic")
        raise bad_request(
            "Change tracking is not supported against 'microsoft.graph.message'.",
            "ErrorInvalidUrlQuery",
        )

    async def messages(self, request: GraphRequest, mailbox: str, folder: str) -> GraphAnswer:
        opened = self._access.open(request, mailbox, "basic")
        box = opened.mailbox
        token = self._resumed(request, box)
        if token is None:
            found = open_folder(box, folder)
            token = self._first(request, found)
        else:
            found = self._same_folder(request, box, folder, token)
        shape = MessageShape(
            request, opened, token.select, withhold_headers=self._faults.withhold_headers
        )
        page = self._page(request, box, found, token)
        rows = [self._row(request, box, shape, row) for row in page.rows]
        return self._answer(request, box, rows, token, page)

    async def folders(self, request: GraphRequest, mailbox: str) -> GraphAnswer:
        """Folders made, renamed or removed; the first round lists all but the root."""
        box = self._access.open(request, mailbox, "basic").mailbox
        token = self._resumed(request, box)
        end = len(box.folder_log)
        if token is None:
            select = read_select(request.query, FOLDER_PROPERTIES)
            token = Token(ROOT, self._faults.epoch, DeltaState(end, end), select)
            numbers = [number for number in box.folders if number != ROOT]
        else:
            numbers = list(dict.fromkeys(box.folder_log[token.state.at :]))
        rows = [
            chosen(folder_json(box, box.folders[number]), token.select)
            if number in box.folders
            else {"id": box.folder_id(number), "@removed": {"reason": "deleted"}}
            for number in numbers
        ]
        page = DeltaPage([], replace(token.state, at=end, floor=end), complete=True)
        return self._answer(request, box, rows, token, page)

    def _first(self, request: GraphRequest, folder: Folder) -> Token:
        if "search" in request.query:
            raise bad_request("$search is not supported with change tracking.")
        clauses = read_filter(request.query)
        if not newest_first(request.query, clauses):
            raise bad_request("Only receivedDateTime desc is supported with change tracking.")
        asked = {one for one in request.query.get("changetype", "").lower().split(",") if one}
        if asked - CHANGE_TYPES:
            raise bad_request("The change type is not supported.")
        top = read_number(request.query, "top", 0, LARGEST_PAGE) or None
        select = read_select(request.query, PROPERTIES)
        state = begin(folder, _since(clauses), frozenset(asked))
        return Token(folder.number, self._faults.epoch, state, select, top)

    def _resumed(self, request: GraphRequest, mailbox: Mailbox) -> Token | None:
        """The token of the link followed. `$deltatoken=latest` means nothing to mail."""
        text = request.query.get("skiptoken") or request.query.get("deltatoken")
        if not text or text == "latest":
            return None
        token = unseal(mailbox.key, text)
        if token.epoch != self._faults.epoch:
            raise self._expired(request, token)
        return token

    def _same_folder(
        self, request: GraphRequest, mailbox: Mailbox, name: str, token: Token
    ) -> Folder:
        try:
            found = open_folder(mailbox, name)
        except GraphFailure:
            raise self._expired(request, token) from None
        if found.number != token.folder:
            raise self._expired(request, token)
        return found

    @staticmethod
    def _expired(request: GraphRequest, token: Token) -> GraphFailure:
        return expired(f"{request.url()}?$deltatoken=", generation=token.epoch)

    def _page(
        self, request: GraphRequest, mailbox: Mailbox, folder: Folder, token: Token
    ) -> DeltaPage:
        state = token.state
        if state.page % EMPTY_PAGE_EVERY == EMPTY_PAGE_EVERY - 1:
            return DeltaPage([], replace(state, page=state.page + 1), complete=False)
        size = request.page_size or token.top or DEFAULT_PAGE
        immutable = request.immutable_ids
        page = read_page(folder, mailbox.messages, state, size, immutable=immutable)
        if self._faults.take_duplicate_page():
            again = replace(state, page=state.page + 1)
            return DeltaPage(page.rows, again, complete=False)
        return page

    @staticmethod
    def _row(request: GraphRequest, mailbox: Mailbox, shape: MessageShape, row: DeltaRow) -> Json:
        kind: Json = {"@odata.type": "#microsoft.graph.message"}
        if row.removed is not None:
            id_ = mailbox.id_of(row.number, row.generation, immutable=request.immutable_ids)
            return kind | {"id": id_, "@removed": {"reason": row.removed}}
        message = mailbox.messages[row.number]
        if row.read_state_only:
            return kind | shape.write_read_state(message)
        return kind | shape.write(message)

    @staticmethod
    def _answer(
        request: GraphRequest, mailbox: Mailbox, rows: list[Json], token: Token, page: DeltaPage
    ) -> GraphAnswer:
        link, name = (
            ("@odata.deltaLink", "$deltatoken")
            if page.complete
            else ("@odata.nextLink", "$skiptoken")
        )
        text = seal(mailbox.key, replace(token, state=page.next))
        context = f"{request.root}/$metadata#Collection(message)"
        return GraphAnswer(
            body={
                "@odata.context": context,
                link: f"{request.url()}?{name}={quote(text)}",
                "value": rows,
            }
        )


def _since(clauses: list[Clause]) -> datetime | None:
    """The moment of the one filter that a delta takes. Raises a 400 for any other."""
    match clauses:
        case []:
            return None
        case [Clause("receivedDateTime", "ge", datetime() as moment)]:
            return moment
        case [Clause("receivedDateTime", "gt", datetime() as moment)]:
            return moment + timedelta(microseconds=1)
    raise bad_request(
        "Only a receivedDateTime filter is supported with change tracking.",
        "ErrorInvalidUrlQueryFilter",
    )
