"""The one gate of all automatic roads: a wish in, a choice with its reason out. No I/O.

First who had the thread, then whom a rule names, then who had the sender's last thread, then
the mailbox's strategy. Nobody who is absent, full, opted out or not ready passes by any of
these. Owners, and a person whom a rule names alone, are exempt from the fair share; what they
get counts as an arrival like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.assignment.candidates import Candidate, Target, Wish
from core.assignment.choices import PULL, WAITS_FOR_OWNER, Choice, Considered, nobody
from core.assignment.shares import over_share
from core.assignment.sticky import waits_for
from core.assignment.strategies import CODES, in_order, settle_credit
from core.mailboxes.models import Sticky, Strategy


@dataclass(frozen=True, slots=True)
class Policy:
    """How one mailbox gives out its threads."""

    strategy: Strategy
    sticky: Sticky = Sticky.IF_AVAILABLE
    sticky_hours: int = 4
    sticky_sender_days: int | None = None
    fair_share: bool = False
    counts_effort: bool = False


@dataclass(slots=True)
class Sieve:
    """Who is free for one thread, and why the others are not."""

    free: list[Candidate] = field(default_factory=list)
    skipped: dict[int, str] = field(default_factory=dict)

    def codes(self) -> tuple[tuple[int, str], ...]:
        return tuple(self.skipped.items())


class Pool:
    """The people of one mailbox and its policy. `give` keeps the counts true in memory."""

    def __init__(self, policy: Policy, candidates: Sequence[Candidate], rotation: int = 0) -> None:
        """`rotation`: the member whom round robin chose last."""
        self.policy = policy
        self.candidates = candidates
        self.rotation = rotation
        self.touched: set[int] = set()
        """Whose counts were changed."""
        self._by_id = {who.member_id: who for who in candidates}

    def give(self, wish: Wish, now: datetime) -> Choice:
        """Choose for one thread and count it."""
        choice = self._choose(wish, now)
        if choice.member_id is not None:
            self._count(choice, wish, now)
        return choice

    def find(self, member_id: int | None) -> Candidate | None:
        return None if member_id is None else self._by_id.get(member_id)

    def load_of(self, effort: int) -> int:
        """What a thread counts for here."""
        return effort if self.policy.counts_effort else 1

    def is_in_vain(self, targets: Iterable[Target]) -> bool:
        """Whether none of those named may ever be given anything here, as things stand."""
        people = (self.find(member_id) for target in targets for member_id in target.member_ids)
        return not any(who is not None and who.may_come_back(named=True) for who in people)

    @property
    def has_room(self) -> bool:
        """Somebody could be given something, or a thread that is at least an ordinary one."""
        return any(who.why_not(named=True) is None for who in self.candidates)

    def _choose(self, wish: Wish, now: datetime) -> Choice:
        effort = self.load_of(wish.effort)
        choice = self._owner("same_thread", wish.keep, wish, effort, now)
        if choice is not None:
            return choice
        sieve = Sieve()
        if wish.targets:
            choice = self._named(wish, effort, sieve)
            if choice is not None:
                return choice
        choice = self._owner("same_sender", wish.sender_owner, wish, effort, now)
        return choice or self._by_strategy(wish, effort, sieve)

    def _owner(
        self, code: str, owner_id: int | None, wish: Wish, effort: int, now: datetime
    ) -> Choice | None:
        """The thread for its owner, or waiting for them; None: it goes to others."""
        owner = self.find(owner_id)
        if owner is None or owner.member_id == wish.avoid:
            return None
        why_not = owner.why_not(effort)
        if why_not is None:
            return Choice(code, owner.member_id, ((owner.member_id, owner.load),))
        if waits_for(owner, why_not, self.policy.sticky, self.policy.sticky_hours, now):
            skipped = ((owner.member_id, why_not),)
            return Choice(WAITS_FOR_OWNER, None, (), skipped, waits_for=owner.member_id)
        return None

    def _named(self, wish: Wish, effort: int, sieve: Sieve) -> Choice | None:
        """The first target of which somebody is free; None: the thread is for anybody."""
        for target in wish.targets:
            people = [who for who in map(self._by_id.get, target.member_ids) if who is not None]
            sieve.free = []
            self._sift(people, wish, effort, sieve, named=True)
            if sieve.free:
                code = "colleague" if target.rule_id is None else "by_rule"
                return self._first(sieve, code, target)
        if wish.or_pool or self.is_in_vain(wish.targets):
            return None
        last = wish.targets[-1]
        skipped = sieve.codes()
        return Choice(nobody(skipped), None, (), skipped, rule=_rule(last), targets=wish.targets)

    def _by_strategy(self, wish: Wish, effort: int, sieve: Sieve) -> Choice:
        sieve.free = []
        self._sift_all(wish, effort, sieve)
        if self.policy.strategy is Strategy.PULL:
            return Choice(PULL, None, (), sieve.codes())
        if self.policy.strategy is Strategy.SKILLS and wish.tags:
            return self._by_skill(wish.tags, sieve)
        if not sieve.free:
            return Choice(nobody(sieve.codes()), None, (), sieve.codes())
        return self._first(sieve, CODES[self.policy.strategy])

    def _by_skill(self, tags: frozenset[int], sieve: Sieve) -> Choice:
        able = {who.member_id for who in self.candidates if who.skills & tags}
        for who in self.candidates:
            if who.member_id not in able:
                sieve.skipped[who.member_id] = "lacks_skill"
        sieve.free = [who for who in sieve.free if who.member_id in able]
        if sieve.free:
            return self._first(sieve, "skilled")
        code = nobody(tuple(item for item in sieve.skipped.items() if item[0] in able))
        return Choice(code if able else "nobody_skilled", None, (), sieve.codes())

    def _sift_all(self, wish: Wish, effort: int, sieve: Sieve) -> None:
        self._sift(self.candidates, wish, effort, sieve)

    def _sift(
        self,
        people: Iterable[Candidate],
        wish: Wish,
        effort: int,
        sieve: Sieve,
        *,
        named: bool = False,
    ) -> None:
        for who in people:
            avoided = who.member_id == wish.avoid
            why_not = "had_it" if avoided else who.why_not(effort, named=named)
            if why_not is None:
                sieve.free.append(who)
            elif named:
                sieve.skipped[who.member_id] = why_not
            else:
                sieve.skipped.setdefault(who.member_id, why_not)

    def _first(self, sieve: Sieve, code: str, target: Target | None = None) -> Choice:
        strategy = self.policy.strategy
        free = sieve.free
        if self.policy.fair_share:
            over = over_share(free, weighted=strategy is Strategy.WEIGHTED)
            if over:
                sieve.skipped.update((member_id, "over_share") for member_id in sorted(over))
                free = [who for who in free if who.member_id not in over]
        chosen, considered = self._in_order(free, named=target is not None)
        if strategy is Strategy.WEIGHTED:
            settle_credit(free, chosen)
            self.touched.update([who.member_id for who in free])
        return Choice(
            code,
            chosen.member_id,
            considered,
            sieve.codes(),
            rule=_rule(target),
            team_id=target.team_id if target else None,
            counts_effort=self.policy.counts_effort,
            strategy=strategy.value,
        )

    def _in_order(self, free: Sequence[Candidate], *, named: bool) -> tuple[Candidate, Considered]:
        """Who is first, and all of them with their loads."""
        order = in_order(self.policy.strategy, free, self.rotation, named=named)
        return order[0], tuple([(who.member_id, who.open_load + who.elsewhere) for who in order])

    def _count(self, choice: Choice, wish: Wish, now: datetime) -> None:
        chosen = self._by_id[choice.member_id or 0]
        chosen.open_load += chosen.weighs(self.load_of(wish.effort))
        chosen.last_assigned_at = now
        chosen.recent += 1
        self.touched.add(chosen.member_id)
        if choice.code == "next_in_turn":
            self.rotation = chosen.member_id


def _rule(target: Target | None) -> tuple[int, int] | None:
    if target is None or target.rule_id is None:
        return None
    return target.rule_id, target.version or 0
