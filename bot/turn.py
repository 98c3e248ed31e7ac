"""What the bot's logic asks of a turn: who is speaking, what they said, and answers to them."""

from __future__ import annotations

import html
import re
from typing import Any, cast
from uuid import uuid4

from botbuilder.core import TurnContext
from botbuilder.schema import Activity

from bot.activities import Payload
from bot.callers import Caller
from bot.connector import Connector
from bot.patience import IN_TURN
from bot.references import Reference, reference_to

CALLER_KEY = "postroom.caller"
CONNECTOR_KEY = "postroom.connector"

_SPACES = re.compile(r"\s+")
_BREAKS = re.compile(r"<br\s*/?>|</(?:p|div|li)>", re.IGNORECASE)
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")


def new_operation_id() -> str:
    """Names one turn in the log and in an apology."""
    return uuid4().hex[:12]


def caller_of(turn_context: TurnContext) -> Caller:
    """Who sent this activity, as authenticated; KeyError in a turn nobody's activity began."""
    return cast(Caller, turn_context.turn_state[CALLER_KEY])


def reference_of(turn_context: TurnContext) -> Reference:
    """The conversation of this turn."""
    return reference_to(turn_context.activity)


def said(activity: Activity) -> str:
    """The words of a message: no mention of the bot, no markup, single spaces."""
    return _SPACES.sub(" ", written(activity)).strip()


def written(activity: Activity) -> str:
    """The same with its lines and spaces as they were written."""
    text = activity.text or ""
    bot_id = activity.recipient.id if activity.recipient is not None else None
    for entity in activity.entities or []:
        mentioned = entity.additional_properties.get("mentioned")
        marked = entity.additional_properties.get("text")
        if (
            entity.type == "mention"
            and isinstance(mentioned, dict)
            and mentioned.get("id") == bot_id
            and isinstance(marked, str)
            and marked
        ):
            text = text.replace(marked, " ")
    text = _TAGS.sub(" ", _BREAKS.sub("\n", text))
    return html.unescape(text).replace("\N{NO-BREAK SPACE}", " ").strip()


def message(text: str | None = None, card: dict[str, Any] | None = None) -> Payload:
    """A message of a text, an Adaptive Card, or both."""
    payload: Payload = {"type": "message"}
    if text is not None:
        payload["text"] = text
    if card is not None:
        payload["attachments"] = [
            {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
        ]
    return payload


async def reply(turn_context: TurnContext, payload: Payload) -> str:
    """Answer in this turn's conversation and return the new activity's id.

    Does what `turn_context.send_activity` does for plain data, without its deep copy of
    every card. Raises as `Connector` says.
    """
    connector = cast(Connector, turn_context.turn_state[CONNECTOR_KEY])
    # Not `connector.reply`: Teams threads by the conversation's id alone, and Microsoft's
    # Playground gives a reply no id, so that its card could never be updated. The activity
    # says itself what it answers.
    answer = {**payload, "replyToId": turn_context.activity.id}
    sent = await connector.send(reference_of(turn_context), answer, patience=IN_TURN)
    turn_context.responded = True
    return sent


async def update(turn_context: TurnContext, activity_id: str, payload: Payload) -> None:
    """Replace an activity of this turn's conversation."""
    connector = cast(Connector, turn_context.turn_state[CONNECTOR_KEY])
    await connector.update(reference_of(turn_context), activity_id, payload, patience=IN_TURN)
