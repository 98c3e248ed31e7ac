"""Put a thread back as it was before a change, under the same gate as every other road."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from core.assignment.changing import Change, changing
from core.assignment.choices import Choice
from core.assignment.manual import must_be_able
from core.clock import Clock
from core.errors import Absent, Full, InvalidInput
from core.mail.fold import Event, ThreadFold
from core.mail.models import EventKind, MailThread, ThreadState
from core.outbox.queue import Outbox
from core.people.views import Actor

TO_ANOTHER = "to_another"
"""Whoever had it could not be given it again, and somebody else could."""


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

    async def restore(self, actor: Actor, thread_id: int, before: Before) -> str | None:
        """For who made the change that is undone; that nobody changed it since, they made sure.

        Where whoever had it cannot be given it again, it goes through the pool's gate. Returns
        what became of it then: TO_ANOTHER, or the reason for which it waits; None: it is as it
        was. Raises NotFound.
        """
        async with changing(self._outbox, self._now(), actor, thread_id) as change:
            change.records.audited("thread.restored", thread_id, {})
            became = None
            if await _may_have(change, before, actor):
                _put_back(change, before)
            else:
                became = await _give(change, before, actor)
        return became


async def _may_have(change: Change, before: Before, actor: Actor) -> bool:
    """Whether it can simply be as it was."""
    if not _is_given(change.thread, before):
        return True
    own = before.assignee_id == actor.member_id
    try:
        await must_be_able(change, before.assignee_id or 0, own=own)
    except (Absent, Full, InvalidInput):
        return False
    return True


async def _give(change: Change, before: Before, actor: Actor) -> str | None:
    """Open, for whom the gate allows, first of all whoever had it."""
    thread, had = change.thread, change.thread.assignee_id
    _reopen(change, before)
    if had not in (None, before.assignee_id):
        thread.events.append(Event(EventKind.RELEASED, change.now, had))
        await MailThread.filter(id=thread.id).update(assignee_id=None)  # it fills nobody's cap
    thread.assignee_id, thread.changed = before.assignee_id, True
    thread.waiting_reason, thread.waits_for_id = None, None
    await change.giving.give([thread])
    if thread.assignee_id is None:
        return thread.waiting_reason
    if thread.assignee_id not in (before.assignee_id, actor.member_id):
        change.records.told(thread.id, thread.assignee_id)
    return None if thread.assignee_id == before.assignee_id else TO_ANOTHER


def _is_given(thread: ThreadFold, before: Before) -> bool:
    """Whether it becomes somebody's open thread that it is not now."""
    is_theirs = thread.state is ThreadState.OPEN and thread.assignee_id == before.assignee_id
    return before.assignee_id is not None and before.state is ThreadState.OPEN and not is_theirs


def _put_back(change: Change, before: Before) -> None:
    thread, now, had = change.thread, change.now, change.thread.assignee_id
    _reopen(change, before)
    if before.assignee_id != had:
        if had is not None:
            thread.events.append(Event(EventKind.RELEASED, now, had))
        if before.assignee_id is not None:
            thread.events.append(Event(EventKind.ASSIGNED, now, before.assignee_id))
        code = before.waiting_reason if before.assignee_id is None else None
        code = code or "restored"
        change.records.decided(thread.id, Choice(code, before.assignee_id))
    thread.assignee_id, thread.assigned_at = before.assignee_id, before.assigned_at
    thread.waiting_reason, thread.waits_for_id = before.waiting_reason, before.waits_for_id
    thread.changed = True


def _reopen(change: Change, before: Before) -> None:
    """Its state, and what is known of it."""
    thread, now, had = change.thread, change.now, change.thread.assignee_id
    if thread.state is ThreadState.DONE and before.state is not ThreadState.DONE:
        thread.events.append(Event(EventKind.REOPENED, now, had))
        thread.finished_in_outlook = False
    elif thread.state is ThreadState.SNOOZED and before.state is ThreadState.OPEN:
        thread.events.append(Event(EventKind.WOKEN, now, had))
    thread.state, thread.finished_at = before.state, before.finished_at
    thread.snoozed_until = before.snoozed_until


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
