"""The people of a mailbox in a replay: who is at work, and who is given the next thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.assignment.strategies import Candidate, Pool
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
            self._people[member_id].in_pool = hours.why_not(at) is None

    def give(self, actions: Rules, at: datetime) -> int | None:
        groups = self._groups(actions)
        if not groups:
            return self._pool.give(at).member_id
        for group in groups:
            pool = self._pool
            if group is not None:
                named = [who for who in pool.candidates if who.member_id in group]
                pool = Pool(pool.strategy, named, pool.rotation)
            member_id = pool.give(at).member_id
            if member_id is not None:
                return member_id
        return None

    def close(self, member_id: int) -> None:
        self._people[member_id].open_threads -= 1

    def _groups(self, actions: Rules) -> list[frozenset[int] | None]:
        """Who may be given it, in the order in which they are tried; None: anyone."""
        groups: list[frozenset[int] | None] = []
        for _, _, action in actions:
            if isinstance(action, AssignTo):
                for to in action.targets:
                    match to:
                        case PersonRef():
                            groups.append(frozenset({to.member_id}))
                        case TeamRef():
                            groups.append(frozenset(self._teams.get(to.team_id, ())))
                        case Anyone():
                            groups.append(None)
        return groups


def _is_always_there(hours: Availability) -> bool:
    return hours.week.is_always and not hours.holidays.region and not hours.absences
