"""The people of a mailbox in a replay: who is at work, and who is given the next thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.assignment.candidates import Candidate, Target, Wish
from core.assignment.pool import Pool
from core.people.availability import Availability
from core.rules.replay import Rules
from core.rules.terms import Anyone, AssignTo, PersonRef, TeamRef


class PoolDesk:
    """A pool that begins with nothing open."""

    def __init__(
        self,
        pool: Pool,
        hours: Mapping[int, Availability],
        teams: Mapping[int, Sequence[int]],
    ) -> None:
        """`hours` say who is at work, `teams` are the members of each team."""
        self._pool = pool
        self._hours = {i: own for i, own in hours.items() if not _is_always_there(own)}
        self._teams = teams
        self._people: dict[int, Candidate] = {who.member_id: who for who in pool.candidates}

    def look(self, at: datetime) -> None:
        for member_id, hours in self._hours.items():
            self._people[member_id].absent = hours.why_not(at)

    def give(self, actions: Rules, at: datetime) -> int | None:
        return self._pool.give(self._wish(actions), at).member_id

    def close(self, member_id: int) -> None:
        self._people[member_id].open_load -= 1

    def _wish(self, actions: Rules) -> Wish:
        """Of the rules that assign the first counts, as when mail comes in."""
        assign = next((action for _, _, action in actions if isinstance(action, AssignTo)), None)
        targets: list[Target] = []
        for to in assign.targets if assign else ():
            match to:
                case PersonRef():
                    targets.append(Target((to.member_id,)))
                case TeamRef():
                    targets.append(Target(tuple(self._teams.get(to.team_id, ()))))
                case Anyone():
                    return Wish(targets=tuple(targets), or_pool=True)
        return Wish(targets=tuple(targets))


def _is_always_there(hours: Availability) -> bool:
    return hours.week.is_always and not hours.holidays.region and not hours.absences
