"""The master list of categories, and `translateExchangeIds`."""

from __future__ import annotations

from typing import Any

from sandbox.graph.access import Access, OpenMailbox
from sandbox.graph.protocol import (
    GraphAnswer,
    GraphFailure,
    GraphRequest,
    Json,
    Routes,
    bad_request,
)
from sandbox.mail.ids import decode_id
from sandbox.mail.mailbox import Mailbox, NoSuchItem
from sandbox.mail.store import MailStore

TRANSLATE_LIMIT = 1_000
_ID_TYPES = {"restId": False, "restImmutableEntryId": True}
"""The id types this sandbox knows, and whether they are immutable."""
_COLORS = {"none", *(f"preset{number}" for number in range(25))}


class MailboxExtrasApi:
    def __init__(self, access: Access, mail: MailStore) -> None:
        self._access = access
        self._mail = mail

    def add_to(self, routes: Routes) -> None:
        routes.add("GET", "users/{mailbox}/outlook/masterCategories", self.list_categories)
        routes.add("POST", "users/{mailbox}/outlook/masterCategories", self.add_category)
        routes.add("POST", "users/{mailbox}/translateExchangeIds", self.translate)

    async def list_categories(self, request: GraphRequest, mailbox: str) -> GraphAnswer:
        box = self._access.open(request, mailbox, "settings").mailbox
        rows = [_category(name, color) for name, color in box.categories.items()]
        return GraphAnswer(body={"value": rows})

    async def add_category(self, request: GraphRequest, mailbox: str) -> GraphAnswer:
        box = self._access.open(request, mailbox, "settings_write").mailbox
        body = request.json_object()
        name, color = body.get("displayName"), body.get("color", "none")
        if not isinstance(name, str) or not name or color not in _COLORS:
            raise bad_request("The category is not valid.", "ErrorInvalidRequest")
        if name.lower() in (known.lower() for known in box.categories):
            message = "A category with the specified name already exists."
            raise GraphFailure(409, "ErrorDuplicateCategory", message)
        self._mail.add_category(box.address, name, color)
        return GraphAnswer(201, _category(name, color))

    async def translate(self, request: GraphRequest, mailbox: str) -> GraphAnswer:
        """Between `restId` and `restImmutableEntryId`; what cannot be translated says why."""
        opened: OpenMailbox = self._access.open(request, mailbox, "basic")
        body = request.json_object()
        ids = body.get("inputIds")
        source, target = body.get("sourceIdType"), body.get("targetIdType")
        if not isinstance(ids, list) or source not in _ID_TYPES or target not in _ID_TYPES:
            raise bad_request("The ids or their types are not valid.", "ErrorInvalidRequest")
        if len(ids) > TRANSLATE_LIMIT:
            raise bad_request("At most 1000 ids can be translated.", "ErrorInvalidRequest")
        immutable = _ID_TYPES[target]
        return GraphAnswer(
            body={"value": [_translated(opened.mailbox, one, immutable) for one in ids]}
        )


def _translated(mailbox: Mailbox, id_: Any, immutable: bool) -> Json:
    try:
        if not isinstance(id_, str) or decode_id(mailbox.key, id_) is None:
            raise NoSuchItem
        target = mailbox.message_id(mailbox.message(id_), immutable=immutable)
    except NoSuchItem:
        message = "The item was not found."
        return {"sourceId": id_, "errorDetails": {"code": "ErrorItemNotFound", "message": message}}
    return {"sourceId": id_, "targetId": target}


def _category(name: str, color: str) -> Json:
    return {"id": name, "displayName": name, "color": color}
