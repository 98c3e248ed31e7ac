"""Walking an Adaptive Card as a client reads it: fallbacks applied, hidden parts skipped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.teams.card_rules import IMPLIED_TYPES, REQUIRED, TEAMS_EXTRAS

Element = dict[str, Any]
NESTED = ("body", "items", "columns", "rows", "cells", "inlines")


def understood(element: Any, implied_type: str = "") -> Element | None:
    """The element, or its fallback if the type is unknown; None if nothing is to be drawn."""
    if not isinstance(element, dict) or element.get("isVisible") is False:
        return None
    kind = element.get("type", implied_type)
    if kind in REQUIRED or kind in TEAMS_EXTRAS:
        return element
    return understood(element.get("fallback"))


def children(element: Element, name: str) -> list[Element]:
    """The list `name` of an element, as objects; what is malformed is left out."""
    found = element.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def shown(element: Element, name: str) -> list[Element]:
    """The list `name` as a client shows it. A Table's `columns` are widths, not elements."""
    if name == "columns" and element.get("type") == "Table":
        return []
    implied = IMPLIED_TYPES.get(name, "")
    return [e for child in children(element, name) if (e := understood(child, implied))]


def nested(element: Element) -> Iterator[Element]:
    """The elements directly inside, in drawing order."""
    for name in NESTED:
        yield from shown(element, name)
