"""How the connector refuses, in the shapes Teams uses.

Codes: "Status codes from bot conversational APIs" of Microsoft's Teams documentation.
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

MESSAGES = {
    "ActivityNotFoundInConversation": (404, "Conversation not found."),
    "BotDisabledByAdmin": (403, "The tenant admin disabled this bot"),
    "BotNotInConversationRoster": (403, "The bot is not part of the conversation roster."),
    "BotNotRegistered": (401, "No registration found for this bot."),
    "ConversationBlockedByUser": (403, "User blocked the conversation with the bot."),
    "ConversationNotFound": (404, "Conversation not found."),
    "MemberNotFoundInConversation": (404, "Member not found in conversation."),
    "MessageSizeTooBig": (413, "Message size too large."),
    "NotEnoughPermissions": (403, "The bot may not change this message."),
    "Throttled": (429, "Too many requests."),
}
WRITES_BLOCKED = "MessageWritesBlocked"


class ConnectorRefusal(Exception):
    """The connector says no: answered as JSON with `status`."""

    def __init__(
        self,
        code: str,
        message: str | None = None,
        status: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        known_status, known_message = MESSAGES.get(code, (400, code))
        self.code = code
        self.status = 403 if code == WRITES_BLOCKED else (status or known_status)
        self.message = message or known_message
        self.retry_after = retry_after
        super().__init__(f"{self.status} {code}")

    def response(self) -> web.Response:
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return web.json_response(self._body(), status=self.status, headers=headers)

    def _body(self) -> dict[str, Any]:
        if self.code == WRITES_BLOCKED:  # the chat service's own shape, passed through by Teams
            inner = {
                "subCode": WRITES_BLOCKED,
                "details": "Thread is blocked from message writes.",
                "errorCode": None,
                "errorSubCode": None,
            }
            return {"errorCode": 209, "message": json.dumps(inner, indent=2)}
        return {"error": {"code": self.code, "message": self.message}}


def unauthorized() -> web.Response:
    return web.json_response(
        {"message": "Authorization has been denied for this request."},
        status=401,
        headers={"WWW-Authenticate": "Bearer"},
    )
