"""In which order those who are free come for a thread, by each strategy. No I/O.

- `round_robin`: the next after the one who was chosen last; within a team that a rule names,
  whoever was given something longest ago, so that the mailbox's own turn stays where it is.
- `load_balanced`: the fewest open first.
- `weighted`: whom the mailbox owes most. With each thread all who were free are owed their
  weight, and whoever gets it pays the sum back: shares come out smoothly and the same each
  time, and who was absent meanwhile has nothing to catch up with.
- `skills`: the fewest open first among those with a skill for one of the thread's tags.
- `pull`: nobody; where a rule names people, the fewest open first.

A tie goes to whoever was given something longest ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from core.assignment.candidates import Candidate
from core.mailboxes.models import Strategy

NEVER = datetime.min.replace(tzinfo=UTC)

CODES = {
    Strategy.ROUND_ROBIN: "next_in_turn",
    Strategy.LOAD_BALANCED: "fewest_open",
    Strategy.WEIGHTED: "by_share",
    Strategy.SKILLS: "fewest_open",
    Strategy.PULL: "fewest_open",
}


def in_order(
    strategy: Strategy, free: Iterable[Candidate], rotation: int, *, named: bool = False
) -> list[Candidate]:
    """Those who are free, the one who gets the thread first."""
    return sorted(free, key=_place(strategy, rotation, named=named))


def first_of(
    strategy: Strategy, free: Iterable[Candidate], rotation: int, *, named: bool = False
) -> Candidate:
    """The first of `in_order`, of whom there is at least one."""
    return min(free, key=_place(strategy, rotation, named=named))


def settle_credit(considered: Sequence[Candidate], chosen: Candidate) -> None:
    """Owe everybody their weight, and let the chosen pay for the thread."""
    for who in considered:
        who.credit += who.weight
    chosen.credit -= sum(who.weight for who in considered)


def _place(strategy: Strategy, rotation: int, *, named: bool) -> Callable[[Candidate], Any]:
    """Whose is less comes first; no two are equal."""
    if strategy is Strategy.ROUND_ROBIN:
        return _longest_ago if named else lambda who: (who.member_id <= rotation, who.member_id)
    return _owed if strategy is Strategy.WEIGHTED else _fewest


def _longest_ago(who: Candidate) -> tuple[datetime, int]:
    return who.last_assigned_at or NEVER, who.member_id


def _fewest(who: Candidate) -> tuple[int, datetime, int]:
    return who.open_load + who.elsewhere, who.last_assigned_at or NEVER, who.member_id


def _owed(who: Candidate) -> tuple[int, datetime, int]:
    return -(who.credit + who.weight), who.last_assigned_at or NEVER, who.member_id
