"""What a message does to its thread. No I/O; the same end whatever the order of messages.

Delta queries give messages in any order, more than once, and again after a crash. So a
thread's times are the least and greatest of its messages', never "the last one seen".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.mail.models import Automatic, Direction, EventKind, Priority, ThreadState

RELEASED = "released"
"""Waiting reason of a thread that somebody put back for anyone to take."""


@dataclass(slots=True)
class Event:
    kind: EventKind
    at: datetime
    member_id: int | None = None
    in_outlook: bool = False


@dataclass(slots=True)
class ThreadFold:
    """A thread while a page is folded into it. Moments are UTC."""

    id: int
    is_new: bool
    state: ThreadState
    is_history: bool
    received_at: datetime
    last_received_at: datetime | None = None
    last_answered_at: datetime | None = None
    first_answered_at: datetime | None = None
    finished_at: datetime | None = None
    finished_in_outlook: bool = False
    assignee_id: int | None = None
    assigned_at: datetime | None = None
    waiting_reason: str | None = None
    automatic: Automatic = Automatic.NONE
    correspondent_id: int | None = None
    sealed_subject: bytes | None = None
    waits_for_id: int | None = None
    priority: Priority = Priority.NORMAL
    effort: int = 1
    snoozed_until: datetime | None = None
    merged_into_id: int | None = None
    answer_due_at: datetime | None = None
    finish_due_at: datetime | None = None
    version: int = 0
    changed: bool = False
    answers: set[datetime] = field(default_factory=set)
    """Every answer known, loaded where the first answer may have to be found anew."""
    was_reopened: bool = False
    was_woken: bool = False
    had_id: int | None = None
    """Who had it when it was loaded."""
    events: list[Event] = field(default_factory=list)

    @property
    def wants_assignee(self) -> bool:
        """What somebody released is left for anyone to take, unless it was finished since."""
        is_free = self.assignee_id is None and self.waiting_reason != RELEASED
        return (
            self.state is ThreadState.OPEN
            and not self.is_history
            and self.last_received_at is not None
            and self.merged_into_id is None
            and (is_free or self.was_reopened or self.was_woken)
        )


def fold(
    thread: ThreadFold,
    direction: Direction,
    at: datetime,
    *,
    backlog: bool,
    live_from: datetime | None,
    member_id: int | None = None,
    now: datetime,
) -> None:
    """Fold a message not seen before into its thread.

    `backlog`: the folder's first round is under way. What was answered before Postroom came
    is finished, silently; later on an answer leaves the thread open for its assignee.
    """
    thread.changed = True
    # Whoever finished the thread had not seen it, even if it had arrived by then.
    is_newest = thread.last_received_at is None or at > thread.last_received_at
    if direction is Direction.IN:
        _receive(thread, at, live_from)
    else:
        thread.last_answered_at = _later(thread.last_answered_at, at)
        thread.answers.add(at)
        thread.events.append(Event(EventKind.ANSWERED, at, member_id, in_outlook=True))
    _find_first_answer(thread)
    if backlog:
        _settle_backlog(thread)
    elif direction is Direction.IN and is_newest:
        _wake(thread, now)


def _receive(thread: ThreadFold, at: datetime, live_from: datetime | None) -> None:
    nobody_had_written = thread.last_received_at is None
    if nobody_had_written or at < thread.received_at:
        thread.received_at = at
    thread.last_received_at = _later(thread.last_received_at, at)
    if live_from is not None and at < live_from:
        thread.is_history = thread.is_history or nobody_had_written
    else:
        thread.is_history = False
    thread.events.append(Event(EventKind.RECEIVED, at))


def _find_first_answer(thread: ThreadFold) -> None:
    if thread.last_received_at is not None:
        after = [at for at in thread.answers if at >= thread.received_at]
        thread.first_answered_at = min(after, default=None)


def _settle_backlog(thread: ThreadFold) -> None:
    if thread.assignee_id is not None or thread.last_received_at is None:
        return
    answered = thread.last_answered_at
    if answered is not None and answered >= thread.last_received_at:
        if thread.finished_at is None or thread.finished_at < answered:
            thread.state, thread.finished_at = ThreadState.DONE, answered
            thread.snoozed_until = None
    elif thread.state is ThreadState.DONE and thread.finished_at == answered:
        thread.state, thread.finished_at = ThreadState.OPEN, None


def _wake(thread: ThreadFold, now: datetime) -> None:
    if thread.state is ThreadState.DONE:
        reopen(thread, now)
    elif thread.state is ThreadState.SNOOZED:
        wake(thread, now)


def wake(thread: ThreadFold, now: datetime) -> None:
    """End a snooze: it wants an assignee again, first of all whoever had it."""
    thread.state, thread.snoozed_until = ThreadState.OPEN, None
    thread.was_woken, thread.changed = True, True
    thread.events.append(Event(EventKind.WOKEN, now, thread.assignee_id))


def reopen(thread: ThreadFold, now: datetime) -> None:
    """Open it again for whoever had it."""
    thread.state, thread.finished_at, thread.snoozed_until = ThreadState.OPEN, None, None
    thread.finished_in_outlook, thread.was_reopened, thread.changed = False, True, True
    thread.events.append(Event(EventKind.REOPENED, now, thread.assignee_id))


def settle_places(thread: ThreadFold, *, away: int, here: int, now: datetime) -> None:
    """What moving messages in Outlook did: `away` are gone or in Deleted or Junk, `here` are not.

    A thread of which nothing is left is done "in Outlook"; one that comes back is reopened.
    """
    if here == 0 and away > 0 and thread.state is not ThreadState.DONE:
        thread.state, thread.finished_at, thread.snoozed_until = ThreadState.DONE, now, None
        thread.finished_in_outlook, thread.changed = True, True
        thread.events.append(Event(EventKind.FINISHED, now, thread.assignee_id, in_outlook=True))
    elif here > 0 and thread.state is ThreadState.DONE and thread.finished_in_outlook:
        reopen(thread, now)


def _later(known: datetime | None, at: datetime) -> datetime:
    return at if known is None or at > known else known
