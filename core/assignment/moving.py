"""Threads that change hands without anybody choosing: put back, handed back, woken, waiting.

However many there are, they go in batches, one transaction each, and a batch that was cut off
is found again by what its threads still are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from core.assignment.candidates import Wish
from core.assignment.changing import save
from core.assignment.choices import PAUSED, PULL, TRIED_AGAIN, Choice
from core.assignment.giving import Giving, urgency
from core.assignment.pool import Pool
from core.assignment.records import Records
from core.assignment.shift_ends import Over, shifts_over
from core.clock import Clock
from core.mail.fold import Event, ThreadFold, wake
from core.mail.models import EventKind, MailThread, ThreadState
from core.mail.thread_rows import ThreadBook
from core.mailboxes.models import Mailbox, MailboxMember, MailboxState, Strategy
from core.outbox.queue import Outbox
from core.people.models import MemberState
from core.transactions import transaction

BATCH = 100
AT_REST = (MailboxState.PAUSED, MailboxState.OFFBOARDED)
"""No thread of such a mailbox changes hands by itself."""

Prepare = Callable[[ThreadFold, Records], bool]
"""Make a locked thread ready to be given to somebody; False: it is not, or no longer."""


@dataclass(frozen=True, slots=True)
class _Moved:
    pool: Pool
    given: int
    changed: bool


class Moving:
    def __init__(self, outbox: Outbox, now: Clock) -> None:
        self._outbox = outbox
        self._now = now

    async def put_back(self, member_id: int, code: str, mailbox_id: int | None) -> None:
        """Snoozed ones are only taken off: somebody gets them when they wake. So are those of
        a mailbox at rest, which wait until it is resumed."""
        states = (ThreadState.OPEN, ThreadState.SNOOZED)
        theirs = MailThread.filter(assignee_id=member_id, state__in=states)
        if mailbox_id is not None:
            theirs = theirs.filter(mailbox_id=mailbox_id)

        def prepare(thread: ThreadFold, records: Records) -> bool:
            if thread.assignee_id != member_id or thread.state is ThreadState.DONE:
                return False
            _take_off(thread, records, code)
            return thread.state is ThreadState.OPEN

        def lay_down(thread: ThreadFold, records: Records) -> bool:
            if prepare(thread, records):
                thread.waiting_reason, thread.waits_for_id = PAUSED, None
                records.decided(thread.id, Choice(PAUSED, None))
            return False

        rests = await Mailbox.filter(state__in=AT_REST).values_list("id", flat=True)
        resting = {int(str(row)) for row in rests}
        while batch := await _next_batch(theirs):
            at_rest = batch.mailbox_id in resting
            await self._move(batch, lay_down if at_rest else prepare, avoid=member_id)

    async def assign_waiting(self, mailbox_id: int) -> int:
        """The most urgent and oldest first, until nobody has room."""
        mailbox = await Mailbox.get(id=mailbox_id)
        if mailbox.state in AT_REST:
            return 0
        reasons = [*TRIED_AGAIN]
        if mailbox.strategy is not Strategy.PULL:
            reasons.append(PULL)
        waiting = MailThread.filter(
            mailbox_id=mailbox_id,
            state=ThreadState.OPEN,
            assignee_id=None,
            is_history=False,
            merged_into_id=None,
            waiting_reason__in=reasons,
        )
        rows = sorted(await waiting.only("id", "priority", "received_at"), key=urgency)

        def prepare(thread: ThreadFold, records: Records) -> bool:
            waits = thread.assignee_id is None and thread.waiting_reason in reasons
            return waits and thread.state is ThreadState.OPEN

        given = 0
        for start in range(0, len(rows), BATCH):
            ids = [row.id for row in rows[start : start + BATCH]]
            moved = await self._move(_Batch(mailbox.organization_id, mailbox_id, ids), prepare)
            given += moved.given
            if not moved.changed and not moved.pool.has_room:
                break
        return given

    async def wake(self, now: datetime) -> int:
        over = MailThread.filter(state=ThreadState.SNOOZED, snoozed_until__lte=now)
        over = over.exclude(mailbox__state__in=AT_REST)
        woken = 0

        def prepare(thread: ThreadFold, records: Records) -> bool:
            until = thread.snoozed_until
            if thread.state is not ThreadState.SNOOZED or until is None or until > now:
                return False
            wake(thread, now)
            records.audited("thread.woken", thread.id, {})
            return True

        while batch := await _next_batch(over):
            await self._move(batch, prepare)
            woken += len(batch.ids)
        return woken

    async def put_back_of_gone(self) -> None:
        """Also of who went while another process, which had still seen them, gave them more."""
        theirs = MailThread.filter(
            state__in=(ThreadState.OPEN, ThreadState.SNOOZED), assignee_id__isnull=False
        ).exclude(mailbox__state__in=AT_REST)
        held = await theirs.distinct().values_list("mailbox_id", "assignee_id")
        works = MailboxMember.filter(member__state=MemberState.READY)
        able = set(await works.values_list("mailbox_id", "member_id"))
        for mailbox_id, member_id in sorted(set(held) - able):
            await self.put_back(int(str(member_id)), "gone", int(str(mailbox_id)))

    async def hand_back(self, now: datetime, member_id: int | None = None) -> int:
        return sum([await self._hand_back(shift) for shift in await shifts_over(now, member_id)])

    async def _hand_back(self, shift: Over) -> int:
        left = MailThread.filter(
            Q(assigned_at__lte=shift.ended_at) | Q(assigned_at=None),
            mailbox_id=shift.mailbox_id,
            assignee_id=shift.member_id,
            state=ThreadState.OPEN,
        )

        def prepare(thread: ThreadFold, records: Records) -> bool:
            at = thread.assigned_at
            is_left = thread.assignee_id == shift.member_id and thread.state is ThreadState.OPEN
            if not is_left or (at is not None and at > shift.ended_at):
                return False
            _take_off(thread, records, "handed_back")
            return True

        handed = 0
        while batch := await _next_batch(left):
            asked = dict.fromkeys(batch.ids, Wish(targets=shift.targets, or_pool=True))
            await self._move(batch, prepare, asked, avoid=shift.member_id)
            handed += len(batch.ids)
        return handed

    async def _move(
        self,
        batch: _Batch,
        prepare: Prepare,
        asked: Mapping[int, Wish] | None = None,
        *,
        avoid: int | None = None,
    ) -> _Moved:
        now = self._now()
        records = Records(batch.organization_id, now)
        async with transaction() as connection:
            book = ThreadBook(connection, batch.organization_id, batch.mailbox_id)
            await book.open([], batch.ids)
            moving = [thread for thread in book.all() if prepare(thread, records)]
            giving = Giving(connection, batch.mailbox_id, records, now)
            pool = await giving.give(moving, asked, avoid=avoid)
            given = [thread for thread in moving if thread.assignee_id is not None]
            for thread in given:
                records.told(thread.id, thread.assignee_id or 0)
            changed = any(thread.changed for thread in book.all())
            if changed:
                await save(book, records, connection)
                await self._outbox.wake()
        return _Moved(pool, len(given), changed)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Threads of one mailbox."""

    organization_id: int
    mailbox_id: int
    ids: Sequence[int]


async def _next_batch(threads: object) -> _Batch | None:
    """The first hundred at most, of one mailbox; None: there are none left."""
    rows = (
        await threads.order_by("mailbox_id", "id")  # type: ignore[attr-defined]  # a query set
        .limit(BATCH)
        .values_list("organization_id", "mailbox_id", "id")
    )
    if not rows:
        return None
    organization_id, mailbox_id, _ = rows[0]
    return _Batch(organization_id, mailbox_id, [row[2] for row in rows if row[1] == mailbox_id])


def _take_off(thread: ThreadFold, records: Records, code: str) -> None:
    """Whoever has it has it no longer."""
    member_id = thread.assignee_id
    thread.events.append(Event(EventKind.RELEASED, records.now, member_id))
    records.audited("thread.put_back", thread.id, {"member": member_id, "code": code})
    thread.assignee_id, thread.assigned_at, thread.changed = None, None, True
