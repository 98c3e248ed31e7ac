"""Who might be given a thread, and what a thread asks for. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.people.models import MemberState


@dataclass(slots=True)
class Candidate:
    """One person of a mailbox, as things stand while threads are given out. Moments are UTC."""

    member_id: int
    state: MemberState = MemberState.READY
    in_pool: bool = True
    opted_out: bool = False
    absent: str | None = None
    """`away`, `holiday` or `off_hours`; None: at work."""
    next_free: datetime | None = None
    """When they are at work again, if that is known."""
    open_load: int = 0
    """Open threads in this mailbox, or their effort where it counts that."""
    cap: int | None = None
    """What `open_load` may come to at most; None: no limit."""
    weight: int = 1
    """Share under `weighted`; at least 1."""
    skills: frozenset[int] = frozenset()
    """Ids of tags."""
    last_assigned_at: datetime | None = None
    recent: int = 0
    """Threads that they were given in the last hour."""
    elsewhere: int = 0
    """Load in other mailboxes: it counts for who has the fewest, not against the cap."""
    credit: int = 0
    """What `weighted` owes them, in parts of a thread."""

    @property
    def load(self) -> int:
        return self.open_load + self.elsewhere

    def weighs(self, effort: int) -> int:
        """Load of a thread: one that is heavier than the cap fills all of it, and no more."""
        return effort if self.cap is None else min(effort, max(self.cap, 1))

    def is_full(self, effort: int) -> bool:
        return self.cap is not None and self.open_load + self.weighs(effort) > self.cap

    def why_not(self, effort: int = 1, *, named: bool = False) -> str | None:
        """The code of why they are not given such a thread now, or None.

        Who is `named`, by a rule or as the colleague to hand back to, need not be in the pool.
        """
        if self.state is not MemberState.READY:
            return self.state.value
        if not (self.in_pool or named):
            return "not_in_pool"
        if self.opted_out:
            return "opted_out"
        if self.absent is not None:
            return self.absent
        return "full" if self.cap is not None and self.is_full(effort) else None

    def may_come_back(self, *, named: bool = False) -> bool:
        """Absent or full at most, so that waiting for them is not in vain."""
        works_here = (self.in_pool or named) and not self.opted_out
        return self.state is MemberState.READY and works_here


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a rule names: one person, or the people of a team."""

    member_ids: tuple[int, ...]
    rule_id: int | None = None
    version: int | None = None
    team_id: int | None = None

    def as_facts(self) -> list[object]:
        return [list(self.member_ids), self.rule_id, self.version, self.team_id]


@dataclass(frozen=True, slots=True)
class Wish:
    """What one thread asks of the pool."""

    keep: int | None = None
    """Who had the thread."""
    sender_owner: int | None = None
    """Who had this sender's last thread."""
    avoid: int | None = None
    """Who must not get it."""
    tags: frozenset[int] = frozenset()
    effort: int = 1
    targets: tuple[Target, ...] = ()
    """Tried in order; where none of them is free, the thread waits for one."""
    or_pool: bool = False
    """Where no target is free, anybody may have it."""
