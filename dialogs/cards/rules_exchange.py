"""Rules as YAML on a card: a text to be copied, and a place to paste one."""

from __future__ import annotations

from dialogs.cards.elements import SUBJECT, card, execute, heading, note, rich, run, safe, warning
from dialogs.moves import Card, Element

LONGEST_FILE = 20_000
"""Characters that fit on a card; what is longer goes in and out as several messages."""


def export_card(mailbox: str, text: str) -> Card:
    """As the value of an input, which keeps its lines and can be copied whole."""
    title = "Rules as YAML"
    body: list[Element] = [
        heading(title),
        rich(run(safe(mailbox, SUBJECT), weight="Bolder")),
        _text("The file", _fitting(text)),
    ]
    if _fitting(text) != text:
        body.append(warning("There are more rules than a card can hold: the last ones are cut."))
    body.append(note("`rules import` and a mailbox's address takes it in again."))
    return card(body, says=title)


def import_card(mailbox_id: int, mailbox: str, text: str = "", *, say: str = "") -> Card:
    title = "Import rules"
    body: list[Element] = [heading(title), rich(run(safe(mailbox, SUBJECT), weight="Bolder"))]
    if say:
        body.append(warning(say))
    body.append(_text("Paste the file here", _fitting(text)))
    body.append(note("All of its rules are added after those there are, or none of them."))
    return card(body, [execute("Import", "rules.import", {"mailbox": mailbox_id})], says=title)


def _text(label: str, value: str) -> Element:
    return {
        "type": "Input.Text",
        "id": "yaml",
        "label": label,
        "isMultiline": True,
        "value": value,
    }


def _fitting(text: str) -> str:
    """As many whole lines as fit on a card, counted in bytes as they are sent."""
    raw = text.encode()
    if len(raw) <= LONGEST_FILE:
        return text
    return raw[:LONGEST_FILE].decode("utf-8", "ignore").rpartition("\n")[0] + "\n"
