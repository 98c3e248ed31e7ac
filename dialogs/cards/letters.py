"""Dead letters: what could not be told to the world."""

from __future__ import annotations

from datetime import datetime

from core.outbox.dead_letters import DeadLetter
from dialogs.cards.elements import age, card, choices, execute, heading, note, table
from dialogs.moves import Card, Element

MOST_SHOWN = 15


def letters_card(letters: tuple[DeadLetter, ...], *, now: datetime, say: str = "") -> Card:
    title = f"Dead letters: {len(letters)}"
    body: list[Element] = [heading(title)]
    if say:
        body.append(note(say))
    if not letters:
        body.append(note("Everything that had to be told was told."))
        return card(body, says=title)
    shown = letters[:MOST_SHOWN]
    body.append(
        table(
            ("Kind", "Number", "Error", "Tried", "Age"),
            [
                (
                    letter.kind.replace("_", " "),
                    str(letter.outbox_id),
                    letter.error_code,
                    str(letter.attempts),
                    age(letter.created_at, now),
                )
                for letter in shown
            ],
        )
    )
    body.append(
        choices("letter", [(f"#{x.outbox_id}", str(x.outbox_id)) for x in shown], label="Pick one")
    )
    return card(body, [execute("Try again", "letters.retry")], says=title)
