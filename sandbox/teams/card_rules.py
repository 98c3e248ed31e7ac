"""What Teams refuses in an Adaptive Card that a bot sends.

Sources: the Adaptive Cards schema 1.5 and Microsoft's cards reference for Teams. Elements that
Teams added beyond 1.5 (charts, code blocks, badges …) are taken as Teams takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

NEWEST = (1, 5)
MAX_REFRESH_USERS = 60
STORE_ACTION_LIMIT = 6

REQUIRED: dict[str, tuple[str, ...]] = {
    "TextBlock": ("text",),
    "RichTextBlock": ("inlines",),
    "TextRun": ("text",),
    "Image": ("url",),
    "ImageSet": ("images",),
    "Media": ("sources",),
    "FactSet": ("facts",),
    "Container": ("items",),
    "ColumnSet": (),
    "Column": (),
    "ActionSet": ("actions",),
    "Table": (),
    "TableRow": (),
    "TableCell": ("items",),
    "Input.Text": ("id",),
    "Input.Number": ("id",),
    "Input.Date": ("id",),
    "Input.Time": ("id",),
    "Input.Toggle": ("id", "title"),
    "Input.ChoiceSet": ("id",),
    "Action.OpenUrl": ("url",),
    "Action.Submit": (),
    "Action.Execute": (),
    "Action.ShowCard": ("card",),
    "Action.ToggleVisibility": ("targetElements",),
}
"""Element or action to the properties the schema requires."""
TEAMS_EXTRAS = frozenset(
    (
        "CodeBlock",
        "Icon",
        "IconRun",
        "ImageRun",
        "Badge",
        "CompoundButton",
        "Rating",
        "Input.Rating",
        "ProgressBar",
        "ProgressRing",
        "Carousel",
        "CarouselPage",
        "Component",
        "Action.ResetInputs",
        "Action.OpenUrlDialog",
        "Action.Popover",
        "Chart.Donut",
        "Chart.Gauge",
        "Chart.Pie",
        "Chart.Line",
        "Chart.VerticalBar",
        "Chart.VerticalBar.Grouped",
        "Chart.HorizontalBar",
        "Chart.HorizontalBar.Stacked",
    )
)
SINCE = {"Action.Execute": (1, 4), "Table": (1, 5)}
CHILD_LISTS = ("body", "actions", "items", "columns", "rows", "cells", "inlines", "images")
CHILD_ACTIONS = ("selectAction", "inlineAction")
IMPLIED_TYPES = {
    "columns": "Column",
    "rows": "TableRow",
    "cells": "TableCell",
    "inlines": "TextRun",
    "images": "Image",
}
"""What stands in these lists need not say its type."""


@dataclass(slots=True)
class CardReport:
    """`errors` make Teams refuse the card; `warnings` are what a store review would say."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check_card(card: Any) -> CardReport:
    report = CardReport()
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        report.errors.append("the content is not an AdaptiveCard")
        return report
    version = _version(card.get("version"))
    if version is None:
        report.errors.append("version is missing or malformed")
    elif version > NEWEST:
        report.errors.append("version is newer than 1.5")
    check = _Check(version or NEWEST, report)
    check.children(card, "card")
    check.refresh(card.get("refresh"))
    if len(card.get("actions") or ()) > STORE_ACTION_LIMIT:
        report.warnings.append(f"more than {STORE_ACTION_LIMIT} actions at the top of a card")
    ids = [str(item["id"]) for item in _inputs(card) if item.get("id")]
    report.errors.extend(f"input id {i} is used twice" for i in sorted({*ids}) if ids.count(i) > 1)
    return report


def _version(value: Any) -> tuple[int, int] | None:
    match = re.fullmatch(r"(\d+)\.(\d+)", value) if isinstance(value, str) else None
    return (int(match[1]), int(match[2])) if match else None


@dataclass(frozen=True, slots=True)
class _Check:
    version: tuple[int, int]
    report: CardReport

    def children(self, parent: dict[str, Any], path: str) -> None:
        for name in CHILD_LISTS:
            found = parent.get(name)
            if found is None or (name == "columns" and parent.get("type") == "Table"):
                continue
            if not isinstance(found, list):
                self.report.errors.append(f"{path}.{name} is not a list")
                continue
            for index, child in enumerate(found):
                if name == "inlines" and isinstance(child, str):
                    continue
                implied = IMPLIED_TYPES.get(name)
                self.element(child, f"{path}.{name}[{index}]", name == "actions", implied)
        for name in CHILD_ACTIONS:
            if parent.get(name) is not None:
                self.element(parent[name], f"{path}.{name}", True)

    def element(
        self, element: Any, path: str, is_action: bool, implied_type: str | None = None
    ) -> None:
        errors = self.report.errors
        kind = element.get("type", implied_type) if isinstance(element, dict) else None
        if not isinstance(kind, str):
            errors.append(f"{path} has no type")
            return
        if kind.startswith("Action.") != is_action:
            errors.append(f"{path}: {kind} does not belong here")
        fallback = element.get("fallback")
        if fallback is not None and fallback != "drop":
            self.element(fallback, f"{path}.fallback", is_action, implied_type)
        if kind not in REQUIRED and kind not in TEAMS_EXTRAS:
            if fallback is None:
                errors.append(f"{path} is of an unknown type and has no fallback")
            return
        if SINCE.get(kind, (1, 0)) > self.version and fallback is None:
            errors.append(f"{path}: {kind} needs a newer card version")
        missing = [name for name in REQUIRED.get(kind, ()) if element.get(name) in (None, [])]
        errors.extend(f"{path}: {kind} has no {name}" for name in missing)
        errors.extend(f"{path}: {problem}" for problem in _details(kind, element))
        if kind == "Action.Execute" and fallback is None:
            message = f"{path}: Action.Execute without a fallback for older clients"
            self.report.warnings.append(message)
        if kind == "Action.ShowCard" and isinstance(element.get("card"), dict):
            self.children(element["card"], f"{path}.card")
        self.children(element, path)

    def refresh(self, refresh: Any) -> None:
        if refresh is None:
            return
        action = refresh.get("action") if isinstance(refresh, dict) else None
        if not isinstance(action, dict) or action.get("type") != "Action.Execute":
            self.report.errors.append("refresh needs an Action.Execute")
            return
        if self.version < SINCE["Action.Execute"]:
            self.report.errors.append("refresh needs a newer card version")
        if len(refresh.get("userIds") or ()) > MAX_REFRESH_USERS:
            self.report.errors.append(f"refresh names more than {MAX_REFRESH_USERS} users")


def _details(kind: str, element: dict[str, Any]) -> Iterator[str]:
    if kind == "FactSet":
        facts = element.get("facts")
        for fact in facts if isinstance(facts, list) else ():
            if not isinstance(fact, dict) or not {"title", "value"} <= fact.keys():
                yield "a fact has no title or no value"
    if kind == "Input.ChoiceSet":
        choices = element.get("choices")
        if not choices and "choices.data" not in element:
            yield "Input.ChoiceSet has no choices"
        for choice in choices if isinstance(choices, list) else ():
            if not isinstance(choice, dict) or not {"title", "value"} <= choice.keys():
                yield "a choice has no title or no value"
    if kind in ("TextBlock", "TextRun") and not isinstance(element.get("text", ""), str):
        yield "text is not a string"
    for name in ("url", "iconUrl"):
        url = element.get(name)
        allowed = ("https://", "http://", "mailto:", "msteams:", "data:image/", "icon:")
        if url is not None and not str(url).lower().startswith(allowed):
            yield f"{name} is not a web address"
    if kind == "Image" and str(element.get("url", "")).lower().startswith("http://"):
        yield "an image must come over https"


def _inputs(node: Any) -> Iterator[dict[str, Any]]:
    """Every input of a card, without fallbacks."""
    if isinstance(node, list):
        for item in node:
            yield from _inputs(item)
    elif isinstance(node, dict):
        if str(node.get("type", "")).startswith("Input."):
            yield node
        for name, value in node.items():
            if name != "fallback" and isinstance(value, dict | list):
                yield from _inputs(value)
