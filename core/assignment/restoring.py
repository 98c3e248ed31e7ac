"""Put a thread back as it was before a change, under the same gate as every other road."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from core.assignment.changing import Change, changing
from core.assignment.choices import Choice
from core.assignment.manual import must_be_able
from core.clock import Clock
from core.mail.fold import Event, ThreadFold
from core.mail.models import EventKind, MailThread, ThreadState
from core.outbox.queue import Outbox
from core.people.views import Actor


@dataclass(frozen=True, slots=True)
class Before:
    """How a thread stood: ids, codes and moments."""

    state: ThreadState
    assignee_id: int | None
    waiting_reason: str | None
    waits_for_id: int | None
    assigned_at: datetime | None
    finished_at: datetime | None
    snoozed_until: datetime | None

    @classmethod
    def of(cls, thread: MailThread) -> Self:
        return cls(
            thread.state,
            thread.assignee_id,
            thread.waiting_reason,
            thread.waits_for_id,
            thread.assigned_at,
            thread.finished_at,
            thread.snoozed_until,
        )

    def as_facts(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "state": self.state.value,
            "assignee": self.assignee_id,
            "waiting_reason": self.waiting_reason,
            "waits_for": self.waits_for_id,
            "assigned_at": _text(self.assigned_at),
            "finished_at": _text(self.finished_at),
            "snoozed_until": _text(self.snoozed_until),
        }

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Self:
        return cls(
            ThreadState(facts["state"]),
            facts["assignee"],
            facts["waiting_reason"],
            facts["waits_for"],
            _moment(facts["assigned_at"]),
            _moment(facts["finished_at"]),
            _moment(facts["snoozed_until"]),
        )


class Restoring:
    def __init__(self, outbox: Outbox, now: Clock) -> None:
        self._outbox = outbox
        self._now = now

    async def restore(self, actor: Actor, thread_id: int, before: Before) -> None:
        """For who made the change that is undone; that nobody changed it since, they made sure.

        Raises NotFound, and Full, Absent or InvalidInput("member") where whoever had it cannot
        be given it again.
        """
        async with changing(self._outbox, self._now(), actor, thread_id) as change:
            thread = change.thread
            if _is_given(thread, before):
                own = before.assignee_id == actor.member_id
                await must_be_able(change, before.assignee_id or 0, own=own)
            _put_back(change, before)
            change.records.audited("thread.restored", thread_id, {})


def _is_given(thread: ThreadFold, before: Before) -> bool:
    """Whether it becomes somebody's open thread that it is not now."""
    is_theirs = thread.state is ThreadState.OPEN and thread.assignee_id == before.assignee_id
    return before.assignee_id is not None and before.state is ThreadState.OPEN and not is_theirs


def _put_back(change: Change, before: Before) -> None:
    thread, now, had = change.thread, change.now, change.thread.assignee_id
    if thread.state is ThreadState.DONE and before.state is not ThreadState.DONE:
        thread.events.append(Event(EventKind.REOPENED, now, had))
        thread.finished_in_outlook = False
    elif thread.state is ThreadState.SNOOZED and before.state is ThreadState.OPEN:
        thread.events.append(Event(EventKind.WOKEN, now, had))
    if before.assignee_id != had:
        if had is not None:
            thread.events.append(Event(EventKind.RELEASED, now, had))
        if before.assignee_id is not None:
            thread.events.append(Event(EventKind.ASSIGNED, now, before.assignee_id))
        code = before.waiting_reason if before.assignee_id is None else None
        code = code or "restored"
        change.records.decided(thread.id, Choice(code, before.assignee_id))
    thread.state, thread.assignee_id = before.state, before.assignee_id
    thread.waiting_reason, thread.waits_for_id = before.waiting_reason, before.waits_for_id
    thread.assigned_at, thread.finished_at = before.assigned_at, before.finished_at
    thread.snoozed_until, thread.changed = before.snoozed_until, True


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
