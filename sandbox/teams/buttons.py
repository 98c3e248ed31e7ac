"""The buttons of an activity, in the order they are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.teams.activity_rules import ADAPTIVE_CARD, FILE_CONSENT
from sandbox.teams.card_tree import children, nested, understood

ButtonKind = Literal["card", "hero", "suggested", "file"]
FILE_BUTTONS = ({"type": "accept", "title": "Allow"}, {"type": "decline", "title": "Decline"})


class NoSuchButton(LookupError):
    """The activity has no button of that title, verb or number."""


@dataclass(frozen=True, slots=True)
class Button:
    """`action` is the card's own object. `cards` are the cards whose inputs it collects."""

    title: str
    kind: ButtonKind
    action: dict[str, Any]
    cards: tuple[dict[str, Any], ...] = ()
    attachment: dict[str, Any] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return str(self.action.get("type", ""))

    @property
    def verb(self) -> str:
        return str(self.action.get("verb", ""))


def buttons(activity: dict[str, Any]) -> list[Button]:
    """Everything that can be pressed: cards first, suggested actions last."""
    found: list[Button] = []
    for attachment in children(activity, "attachments"):
        content = attachment.get("content")
        if not isinstance(content, dict):
            continue
        if attachment.get("contentType") == ADAPTIVE_CARD:
            found += _card_buttons(content, (content,))
        elif attachment.get("contentType") == FILE_CONSENT:
            found += [Button(a["title"], "file", dict(a), (), attachment) for a in FILE_BUTTONS]
        else:
            found += [_plain(action, "hero") for action in children(content, "buttons")]
    suggested = activity.get("suggestedActions")
    if isinstance(suggested, dict):
        found += [_plain(action, "suggested") for action in children(suggested, "actions")]
    return found


def find_button(activity: dict[str, Any], wanted: str | int | Button) -> Button:
    """By number (from 1), title or verb. Raises NoSuchButton, naming what there is."""
    if isinstance(wanted, Button):
        return wanted
    there = buttons(activity)
    if isinstance(wanted, int):
        if 1 <= wanted <= len(there):
            return there[wanted - 1]
    else:
        for match in (
            [b for b in there if wanted in (b.title, b.verb)],
            [b for b in there if b.title.casefold() == wanted.casefold()],
        ):
            if match:
                return match[0]
    raise NoSuchButton(f"no button {wanted!r} among {[b.title for b in there]}")


def _plain(action: dict[str, Any], kind: ButtonKind) -> Button:
    title = action.get("title") or action.get("text") or action.get("value") or ""
    return Button(str(title), kind, action)


def _card_buttons(card: dict[str, Any], cards: tuple[dict[str, Any], ...]) -> Iterator[Button]:
    yield from _element_buttons(card, cards)
    yield from _action_buttons(children(card, "actions"), cards)


def _element_buttons(parent: dict[str, Any], cards: tuple[dict[str, Any], ...]) -> Iterator[Button]:
    yield from _action_buttons([parent.get("selectAction"), parent.get("inlineAction")], cards)
    for element in nested(parent):
        yield from _element_buttons(element, cards)
        if element.get("type") == "ActionSet":
            yield from _action_buttons(children(element, "actions"), cards)


def _action_buttons(actions: list[Any], cards: tuple[dict[str, Any], ...]) -> Iterator[Button]:
    for given in actions:
        action = understood(given)
        if action is None:
            continue
        if action["type"] == "Action.ShowCard" and isinstance(action.get("card"), dict):
            yield from _card_buttons(action["card"], (*cards, action["card"]))
        else:
            title = str(action.get("title") or action.get("tooltip") or "open")
            yield Button(title, "card", action, cards)
