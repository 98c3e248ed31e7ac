"""Changing messages: PATCH, move, delete; each needs the right to write."""

from __future__ import annotations

from typing import Any

from sandbox.graph.access import Access
from sandbox.graph.folders import open_folder
from sandbox.graph.incoming import read_boolean, read_fields, read_flag
from sandbox.graph.mail_faults import MailFaults
from sandbox.graph.messages import open_message
from sandbox.graph.protocol import GraphAnswer, GraphFailure, GraphRequest, Routes, bad_request
from sandbox.graph.shapes import MessageShape
from sandbox.mail.mailbox import Mailbox
from sandbox.mail.records import Content, Message
from sandbox.mail.store import MailStore

_ANY_TIME = {"isRead", "categories", "flag", "importance"}
"""Properties that a message may still change once it is no draft."""
_CONTENT = ("content_type", "text", "headers")


class ChangingApi:
    def __init__(self, access: Access, mail: MailStore, faults: MailFaults) -> None:
        self._access = access
        self._mail = mail
        self._faults = faults

    def add_to(self, routes: Routes) -> None:
        for base in ("users/{mailbox}", "users/{mailbox}/mailFolders/{folder}"):
            one = f"{base}/messages/{{message}}"
            routes.add("PATCH", one, self.patch)
            routes.add("DELETE", one, self.delete)
            routes.add("POST", f"{one}/move", self.move)
            routes.add("POST", f"{one}/permanentDelete", self.permanent_delete)

    async def patch(
        self, request: GraphRequest, mailbox: str, message: str, folder: str | None = None
    ) -> GraphAnswer:
        opened = self._access.open(request, mailbox, "write")
        box = opened.mailbox
        found = open_message(box, message, folder)
        _check_etag(request, box, found)
        wish = request.json_object()
        named = {name for name in wish if not name.startswith("@")}
        if not found.is_draft and named - _ANY_TIME:
            raise bad_request("The property can not be set.", "ErrorInvalidPropertySet")
        fields = read_fields(wish)
        if "isRead" in wish:
            fields["is_read"] = read_boolean(wish["isRead"])
        if "flag" in wish:
            fields["flag"] = read_flag(wish["flag"])
        self._set_content(box, found, fields)
        self._mail.update(box.address, found.number, **fields)
        shape = MessageShape(request, opened, None, withhold_headers=self._faults.withhold_headers)
        return GraphAnswer(body=shape.write(found))

    async def move(
        self, request: GraphRequest, mailbox: str, message: str, folder: str | None = None
    ) -> GraphAnswer:
        opened = self._access.open(request, mailbox, "write")
        box = opened.mailbox
        found = open_message(box, message, folder)
        destination = request.json_object().get("destinationId")
        if not isinstance(destination, str):
            raise bad_request("The destination is missing.", "ErrorInvalidRequest")
        to = open_folder(box, destination)
        self._mail.move(box.address, found.number, box.folder_id(to.number))
        shape = MessageShape(request, opened, None, withhold_headers=self._faults.withhold_headers)
        return GraphAnswer(201, shape.write(found))

    async def delete(
        self, request: GraphRequest, mailbox: str, message: str, folder: str | None = None
    ) -> GraphAnswer:
        """Into Deleted Items; from there, for good."""
        box = self._access.open(request, mailbox, "write").mailbox
        found = open_message(box, message, folder)
        _check_etag(request, box, found)
        self._mail.delete(box.address, found.number)
        return GraphAnswer(204)

    async def permanent_delete(
        self, request: GraphRequest, mailbox: str, message: str, folder: str | None = None
    ) -> GraphAnswer:
        box = self._access.open(request, mailbox, "write").mailbox
        self._mail.hard_delete(box.address, open_message(box, message, folder).number)
        return GraphAnswer(204)

    @staticmethod
    def _set_content(mailbox: Mailbox, message: Message, fields: dict[str, Any]) -> None:
        """Take a draft's new body and headers out of the fields, which are journaled."""
        given = {name: fields.pop(name) for name in _CONTENT if name in fields}
        if given:
            old = mailbox.content(message)
            content = Content(
                given.get("content_type", old.content_type),
                given.get("text", old.text),
                given.get("headers", old.headers),
                old.attachments,
            )
            mailbox.set_content(message, content)


def _check_etag(request: GraphRequest, mailbox: Mailbox, message: Message) -> None:
    wanted = request.headers.get("if-match", "*")
    if wanted not in ("*", f'W/"{mailbox.change_key(message)}"'):
        raise GraphFailure(
            412,
            "ErrorIrresolvableConflict",
            "The send or update operation could not be performed because the change key passed"
            " in the request does not match the current change key for the item.",
        )
