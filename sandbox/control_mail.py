"""Control routes of the mail: let what was held back arrive, and count what there is."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.control import Control
from sandbox.mail.store import MailStore


class MailControl:
    """POST /mail-arrives   count: of the messages held back
    GET  /mail           how many messages each folder of the shared mailbox holds
    """

    def __init__(self, control: Control, mail: MailStore, mailbox: str) -> None:
        self._control = control
        self._mail = mail
        self._mailbox = mailbox

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/_sandbox/mail-arrives", self._control.obeying(self._arrive)),
            web.get("/_sandbox/mail", self._count),
        ]

    def _arrive(self, wish: dict[str, Any]) -> None:
        self._mail.deliver_held(self._mailbox, int(wish["count"]))

    async def _count(self, request: web.Request) -> web.Response:
        self._control.check(request)
        folders = self._mail.mailboxes[self._mailbox].folders.values()
        return web.json_response({folder.name: len(folder.order) for folder in folders})
