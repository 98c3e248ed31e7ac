"""The parts that cards are made of, and how untrusted text gets into them.

What people outside or Entra wrote (subjects, names, folder names) stands in TextRuns, which
Teams shows as they are; a TextBlock would make `[bank](https://…)` a link. Adaptive Cards
are at most version 1.5 in Teams, with six actions.
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from dialogs.moves import Card, Element

MOST_ACTIONS = 6
SUBJECT, NAME, LINE = 150, 60, 80
"""Characters shown: of a subject, of a name, of a subject in a list."""
_MARKDOWN = str.maketrans(dict.fromkeys("[]()*_`~<>#|\\", " "))


def safe(text: str | None, limit: int, otherwise: str = "") -> str:
    """One line of visible characters, at most `limit`.

    Control, bidirectional, zero-width and unassigned characters are taken out: they can
    turn a line around or hide what it says.
    """
    if not text:
        return otherwise
    text = text[: limit * 4]
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)
    text = " ".join(text.split())
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return text or otherwise


def plain(text: str | None, limit: int, otherwise: str = "") -> str:
    """As `safe`, without what Markdown could read: for titles of choices, which have no runs."""
    return safe((text or "")[: limit * 4].translate(_MARKDOWN), limit, otherwise)


def text_block(text: str, **style: Any) -> Element:
    """Our own words only."""
    return {"type": "TextBlock", "text": text, "wrap": True, **style}


def heading(text: str) -> Element:
    return {
        "type": "TextBlock",
        "text": text,
        "wrap": True,
        "size": "Medium",
        "weight": "Bolder",
        "style": "heading",
    }


def note(text: str) -> Element:
    """Our own words, set small."""
    return {"type": "TextBlock", "text": text, "wrap": True, "isSubtle": True, "size": "Small"}


def warning(text: str) -> Element:
    return {"type": "TextBlock", "text": text, "wrap": True, "color": "Attention"}


def run(text: str, **style: Any) -> Element:
    return {"type": "TextRun", "text": text, **style}


def rich(*runs: Element, **style: Any) -> Element:
    return {"type": "RichTextBlock", "inlines": list(runs), **style}


def labelled(label: str, text: str) -> Element:
    """`label` is ours, `text` was made safe."""
    return rich(run(f"{label}: ", weight="Bolder"), run(text))


def choices(
    name: str,
    options: Iterable[tuple[str, str]],
    *,
    label: str,
    value: str = "",
    several: bool = False,
    expanded: bool = False,
) -> Element:
    """`options` are (title, value); titles were made `plain` unless they are ours."""
    element: Element = {
        "type": "Input.ChoiceSet",
        "id": name,
        "label": label,
        "style": "expanded" if expanded else "compact",
        "choices": [{"title": title, "value": code} for title, code in options],
    }
    if value:
        element["value"] = value
    if several:
        element["isMultiSelect"] = True
    return element


def text_input(
    name: str, *, label: str, value: str = "", hint: str = "", longest: int, lines: bool = False
) -> Element:
    """`value` was made `safe`; `lines`: more than one."""
    element: Element = {"type": "Input.Text", "id": name, "label": label, "maxLength": longest}
    if value:
        element["value"] = value
    if hint:
        element["placeholder"] = hint
    if lines:
        element["isMultiline"] = True
    return element


def date_input(name: str, *, label: str) -> Element:
    return {"type": "Input.Date", "id": name, "label": label}


def execute(title: str, verb: str, data: dict[str, Any] | None = None) -> Element:
    """A button: Action.Execute, and Action.Submit for clients that do not know it."""
    facts = data or {}
    return {
        "type": "Action.Execute",
        "title": title,
        "verb": verb,
        "data": facts,
        "fallback": {"type": "Action.Submit", "title": title, "data": {**facts, "verb": verb}},
    }


def open_url(title: str, url: str) -> Element:
    return {"type": "Action.OpenUrl", "title": title, "url": url}


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Element:
    """Cells hold text that was made safe; it stands in TextRuns."""

    def row(cells: Sequence[str], **style: Any) -> Element:
        return {
            "type": "TableRow",
            "cells": [
                {"type": "TableCell", "items": [rich(run(cell or "–", **style))]} for cell in cells
            ],
        }

    return {
        "type": "Table",
        "firstRowAsHeaders": True,
        "showGridLines": False,
        "columns": [{"width": 2 if place == 0 else 1} for place in range(len(headers))],
        "rows": [row(headers, weight="Bolder"), *(row(cells) for cells in rows)],
    }


def card(
    body: list[Element],
    actions: Sequence[Element] = (),
    *,
    says: str = "",
    refresh: tuple[str, dict[str, Any]] | None = None,
) -> Card:
    """`says` is read aloud and shown where the card cannot be.

    `refresh` is (verb, data): offered in the card's menu, never run by itself.
    """
    made: Card = {
        "type": "AdaptiveCard",
        "$schema": "https://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "body": body,
    }
    if says:
        made["fallbackText"] = says
        made["speak"] = says
    if actions:
        made["actions"] = list(actions)
    if refresh is not None:
        verb, data = refresh
        made["refresh"] = {
            "action": {"type": "Action.Execute", "title": "Refresh", "verb": verb, "data": data},
            "userIds": [],
        }
    return made


def age(then: datetime, now: datetime) -> str:
    """How long ago, in one unit: `3 min`, `5 h`, `12 days`."""
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"


def ahead(at: datetime, now: datetime) -> str:
    """How long until then, or since: `in 1 h 20 min`, `20 min ago`."""
    minutes = int((at - now).total_seconds() // 60)
    if minutes < 0:
        return f"{age(at, now)} ago"
    if minutes < 60:
        return f"in {minutes} min"
    if minutes < 48 * 60:
        hours, left = divmod(minutes, 60)
        return f"in {hours} h {left} min" if left else f"in {hours} h"
    return f"in {minutes // (24 * 60)} days"


def moment(at: datetime) -> str:
    """For a TextBlock: Teams writes it in the reader's zone and language."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{{{{DATE({stamp}, SHORT)}}}} {{{{TIME({stamp})}}}}"


def first_name(name: str | None) -> str:
    """What a channel may see of a member."""
    words = safe(name, NAME).split()
    return words[0] if words else "somebody"


def plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
