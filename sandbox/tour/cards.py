"""Reading cards as a person does: their words, their choices, their links."""

from __future__ import annotations

from typing import Any

from sandbox.teams.activity_rules import ADAPTIVE_CARD
from sandbox.teams.buttons import buttons, find_button
from sandbox.teams.history import Activity
from sandbox.teams.inputs import inputs_of
from sandbox.teams.screen import to_text

WIDE = 600
"""Columns: no sentence of a card is broken over lines."""


def words(activity: Activity | None) -> str:
    """All that it shows."""
    return to_text(activity, WIDE) if activity else ""


def card_in(activity: Activity) -> dict[str, Any]:
    """Its first Adaptive Card, or an empty one."""
    for attachment in activity.get("attachments") or []:
        if attachment.get("contentType") == ADAPTIVE_CARD:
            card: dict[str, Any] = attachment["content"]
            return card
    return {}


def title(activity: Activity) -> str:
    """What the card is called when it is read aloud: `Thread 42`, `Your queue: 7 open`."""
    return str(card_in(activity).get("fallbackText", ""))


def as_activity(card: dict[str, Any] | None) -> Activity:
    """A card by itself, to be read like a message that holds it."""
    return {"attachments": [{"contentType": ADAPTIVE_CARD, "content": card or {}}]}


def choices(activity: Activity, button: str, name: str) -> dict[str, str]:
    """Title to value of a choice that the button sends."""
    for field in inputs_of(find_button(activity, button)):
        if field.id == name:
            return dict(field.choices)
    return {}


def has_button(activity: Activity, wanted: str) -> bool:
    return any(wanted in (button.title, button.verb) for button in buttons(activity))


def link(activity: Activity, button: str) -> str:
    return str(find_button(activity, button).action.get("url", ""))


def has_element(card: object, kind: str) -> bool:
    """Whether an element whose type begins with `kind` is anywhere in the card."""
    if isinstance(card, dict):
        if str(card.get("type", "")).startswith(kind):
            return True
        return any(has_element(part, kind) for part in card.values())
    return isinstance(card, list) and any(has_element(part, kind) for part in card)
