"""Who has a thread: taken, assigned, released, snoozed, finished, reopened, pulled.

Each change is one transaction: the thread, its decision or event, the audit entry and the
outbox rows. The database decides who was first: PostgreSQL locks the thread's row, SQLite
refuses a write on a snapshot that is no longer the newest.
"""

from __future__ import annotations

from datetime import datetime

from core.assignment.changing import Change, changing
from core.assignment.choices import Choice
from core.assignment.giving import urgency
from core.assignment.manual import must_be_able, must_be_own_or_free
from core.assignment.moving import Moving
from core.clock import Clock
from core.errors import AlreadyAssigned, Full, InvalidInput
from core.mail.fold import RELEASED, Event, reopen, wake
from core.mail.models import EventKind, MailThread, Priority, ThreadState
from core.mailboxes.models import MailboxState
from core.outbox.queue import Outbox
from core.people.views import Actor


class Assignments:
    def __init__(self, outbox: Outbox, now: Clock) -> None:
        self._outbox = outbox
        self._now = now
        self._moving = Moving(outbox, now)

    async def take(self, actor: Actor, thread_id: int) -> None:
        """Give it to the actor; a snoozed one is open again.

        Raises AlreadyAssigned if somebody else has it, Full, and Absent who said `away`.
        """
        async with changing(self._outbox, self._now(), actor, thread_id) as change:
            thread = change.thread
            _must_not_be_done(change)
            if thread.assignee_id not in (None, actor.member_id):
                raise AlreadyAssigned(thread_id, thread.assignee_id)
            if thread.assignee_id is None or thread.state is ThreadState.SNOOZED:
                await self._give(change, actor.member_id, actor, EventKind.TAKEN)

    async def assign(self, actor: Actor, thread_id: int, to_member_id: int) -> None:
        """Give it to somebody of its mailbox: one's own, a free one, or as lead any.

        Raises InvalidInput("member", "not_in_mailbox" | "not_ready" | "opted_out"), Full,
        Absent and NotAllowed("lead").
        """
        async with changing(self._outbox, self._now(), actor, thread_id) as change:
            thread = change.thread
            _must_not_be_done(change)
            must_be_own_or_free(actor, change.mailbox_id, change.thread)
            if thread.assignee_id == to_member_id and thread.state is ThreadState.OPEN:
                return
            await self._give(change, to_member_id, actor, EventKind.ASSIGNED)
            if to_member_id != actor.member_id:
                change.records.told(thread.id, to_member_id)

    async def release(self, actor: Actor, thread_id: int) -> None:
        """Leave it for anybody to take. One's own, or as lead any."""
        async with changing(self._outbox, self._now(), actor, thread_id) as change:
            thread = change.thread
            _must_not_be_done(change)
            if thread.assignee_id is None:
                return
            must_be_own_or_free(actor, change.mailbox_id, change.thread)
            if thread.state is ThreadState.SNOOZED:
                wake(thread, change.now)
            thread.events.append(Event(EventKind.RELEASED, change.now, thread.assignee_id))
            thread.assignee_id, thread.assigned_at, thread.changed = None, None, True
            thread.waiting_reason, thread.waits_for_id = RELEASED, None
            change.records.decided(thread_id, Choice(RELEASED, None))
            change.records.audited("thread.released", thread_id, {})

    async def finish(self, actor: Actor, thread_id: int) -> None:
        """Call it done. One's own, a free one, or as lead any; it stays done twice."""
        async with changing(self._outbox, self._now(), actor, thread_id) as change:
            thread, now = change.thread, change.now
            if thread.state is ThreadState.DONE:
                return
            must_be_own_or_free(actor, change.mailbox_id, change.thread)
            thread.state, thread.finished_at, thread.snoozed_until = ThreadState.DONE, now, None
            thread.changed = True
            thread.events.append(Event(EventKind.FINISHED, now, actor.member_id))
            change.records.audited("thread.finished", thread_id, {})

    async def reopen(self, actor: Actor, thread_id: int) -> None:
        """Open a finished thread for who had it, or else by the mailbox's policy."""
        async with changing(self._outbox, self._now(), actor, thread_id) as change:
            thread = change.thread
            if thread.state is not ThreadState.DONE:
                return
            thread.is_history = False
            before = thread.assignee_id
            reopen(thread, change.now)
            change.records.audited("thread.reopened", thread_id, {})
            await change.giving.give([thread])
            if thread.assignee_id not in (None, before, actor.member_id):
                change.records.told(thread.id, thread.assignee_id or 0)

    async def snooze(self, actor: Actor, thread_id: int, until: datetime) -> None:
        """Put it aside until then; it counts for nobody's load meanwhile, and comes back to
        whoever has it if they can be given work then.

        One's own, a free one, or as lead any. Raises InvalidInput("until", "past").
        """
        async with changing(self._outbox, self._now(), actor, thread_id) as change:
            thread = change.thread
            _must_not_be_done(change)
            must_be_own_or_free(actor, change.mailbox_id, change.thread)
            if until <= change.now:
                raise InvalidInput("until", "past")
            if thread.state is ThreadState.OPEN:
                thread.events.append(Event(EventKind.SNOOZED, change.now, thread.assignee_id))
            thread.state, thread.snoozed_until, thread.changed = ThreadState.SNOOZED, until, True
            thread.waiting_reason, thread.waits_for_id = None, None
            change.records.audited("thread.snoozed", thread_id, {})

    async def set_priority(self, actor: Actor, thread_id: int, priority: Priority) -> None:
        """One's own, a free one, or as lead any."""
        async with changing(self._outbox, self._now(), actor, thread_id) as change:
            must_be_own_or_free(actor, change.mailbox_id, change.thread)
            if change.thread.priority is not priority:
                change.thread.priority, change.thread.changed = priority, True
                change.records.audited("thread.priority", thread_id, {"priority": priority.value})

    async def next(self, actor: Actor, mailbox_id: int | None = None) -> int | None:
        """Take the most urgent thread that nobody has, the oldest of those first.

        In one mailbox, or in all of the actor's; None: there is none. What waits for its owner
        is not given. Raises Full where there is one but no room for it, and Absent.
        """
        full: dict[int, Full] = {}
        for place, thread_id in await self._waiting(actor, mailbox_id):
            if place in full:
                continue
            try:
                await self.take(actor, thread_id)
            except AlreadyAssigned:  # somebody was quicker: there may be another
                continue
            except Full as refused:  # another mailbox may have room
                full[place] = refused
                continue
            return thread_id
        if full:
            raise next(iter(full.values()))
        return None

    async def put_back(self, member_id: int, code: str, mailbox_id: int | None = None) -> None:
        """Take a member's threads and give the open ones to others, or let them wait.

        `code` says why, such as `left` or `unreachable`. With a `mailbox_id`, those of that
        mailbox alone.
        """
        await self._moving.put_back(member_id, code, mailbox_id)

    async def assign_waiting(self, mailbox_id: int) -> int:
        """Give out what waits for somebody who could be given it. Returns how many it gave."""
        return await self._moving.assign_waiting(mailbox_id)

    async def wake(self, now: datetime) -> int:
        """End the snoozes that are over. Returns how many: the `wake_snoozed` timer."""
        return await self._moving.wake(now)

    async def hand_back(self, now: datetime, member_id: int | None = None) -> int:
        """Hand back what is left of shifts that are over, of one member or of all.

        Returns how many threads changed hands: the `hand_back` timer, and `away`. Of all, what
        people have who are gone is put back first.
        """
        if member_id is None:
            await self._moving.put_back_of_gone()
        return await self._moving.hand_back(now, member_id)

    async def _waiting(self, actor: Actor, mailbox_id: int | None) -> list[tuple[int, int]]:
        """(mailbox id, thread id), the one to be taken first at the head."""
        places = actor.mailboxes if mailbox_id is None else actor.mailboxes & {mailbox_id}
        free = MailThread.filter(
            mailbox_id__in=places,
            mailbox__state=MailboxState.ACTIVE,
            state=ThreadState.OPEN,
            assignee_id=None,
            waits_for_id=None,
            merged_into_id=None,
            is_history=False,
            last_received_at__isnull=False,
        )
        rows = sorted(await free.only(*_ORDER), key=urgency)
        return [(thread.mailbox_id, thread.id) for thread in rows]

    async def _give(self, change: Change, member_id: int, actor: Actor, kind: EventKind) -> None:
        thread, now = change.thread, change.now
        own = member_id == actor.member_id
        await must_be_able(change, member_id, own=own)
        if thread.state is ThreadState.SNOOZED:
            wake(thread, now)
        thread.assignee_id, thread.assigned_at, thread.changed = member_id, now, True
        thread.waiting_reason, thread.waits_for_id, thread.is_history = None, None, False
        thread.events.append(Event(kind, now, member_id))
        code = "taken" if kind is EventKind.TAKEN else "by_hand"
        change.records.decided(thread.id, Choice(code, member_id))


_ORDER = ("id", "mailbox_id", "priority", "received_at")


def _must_not_be_done(change: Change) -> None:
    if change.thread.state is ThreadState.DONE:
        raise InvalidInput("thread", "done")
