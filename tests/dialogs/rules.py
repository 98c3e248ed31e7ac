"""What Teams demands of a card, checked on the dict and with Microsoft's own card types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from microsoft_teams.cards import AdaptiveCard

LARGEST_CARD = 28 * 1024
"""Bytes."""


def check_card(card: dict[str, Any]) -> None:
    AdaptiveCard.model_validate(card)
    assert card["type"] == "AdaptiveCard"
    assert card["version"] == "1.5"
    assert len(json.dumps(card, ensure_ascii=False).encode()) <= LARGEST_CARD
    assert len(card.get("actions", [])) <= 6
    for action in card.get("actions", []):
        assert action["title"]
        if action["type"] == "Action.Execute":
            fallback = action["fallback"]
            assert fallback["type"] == "Action.Submit"
            assert fallback["data"]["verb"] == action["verb"]
    ids = [part["id"] for part in parts(card) if part["type"].startswith("Input.")]
    assert len(ids) == len(set(ids))
    for part in parts(card):
        if part["type"] == "Image":
            assert part["altText"]
        if part["type"] in ("TextBlock", "TextRun"):
            assert isinstance(part["text"], str)
            assert part["text"]
            assert all(c.isprintable() for c in part["text"])


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Every typed part of a card."""
    if isinstance(node, dict):
        if "type" in node:
            yield node
        for value in node.values():
            yield from parts(value)
    elif isinstance(node, list):
        for value in node:
            yield from parts(value)


def texts(card: Any, kind: str) -> str:
    """All text in parts of a kind."""
    return "\n".join(part["text"] for part in parts(card) if part["type"] == kind)


def verbs(card: dict[str, Any]) -> list[str]:
    return [a["verb"] for a in card.get("actions", []) if a["type"] == "Action.Execute"]
