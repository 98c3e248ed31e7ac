"""The text of one message, for a rule to look at. Read in flight, bounded, and never kept."""

from __future__ import annotations

from core.errors import GraphError
from core.graph.access import MailboxAccess, Right
from core.graph.client import IMMUTABLE_IDS, GraphClient, path

AS_TEXT = 'outlook.body-content-type="text"'
"""Prefer: Graph turns HTML into text, so that no HTML of a stranger's is parsed here."""
TEXT_LIMIT = 256 * 1024
"""Characters that are looked at; what comes after is dropped unread."""
MOST_BYTES = 4 * 1024 * 1024
"""Of an answer. One that goes on is broken off, and the body counts as not known."""


async def get_body_text(client: GraphClient, access: MailboxAccess, message_id: str) -> str | None:
    """The body as plain text, its first TEXT_LIMIT characters; None if gone or too long.

    Raises GraphAuthFailed, without asking Graph, where the grant does not cover bodies. No
    error holds any of the text.
    """
    access.require(Right.BODIES)
    try:
        answer = await client.get(
            path("users", access.mailbox, "messages", message_id),
            token=access.token,
            mailbox=access.mailbox,
            params={"$select": "body"},
            prefer=(IMMUTABLE_IDS, AS_TEXT),
            one_item=True,
            most_bytes=MOST_BYTES,
        )
    except GraphError as error:
        if error.status == 404 or error.code == "answer_too_long":
            return None
        raise
    body = answer.get("body")
    text = body.get("content") if isinstance(body, dict) else None
    return text[:TEXT_LIMIT] if isinstance(text, str) else None
