"""The teams of a mailbox, with the people of each."""

from __future__ import annotations

from core.rules.views import TeamView
from dialogs.cards.elements import NAME, card, heading, note, rich, run, safe
from dialogs.moves import Card, Element

MOST_SHOWN = 15
MOST_PEOPLE = 10
SHORT = 30
"""Characters of a person's name."""


def teams_card(teams: tuple[TeamView, ...], *, say: str = "") -> Card:
    title = f"Teams: {len(teams)}"
    body: list[Element] = [heading(title)]
    if say:
        body.append(note(say))
    for team in teams[:MOST_SHOWN]:
        people = ", ".join(safe(name, SHORT) for _, name in team.people[:MOST_PEOPLE])
        more = len(team.people) - MOST_PEOPLE
        body.append(
            rich(
                run(safe(team.name, NAME), weight="Bolder"),
                run(f" · {people or 'nobody'}" + (f" and {more} more" if more > 0 else "")),
                separator=True,
            )
        )
    if len(teams) > MOST_SHOWN:
        body.append(note(f"and {len(teams) - MOST_SHOWN} more"))
    body.append(
        note("`team Finance: Ada, Bo` makes one or changes it; `team delete Finance` ends it.")
    )
    return card(body, says=title)
