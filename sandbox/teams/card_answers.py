"""How a press ends: what the bot's answer to it means to the client."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.teams.card_rules import check_card
from sandbox.teams.history import Activity

CARD_ANSWER = "application/vnd.microsoft.card.adaptive"
TOAST_ANSWER = "application/vnd.microsoft.activity.message"
PressedKind = Literal["card", "toast", "error", "message", "url", "file"]


@dataclass(frozen=True, slots=True)
class Pressed:
    """How a press ended. `status` is the answer's `statusCode`, or the HTTP status without one.

    `value` is the toast's text, the error's {code, message}, the URL to open or the uploadInfo.
    """

    status: int
    kind: PressedKind
    value: Any = None
    card: dict[str, Any] | None = None
    """The card that took the place of the pressed one, for this person."""
    activities: list[Activity] = field(default_factory=list)
    """What the bot wrote in that conversation meanwhile."""


def read_card_answer(status: int, body: Any) -> Pressed:
    """Read the answer to an `adaptiveCard/action` invoke; what Teams cannot use is an error."""
    if status != 200 or not isinstance(body, dict):
        return _unreachable(status)
    code, kind, value = body.get("statusCode"), body.get("type"), body.get("value")
    if not isinstance(code, int):
        return _unreachable(status)
    if code == 200 and kind == CARD_ANSWER:
        problems = check_card(value).errors
        if problems:
            return Pressed(code, "error", {"code": "InvalidCard", "message": "; ".join(problems)})
        return Pressed(code, "card", None, value)
    if code == 200 and kind == TOAST_ANSWER and isinstance(value, str):
        return Pressed(code, "toast", value)
    if code >= 400 and isinstance(value, dict):
        return Pressed(code, "error", value)
    return _unreachable(status)


def _unreachable(status: int) -> Pressed:
    """Teams shows these words for an answer it cannot use."""
    message = "Unable to reach app. Please try again."
    return Pressed(status, "error", {"code": "BadAnswer", "message": message})
