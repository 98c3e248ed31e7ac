"""Replies as Teams takes them: message activities, and the answers of card actions."""

from __future__ import annotations

from typing import Any

from bot.activities import Payload
from bot.turn import message
from dialogs.moves import Reply

CARD = "application/vnd.microsoft.card.adaptive"
MESSAGE = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"


def activity_of(reply: Reply, *, origin: str = "") -> Payload:
    """`origin` says where a message that arrives in 1:1 was asked for."""
    text = reply.text
    if origin:
        text = f"{origin} {text}" if text else origin
    return message(text, reply.card)


def card_answer(card: dict[str, Any]) -> dict[str, Any]:
    """Puts `card` in the place of the one whose button was pressed."""
    return {"statusCode": 200, "type": CARD, "value": card}


def message_answer(text: str) -> dict[str, Any]:
    """Leaves the card as it is and shows a sentence."""
    return {"statusCode": 200, "type": MESSAGE, "value": text}


def error_answer(code: str, text: str) -> dict[str, Any]:
    """The HTTP status stays 200."""
    return {"statusCode": 400, "type": ERROR, "value": {"code": code, "message": text}}
