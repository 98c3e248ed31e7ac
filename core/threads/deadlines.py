"""Deadlines of a thread from its mailbox's targets, on the mailbox's business clock. No I/O.

Which target holds: one for a tag of the thread before one for its priority before the
mailbox's own; of several tags the shortest. Both kinds are counted from the first message
from outside, or from when the thread was last reopened. A snooze stops the clock of finishing;
it does not stop that of the first answer, since whoever wrote is waiting all the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.mail.models import EventKind, Priority, ThreadState
from core.threads.models import TargetKind

WARN_AT = 0.8
"""Share of the time after which the assignee is warned."""


class Clock(Protocol):
    """Business time of a mailbox."""

    def add(self, at: datetime, minutes: int) -> datetime: ...

    def between(self, start: datetime, end: datetime) -> float: ...


@dataclass(frozen=True, slots=True)
class Aim:
    """One target of a mailbox: for a tag, for a priority, or for all."""

    kind: TargetKind
    minutes: int
    """Of business time."""
    tag_id: int | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a thread that its deadlines depend on."""

    kind: EventKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What a thread's deadlines depend on."""

    state: ThreadState
    received_at: datetime
    last_received_at: datetime | None
    first_answered_at: datetime | None
    snoozed_until: datetime | None
    is_history: bool
    priority: Priority
    tags: frozenset[int]
    events: tuple[Happened, ...] = ()
    """Those of reopening, snoozing and waking, in order of time."""

    @property
    def starts_at(self) -> datetime:
        reopened = [e.at for e in self.events if e.kind is EventKind.REOPENED]
        return max([self.received_at, *reopened])


@dataclass(frozen=True, slots=True)
class Deadlines:
    answer: datetime | None = None
    finish: datetime | None = None


def aim_for(
    aims: Iterable[Aim], kind: TargetKind, tags: frozenset[int], priority: Priority
) -> Aim | None:
    """The most specific target; None: there is none for such a thread."""
    fitting = [aim for aim in aims if aim.kind is kind and _fits(aim, tags, priority)]
    return min(fitting, key=lambda aim: (_rank(aim), aim.minutes), default=None)


def deadlines(thread: Standing, aims: Iterable[Aim], clock: Clock) -> Deadlines:
    """When its first answer and its end are due; None where nothing is due."""
    if thread.state is ThreadState.DONE or thread.is_history or thread.last_received_at is None:
        return Deadlines()
    aims = tuple(aims)
    answer = aim_for(aims, TargetKind.ANSWER, thread.tags, thread.priority)
    finish = aim_for(aims, TargetKind.FINISH, thread.tags, thread.priority)
    waits_for_answer = thread.first_answered_at is None
    return Deadlines(
        answer=clock.add(thread.starts_at, answer.minutes) if answer and waits_for_answer else None,
        finish=_after_pauses(thread, finish.minutes, clock) if finish else None,
    )


def warn_within(aim: Aim) -> int:
    """Minutes of business time before its deadline in which the assignee is warned."""
    return max(math.ceil(aim.minutes * (1 - WARN_AT)), 1)


def _after_pauses(thread: Standing, minutes: int, clock: Clock) -> datetime:
    """When so much business time has passed in which the thread was not snoozed."""
    at, left = thread.starts_at, float(minutes)
    for start, end in _snoozes(thread):
        if end <= at:
            continue
        used = clock.between(at, start) if start > at else 0.0
        if used >= left:
            break
        at, left = end, left - used
    return clock.add(at, math.ceil(left))


def _snoozes(thread: Standing) -> list[tuple[datetime, datetime]]:
    """From and until when it was snoozed; one that lasts, until it is to wake."""
    spans: list[tuple[datetime, datetime]] = []
    since: datetime | None = None
    for event in thread.events:
        if event.kind is EventKind.SNOOZED:
            since = since or event.at
        elif since is not None:
            spans.append((since, event.at))
            since = None
    if since is not None and thread.state is ThreadState.SNOOZED and thread.snoozed_until:
        spans.append((since, thread.snoozed_until))
    return spans


def _fits(aim: Aim, tags: frozenset[int], priority: Priority) -> bool:
    return aim.tag_id in (None, *tags) and aim.priority in (None, priority)


def _rank(aim: Aim) -> int:
    if aim.tag_id is not None:
        return 0
    return 1 if aim.priority is not None else 2
