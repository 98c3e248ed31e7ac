"""The card of a dialog's step: its question, and the buttons every step has."""

from __future__ import annotations

from typing import Any

from dialogs.cards.elements import card, execute, heading, note, text_block
from dialogs.moves import Card, Element, Question


def question_card(
    question: Question, *, dialog: str, step: str, version: int, can_go_back: bool, say: str = ""
) -> Card:
    """The buttons carry where the dialog stood, so that an old card answers nothing."""
    data: dict[str, Any] = {"dialog": dialog, "step": step, "at": version}
    body: list[Element] = [heading(question.title)]
    if say:
        body.append(text_block(say, weight="Bolder"))
    body += question.body
    if question.hint:
        body.append(note(question.hint))
    actions: list[Element] = list(question.links[:2])
    if question.submit:
        actions.append(execute(question.submit, "dialog.answer", data))
    if can_go_back:
        actions.append(_aside("Back", "dialog.back", data))
    actions.append(_aside("Help", "dialog.help", data))
    actions.append(_aside("Cancel", "dialog.cancel", data))
    return card(body, actions, says=question.title)


def _aside(title: str, verb: str, data: dict[str, Any]) -> Element:
    """A button that works without the inputs being filled in."""
    action = execute(title, verb, data)
    return {**action, "associatedInputs": "none"}
