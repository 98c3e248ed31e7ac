"""The people of a mailbox in a replay: who is at work, and who is given the next thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.assignment.candidates import Target, Wish
from core.assignment.quick import QuickPool
from core.assignment.shares import WINDOW_MINUTES
from core.rules.attendance import Attendance
from core.rules.replay import Asked, Given, Rules
from core.rules.terms import AddTag, Anyone, AssignTo, PersonRef, TeamRef
from core.threads.tags import folded

_WINDOW = timedelta(minutes=WINDOW_MINUTES)


@dataclass(frozen=True, slots=True)
class TagWeight:
    tag_id: int
    weight: int


class PoolDesk:
    """A pool that begins with nothing open."""

    def __init__(
        self,
        pool: QuickPool,
        attendance: Attendance,
        teams: Mapping[int, Sequence[int]],
        tags: Mapping[str, TagWeight],
    ) -> None:
        """`teams` are the members of each, `tags` go by their folded names."""
        self._pool = pool
        self._attendance = attendance
        self._comes_and_goes = [w for w in pool.candidates if w.member_id in attendance.people]
        self._teams = teams
        self._tags = tags
        self._recent: deque[tuple[datetime, int]] = deque()
        self._owners: dict[int, tuple[int, datetime]] = {}
        """Who had a sender's last thread, and when; only where that is asked for."""

    def look(self, at: datetime) -> None:
        absent = self._attendance.absent(at)
        for who in self._comes_and_goes:
            who.absent, who.next_free = absent.get(who.member_id, (None, None))
        self._pool.look()

    def give(self, asked: Asked, at: datetime) -> Given | None:
        self._forget_recent(at)
        wish = self._wish(asked, at)
        member_id = self._pool.give(wish, at).member_id
        if member_id is None:
            return None
        self._recent.append((at, member_id))
        if self._pool.policy.sticky_sender_days is not None and asked.sender_id is not None:
            self._owners[asked.sender_id] = (member_id, at)
        who = self._pool.find(member_id)
        load = self._pool.load_of(wish.effort)
        return Given(member_id, load if who is None else who.weighs(load))

    def close(self, given: Given) -> None:
        who = self._pool.find(given.member_id)
        if who is not None:
            who.open_load -= given.load

    def _forget_recent(self, at: datetime) -> None:
        """What was given over an hour ago counts no more for the fair share."""
        while self._recent and self._recent[0][0] <= at - _WINDOW:
            who = self._pool.find(self._recent.popleft()[1])
            if who is not None:
                who.recent -= 1

    def _wish(self, asked: Asked, at: datetime) -> Wish:
        if not asked.actions and not self._owners:
            return _NOTHING
        targets, or_pool = self._targets(asked.actions)
        names = [one.name for _, _, one in asked.actions if isinstance(one, AddTag)]
        tags = [self._tags[key] for name in names if (key := folded(name)) in self._tags]
        return Wish(
            sender_owner=self._sender_owner(asked.sender_id, at),
            tags=frozenset(tag.tag_id for tag in tags),
            effort=max((tag.weight for tag in tags), default=1),
            targets=targets,
            or_pool=or_pool,
        )

    def _sender_owner(self, sender_id: int | None, at: datetime) -> int | None:
        days = self._pool.policy.sticky_sender_days
        if days is None or sender_id not in self._owners:
            return None
        member_id, since = self._owners[sender_id]
        return member_id if at - since <= timedelta(days=days) else None

    def _targets(self, actions: Rules) -> tuple[tuple[Target, ...], bool]:
        """(whom the first rule that assigns names, whether anyone may have it after them)."""
        found: list[Target] = []
        for rule_id, version, action in actions:
            if not isinstance(action, AssignTo):
                continue
            for to in action.targets:
                match to:
                    case PersonRef(member_id):
                        found.append(Target((member_id,), rule_id, version))
                    case TeamRef(team_id):
                        people = tuple(self._teams.get(team_id, ()))
                        found.append(Target(people, rule_id, version, team_id))
                    case Anyone():
                        return tuple(found), True
            break
        return tuple(found), False


_NOTHING = Wish()
