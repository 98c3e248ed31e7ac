"""What a conversation gives back: a reply to a turn, and the next move of a dialog.

Ask, Done and Stay are a dialog's moves. A move names the next step and what to remember;
the runner draws the step's own question, so that `back`, `help` and a restart draw the
same one again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Card = dict[str, Any]
"""An Adaptive Card."""
Element = dict[str, Any]
"""A part of an Adaptive Card: a body element or an action."""
Memory = dict[str, Any]
"""What a dialog remembers: ids, codes and counts, never what was typed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A text, a card, or both, with the ids of what they show."""

    text: str | None = None
    card: Card | None = None
    public: str | None = None
    """What a channel may read: numbers and first names. None: it is answered in 1:1."""
    kind: str = "text"
    """Which card: `thread`, `queue`, `people`…; by it the card is drawn again."""
    threads: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    """Members whom the card names, other than its reader."""
    facts: Mapping[str, int | str] = field(default_factory=dict)
    """Ids and numbers that draw the card again, such as a page."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a dialog asks at a step. `body` is trusted elements; inputs have their own ids."""

    title: str
    body: tuple[Element, ...] = ()
    submit: str | None = "Next"
    """Label of the button that answers; None: there is nothing to submit."""
    links: tuple[Element, ...] = ()
    """Further actions, at most two."""
    hint: str = ""
    """What `help` says here."""
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered: typed text, or the inputs of a card."""

    text: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)

    def pick(self, name: str) -> str:
        """The input of that name, or else what was typed."""
        return self.inputs.get(name, self.text).strip()


@dataclass(frozen=True, slots=True)
class Ask:
    """Go to a step. `say` stands above its question."""

    step: str
    memory: Memory
    say: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """Ask the same again, with a sentence why."""

    say: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The dialog is over."""

    reply: Reply


Move = Ask | Stay | Done
