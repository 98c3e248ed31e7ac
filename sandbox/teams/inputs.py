"""The inputs of a card: what can be filled in, and what the client checks before it sends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sandbox.teams.buttons import Button
from sandbox.teams.card_tree import children, nested


class InputRefused(Exception):
    """The client would not send this; `problems` names each input and why."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in problems.items()))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Input:
    """`choices` are (title, value). All values are text, as Teams sends them."""

    id: str
    type: str
    label: str
    default: str
    choices: tuple[tuple[str, str], ...]
    element: dict[str, Any]

    def problem(self, value: str) -> str | None:
        """Why the client would stop here, in the card's own words if it has some."""
        reason = self._reason(value)
        return reason and str(self.element.get("errorMessage") or reason)

    def _reason(self, value: str) -> str | None:
        if not value:
            return "a value is required" if self.element.get("isRequired") else None
        if self.type == "Input.Toggle":
            on, off = self.element.get("valueOn", "true"), self.element.get("valueOff", "false")
            if value not in (on, off):
                return f"must be {on} or {off}"
            required = self.element.get("isRequired") and value != on
            return "must be switched on" if required else None
        return CHECKS[self.type](self, value) if self.type in CHECKS else None


def _check_text(field: Input, value: str) -> str | None:
    longest = field.element.get("maxLength")
    if longest is not None and len(value) > int(longest):
        return f"at most {longest} characters"
    pattern = field.element.get("regex")
    if pattern and not re.search(pattern, value):
        return "does not have the form asked for"
    return None


def _check_number(field: Input, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "must be a number"
    low, high = field.element.get("min"), field.element.get("max")
    if (low is not None and number < float(low)) or (high is not None and number > float(high)):
        return f"must lie between {low} and {high}"
    return None


def _check_moment(field: Input, value: str) -> str | None:
    """ISO dates and times compare as text."""
    try:
        (date if field.type == "Input.Date" else time).fromisoformat(value)
    except ValueError:
        return "must be a date (YYYY-MM-DD)" if field.type == "Input.Date" else "must be HH:MM"
    low, high = field.element.get("min"), field.element.get("max")
    if (low and value < str(low)) or (high and value > str(high)):
        return f"must lie between {low} and {high}"
    return None


def _check_choice(field: Input, value: str) -> str | None:
    if field.element.get("style") == "filtered" and "choices.data" in field.element:
        return None
    chosen = value.split(",") if field.element.get("isMultiSelect") else [value]
    known = {known_value for _, known_value in field.choices}
    return None if known.issuperset(chosen) else "is not one of the choices"


CHECKS = {
    "Input.Text": _check_text,
    "Input.Number": _check_number,
    "Input.Date": _check_moment,
    "Input.Time": _check_moment,
    "Input.ChoiceSet": _check_choice,
}


def inputs_of(button: Button) -> list[Input]:
    """The inputs a button sends along: those of its card and of the cards around it."""
    if button.action.get("associatedInputs") == "none":
        return []
    return [read_input(element) for card in button.cards for element in _input_elements(card)]


def collect(button: Button, given: dict[str, str]) -> dict[str, str]:
    """Values to send: what was given, else the defaults. Raises InputRefused."""
    fields = inputs_of(button)
    problems = dict.fromkeys(given.keys() - {f.id for f in fields}, "the card has no such input")
    values: dict[str, str] = {}
    for field in fields:
        value = str(given.get(field.id, field.default))
        problem = field.problem(value)
        if problem:
            problems[field.id] = problem
        if value or field.id in given:
            values[field.id] = value
    if problems:
        raise InputRefused(problems)
    return values


def read_input(element: dict[str, Any]) -> Input:
    kind = str(element["type"])
    default = element.get("value")
    if default is None:
        default = element.get("valueOff", "false") if kind == "Input.Toggle" else ""
    label = element.get("label") or element.get("title") or element.get("placeholder")
    choices = tuple(
        (str(c.get("title", "")), str(c.get("value", ""))) for c in children(element, "choices")
    )
    if kind == "Input.Toggle":
        on, off = element.get("valueOn", "true"), element.get("valueOff", "false")
        choices = (("yes", str(on)), ("no", str(off)))
    input_id = str(element.get("id", ""))
    return Input(input_id, kind, str(label or input_id), str(default), choices, element)


def _input_elements(parent: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for element in nested(parent):
        if str(element.get("type", "")).startswith("Input."):
            yield element
        yield from _input_elements(element)
