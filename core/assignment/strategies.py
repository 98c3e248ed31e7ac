"""Choose who gets a thread. No I/O: a pool in, a choice with its reason out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.mailboxes.models import Strategy
from core.people.models import MemberState

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Candidate:
    """One person of a mailbox's pool, as things stand while a page is assigned."""

    member_id: int
    state: MemberState
    in_pool: bool
    open_threads: int
    last_assigned_at: datetime | None

    def why_not(self) -> str | None:
        """The code of why this person is not given work now, or None."""
        if not self.in_pool:
            return "not_in_pool"
        return None if self.state is MemberState.READY else self.state.value


@dataclass(frozen=True, slots=True)
class Choice:
    """Who it is and why; `member_id` None means that the thread waits."""

    code: str
    member_id: int | None
    considered: tuple[tuple[int, int], ...] = ()
    """(member id, open threads then), in the order that decided."""
    skipped: tuple[tuple[int, str], ...] = ()

    def reason(self) -> dict[str, Any]:
        """As stored: ids, counts and codes."""
        return {"considered": self.considered, "skipped": self.skipped}


@dataclass(slots=True)
class Pool:
    """The people of one mailbox and its strategy. `give` keeps the counts true in memory."""

    strategy: Strategy
    candidates: Sequence[Candidate]
    rotation: int = 0
    """Member id that round robin chose last."""
    given: set[int] = field(default_factory=set)
    """Whom this pool has given something to."""

    def give(self, now: datetime, *, keep: int | None = None, avoid: int | None = None) -> Choice:
        """Choose for one thread; `keep` is who had it before, `avoid` who must not get it."""
        choice = choose(self, keep=keep, avoid=avoid)
        if choice.member_id is not None:
            chosen = self._candidate(choice.member_id)
            chosen.open_threads += 1
            chosen.last_assigned_at = now
            self.given.add(chosen.member_id)
            if choice.code == "next_in_turn":
                self.rotation = chosen.member_id
        return choice

    def _candidate(self, member_id: int) -> Candidate:
        return next(who for who in self.candidates if who.member_id == member_id)


def choose(pool: Pool, *, keep: int | None = None, avoid: int | None = None) -> Choice:
    """`keep` again if possible; else by the pool's strategy among those who can be given work."""
    free: list[Candidate] = []
    skipped: list[tuple[int, str]] = []
    for who in pool.candidates:
        why_not = "had_it" if who.member_id == avoid else who.why_not()
        if why_not is None:
            free.append(who)
        else:
            skipped.append((who.member_id, why_not))
    if not free:
        code = "nobody_ready" if pool.candidates else "nobody_in_pool"
        return Choice(code, None, (), tuple(skipped))
    if keep is not None and any(who.member_id == keep for who in free):
        return Choice("same_thread", keep, _counts(free), tuple(skipped))
    if pool.strategy is Strategy.ROUND_ROBIN:
        order = sorted(free, key=lambda who: (who.member_id <= pool.rotation, who.member_id))
        return Choice("next_in_turn", order[0].member_id, _counts(order), tuple(skipped))
    order = sorted(
        free, key=lambda who: (who.open_threads, who.last_assigned_at or NEVER, who.member_id)
    )
    return Choice("fewest_open", order[0].member_id, _counts(order), tuple(skipped))


def _counts(people: Iterable[Candidate]) -> tuple[tuple[int, int], ...]:
    return tuple((who.member_id, who.open_threads) for who in people)
