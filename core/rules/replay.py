"""Replay mail under two sets of rules. No I/O: arrivals in, counts out.

Both sides begin with nothing open. A thread stays with whoever it was given to until the
moment at which it was really finished, and what nobody could be given waits and is tried
again, each quarter of an hour. What a rule snoozes and gives to nobody rests until then, or
until its next message, before it is given; what it also gives to somebody is theirs at once.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from core.rules.engine import Outcome, RuleSet
from core.rules.facts import Facts
from core.rules.snoozing import snooze_end
from core.rules.terms import Action, AssignTo, Finish, Snooze

SLOT = timedelta(minutes=15)
"""How often it is looked who is at work, and whether what waits can be given."""
MOST_TRIED_AGAIN = 8
"""Waiting threads that nobody can be given, before a look is given up."""
MOST_EXAMPLES = 12
Rules = tuple[tuple[int, int, Action], ...]
"""(rule id, version, action), in the order in which they apply."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it came in."""

    thread_id: int
    facts: Facts
    sender_id: int | None
    """The correspondent's id."""
    finished_at: datetime | None
    """When the thread was finished in the end; None: it is open."""
    unanswered_hours: float
    """How long its thread waited for its first answer in the end."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules say of a thread, and who wrote it."""

    actions: Rules
    sender_id: int | None


@dataclass(frozen=True, slots=True)
class Given:
    """Who has a thread, and what it weighs there."""

    member_id: int
    load: int


class Desk(Protocol):
    """The people of the mailbox, as the replay gives threads to them."""

    def look(self, at: datetime) -> None:
        """See who is at work at that moment."""

    def give(self, asked: Asked, at: datetime) -> Given | None:
        """Choose somebody for one thread; None: it waits."""

    def close(self, given: Given) -> None:
        """The thread is finished."""


@dataclass(slots=True)
class Side:
    """One set of rules at work."""

    desk: Desk
    given: Counter[int] = field(default_factory=Counter)
    waited: int = 0
    finished: int = 0
    holders: dict[int, Given] = field(default_factory=dict)
    """By thread that is open."""
    waiting: dict[int, Asked] = field(default_factory=dict)
    """Threads that nobody has, the oldest first."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    """The mailbox's."""
    resting: dict[int, tuple[datetime, Asked]] = field(default_factory=dict)
    """Threads that a rule put off, each with when it wakes."""
    wakes: list[tuple[datetime, int]] = field(default_factory=list)
    """A heap of those moments; one that a later message changed is passed over."""
    left: int = 0
    """Threads that were really finished while they waited here."""

    def has(self, thread_id: int) -> bool:
        return thread_id in self.holders or thread_id in self.waiting or thread_id in self.resting

    def arrive(self, thread_id: int, asked: Asked, at: datetime) -> None:
        if thread_id in self.holders:
            return
        rest = next((one for _, _, one in asked.actions if isinstance(one, Finish | Snooze)), None)
        if isinstance(rest, Finish):
            self.finished += 1
            self.waiting.pop(thread_id, None)
            self.resting.pop(thread_id, None)
            return
        if thread_id in self.waiting:
            return
        self.resting.pop(thread_id, None)
        if isinstance(rest, Snooze) and not _assigns(asked):
            until = snooze_end(rest, at, self.zone)
            self.resting[thread_id] = (until, asked)
            heapq.heappush(self.wakes, (until, thread_id))
        else:
            self._give_or_wait(thread_id, asked, at)

    def end(self, thread_id: int) -> None:
        given = self.holders.pop(thread_id, None)
        if given is not None:
            self.desk.close(given)
        elif self.waiting.pop(thread_id, None) is not None:
            self.left += 1
        else:
            self.resting.pop(thread_id, None)

    def look(self, at: datetime) -> None:
        """Who is at work now, and can what waits be given."""
        self.desk.look(at)
        self._wake(at)
        refused = 0
        for thread_id, asked in list(self.waiting.items()):
            if refused == MOST_TRIED_AGAIN:
                break
            if self._give(thread_id, asked, at):
                del self.waiting[thread_id]
            else:
                refused += 1

    def found(self) -> dict[str, Any]:
        return {
            "given": sorted(self.given.items()),
            "waited": self.waited,
            "left": self.left + len(self.waiting),
            "finished": self.finished,
        }

    def _wake(self, at: datetime) -> None:
        while self.wakes and self.wakes[0][0] <= at:
            until, thread_id = heapq.heappop(self.wakes)
            rest, asked = self.resting.get(thread_id, (None, None))
            if asked is not None and rest == until:
                del self.resting[thread_id]
                self._give_or_wait(thread_id, asked, at)

    def _give_or_wait(self, thread_id: int, asked: Asked, at: datetime) -> None:
        if not self._give(thread_id, asked, at):
            self.waited += 1
            self.waiting[thread_id] = asked

    def _give(self, thread_id: int, asked: Asked, at: datetime) -> bool:
        given = self.desk.give(asked, at)
        if given is None:
            return False
        self.holders[thread_id] = given
        self.given[given.member_id] += 1
        return True


def _assigns(asked: Asked) -> bool:
    return any(isinstance(action, AssignTo) for _, _, action in asked.actions)


class Replay:
    """Today's rules and those with the draft, side by side on the same mail."""

    def __init__(
        self,
        draft_rules: RuleSet,
        base_rules: RuleSet,
        *,
        tried: tuple[int, int],
        tried_alone: RuleSet,
        replaced_alone: RuleSet | None,
        draft: Side,
        base: Side,
    ) -> None:
        """`tried` is the draft's (rule id, version); `replaced_alone` what stands in its place."""
        self._draft_rules, self._base_rules = draft_rules, base_rules
        self._tried, self._tried_alone, self._replaced = tried, tried_alone, replaced_alone
        self._draft, self._base = draft, base
        self._counts = {"matched": 0, "unmatched": 0, "unknown": 0}
        self._examples: dict[int, None] = {}
        self._ends: list[tuple[datetime, int]] = []
        self._next_look: datetime | None = None

    def take(self, arrivals: Iterable[Arrival]) -> None:
        """Arrivals in the order in which they came; may be called again with later ones."""
        for arrival in arrivals:
            at = arrival.facts.received_at
            self._advance(at)
            outcome = self._draft_rules.decide(arrival.facts)
            self._count(arrival, outcome)
            other = self._base_outcome(arrival.facts, outcome)
            if arrival.finished_at is not None and not self._draft.has(arrival.thread_id):
                heapq.heappush(self._ends, (arrival.finished_at, arrival.thread_id))
            self._draft.arrive(arrival.thread_id, Asked(outcome.actions, arrival.sender_id), at)
            self._base.arrive(arrival.thread_id, Asked(other.actions, arrival.sender_id), at)

    def found(self) -> dict[str, Any]:
        """What is kept of it: ids and counts."""
        return {
            **self._counts,
            "examples": list(self._examples),
            "draft": self._draft.found(),
            "base": self._base.found(),
        }

    def _count(self, arrival: Arrival, outcome: Outcome) -> None:
        matched, unknown = self._tried in outcome.matched, self._tried in outcome.unknown
        if self._tried_alone.has_age_rules and arrival.facts.is_first and not matched:
            aged = replace(arrival.facts, unanswered_hours=arrival.unanswered_hours)
            later = self._tried_alone.decide(aged)
            matched, unknown = bool(later.matched), bool(later.unknown)
        self._counts["matched" if matched else "unknown" if unknown else "unmatched"] += 1
        if matched and len(self._examples) < MOST_EXAMPLES:
            self._examples[arrival.thread_id] = None

    def _base_outcome(self, facts: Facts, outcome: Outcome) -> Outcome:
        """The same, wherever neither the draft nor what stands in its place applies."""
        if self._tried not in outcome.matched and (
            self._replaced is None or not self._replaced.decide(facts).matched
        ):
            return outcome
        return self._base_rules.decide(facts)

    def _advance(self, at: datetime) -> None:
        while self._ends and self._ends[0][0] <= at:
            thread_id = heapq.heappop(self._ends)[1]
            self._draft.end(thread_id)
            self._base.end(thread_id)
        if self._next_look is None or at >= self._next_look:
            self._draft.look(at)
            self._base.look(at)
            self._next_look = at - (at - datetime.min.replace(tzinfo=at.tzinfo)) % SLOT + SLOT
