"""Who has a thread: taken, assigned, released, finished, reopened, put back.

Each change is one transaction: the thread, its decision or event, the audit entry and the
outbox rows. The database decides who was first: PostgreSQL locks the thread's row, SQLite
refuses a write on a snapshot that is no longer the newest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.pools import PoolBook
from core.assignment.records import Records
from core.assignment.strategies import Choice
from core.clock import Clock
from core.errors import AlreadyAssigned, InvalidInput, NotAllowed, NotFound
from core.mail.fold import RELEASED, Event, ThreadFold, reopen
from core.mail.models import EventKind, MailThread, ThreadState
from core.mail.thread_rows import ThreadBook
from core.mailboxes.models import MailboxMember
from core.outbox.queue import Outbox
from core.people.models import Member, MemberState
from core.people.views import Actor
from core.threads.following import follow_up
from core.transactions import transaction

BATCH = 100


@dataclass(slots=True)
class _Change:
    """One thread under change."""

    connection: BaseDBAsyncClient
    mailbox_id: int
    thread: ThreadFold
    records: Records


class Assignments:
    def __init__(self, outbox: Outbox, now: Clock) -> None:
        self._outbox = outbox
        self._now = now

    async def take(self, actor: Actor, thread_id: int) -> None:
        """Give it to the actor. Raises AlreadyAssigned if somebody else has it."""
        async with self._changing(actor, thread_id) as change:
            thread = change.thread
            _must_be_open(thread)
            if thread.assignee_id == actor.member_id:
                return
            if thread.assignee_id is not None:
                raise AlreadyAssigned(thread_id, thread.assignee_id)
            self._give(change, actor.member_id, EventKind.TAKEN)

    async def assign(self, actor: Actor, thread_id: int, to_member_id: int) -> None:
        """Give it to somebody of its mailbox: one's own, a free one, or as lead any.

        Raises InvalidInput("member", "not_in_mailbox" | "not_ready") and NotAllowed("lead").
        """
        async with self._changing(actor, thread_id) as change:
            _must_be_open(change.thread)
            _must_be_own_or_free(actor, change)
            await _must_be_able(to_member_id, change.mailbox_id)
            if change.thread.assignee_id != to_member_id:
                self._give(change, to_member_id, EventKind.ASSIGNED)
                facts = {"member_id": to_member_id, "thread_id": thread_id}
                if to_member_id != actor.member_id:
                    change.records.notify("thread_notice", f"thread:{thread_id}", facts)

    async def release(self, actor: Actor, thread_id: int) -> None:
        """Leave it for anybody to take. One's own, or as lead any."""
        async with self._changing(actor, thread_id) as change:
            thread = change.thread
            _must_be_open(thread)
            if thread.assignee_id is None:
                return
            _must_be_own_or_free(actor, change)
            thread.events.append(Event(EventKind.RELEASED, self._now(), thread.assignee_id))
            thread.assignee_id, thread.assigned_at, thread.changed = None, None, True
            thread.waiting_reason = RELEASED
            change.records.decided(thread_id, Choice(RELEASED, None))
            change.records.audited("thread.released", thread_id, {})

    async def finish(self, actor: Actor, thread_id: int) -> None:
        """Call it done. One's own, a free one, or as lead any; it stays done twice."""
        async with self._changing(actor, thread_id) as change:
            thread, now = change.thread, self._now()
            if thread.state is ThreadState.DONE:
                return
            _must_be_own_or_free(actor, change)
            thread.state, thread.finished_at, thread.changed = ThreadState.DONE, now, True
            thread.events.append(Event(EventKind.FINISHED, now, actor.member_id))
            change.records.audited("thread.finished", thread_id, {})

    async def reopen(self, actor: Actor, thread_id: int) -> None:
        """Open a finished thread for who had it, or else by the mailbox's strategy."""
        async with self._changing(actor, thread_id) as change:
            thread = change.thread
            if thread.state is not ThreadState.DONE:
                return
            thread.is_history = False
            before = thread.assignee_id
            reopen(thread, self._now())
            change.records.audited("thread.reopened", thread_id, {})
            await self._give_all(change.connection, change.mailbox_id, [thread], change.records)
            if thread.assignee_id not in (None, before, actor.member_id):
                facts = {"member_id": thread.assignee_id or 0, "thread_id": thread_id}
                change.records.notify("thread_notice", f"thread:{thread_id}", facts)

    async def put_back(self, member_id: int, code: str, mailbox_id: int | None = None) -> None:
        """Take a member's open threads and give them to others, or let them wait.

        `code` says why, such as `left` or `unreachable`. With a `mailbox_id`, those of that
        mailbox alone.
        """
        member = await Member.get(id=member_id)
        theirs = MailThread.filter(assignee_id=member_id, state=ThreadState.OPEN)
        if mailbox_id is not None:
            theirs = theirs.filter(mailbox_id=mailbox_id)
        while True:
            threads = (
                await theirs.order_by("mailbox_id", "id")
                .limit(BATCH)
                .values_list("mailbox_id", "id")
            )
            if not threads:
                return
            place = threads[0][0]
            ids = [thread for mailbox, thread in threads if mailbox == place]
            await self._reassign(member.organization_id, place, ids, member_id, code)

    async def assign_waiting(self, mailbox_id: int) -> int:
        """Give out what waits because nobody could be given it. Returns how many found someone."""
        given = 0
        after = 0
        while True:
            rows = (
                await MailThread.filter(
                    mailbox_id=mailbox_id,
                    state=ThreadState.OPEN,
                    assignee_id=None,
                    is_history=False,
                    waiting_reason__startswith="nobody",
                    id__gt=after,
                )
                .order_by("id")
                .limit(BATCH)
                .values_list("organization_id", "id")
            )
            if not rows:
                return given
            ids = [thread for _, thread in rows]
            after = ids[-1]
            given += await self._reassign(rows[0][0], mailbox_id, ids, None, "waited")

    async def _reassign(
        self,
        organization_id: int,
        mailbox_id: int,
        ids: list[int],
        avoid: int | None,
        code: str,
    ) -> int:
        records = Records(organization_id, self._now())
        async with transaction() as connection:
            book = ThreadBook(connection, organization_id, mailbox_id)
            await book.open([], ids)
            moving = [
                thread
                for thread in book.all()
                if thread.state is ThreadState.OPEN and thread.assignee_id == avoid
            ]
            for thread in moving:
                if avoid is not None:
                    thread.events.append(Event(EventKind.RELEASED, self._now(), avoid))
                    records.audited("thread.put_back", thread.id, {"member": avoid, "code": code})
                thread.assignee_id = None
            await self._give_all(connection, mailbox_id, moving, records, avoid=avoid)
            given = [thread for thread in moving if thread.assignee_id is not None]
            for thread in given:
                facts = {"member_id": thread.assignee_id or 0, "thread_id": thread.id}
                records.notify("thread_notice", f"thread:{thread.id}", facts)
            await _save(book, records, connection)
            await self._outbox.wake()
        return len(given)

    async def _give_all(
        self,
        connection: BaseDBAsyncClient,
        mailbox_id: int,
        threads: list[ThreadFold],
        records: Records,
        *,
        avoid: int | None = None,
    ) -> None:
        now = self._now()
        book = PoolBook(connection, mailbox_id)
        pool = await book.open()
        for thread in threads:
            choice = pool.give(now, keep=thread.assignee_id, avoid=avoid)
            records.decided(thread.id, choice)
            thread.changed, thread.assignee_id = True, choice.member_id
            if choice.member_id is None:
                thread.assigned_at, thread.waiting_reason = None, choice.code
            else:
                thread.assigned_at, thread.waiting_reason = now, None
                thread.events.append(Event(EventKind.ASSIGNED, now, choice.member_id))
        await book.save(pool, now)

    def _give(self, change: _Change, member_id: int, kind: EventKind) -> None:
        thread, now = change.thread, self._now()
        thread.assignee_id, thread.assigned_at, thread.changed = member_id, now, True
        thread.waiting_reason, thread.is_history = None, False
        thread.events.append(Event(kind, now, member_id))
        code = "taken" if kind is EventKind.TAKEN else "by_hand"
        change.records.decided(thread.id, Choice(code, member_id))

    @asynccontextmanager
    async def _changing(self, actor: Actor, thread_id: int) -> AsyncIterator[_Change]:
        """The thread, locked, if it is the actor's to see; saved at the end."""
        found = await MailThread.get_or_none(
            id=thread_id,
            organization_id=actor.organization_id,
            mailbox_id__in=actor.mailboxes,
        ).only("mailbox_id", "merged_into_id")
        if found is None:
            raise NotFound("thread")
        if found.merged_into_id is not None:
            raise InvalidInput("thread", "merged")
        mailbox_id = found.mailbox_id
        records = Records(actor.organization_id, self._now(), by=actor.member_id)
        async with transaction() as connection:
            book = ThreadBook(connection, actor.organization_id, mailbox_id)
            await book.open([], [thread_id])
            yield _Change(connection, mailbox_id, book.by_id(thread_id), records)
            if book.by_id(thread_id).changed:
                await _save(book, records, connection)
                await self._outbox.wake()


async def _save(book: ThreadBook, records: Records, connection: BaseDBAsyncClient) -> None:
    changed = await book.save()
    for thread in changed:
        records.notify("thread_card", f"thread:{thread.id}", {"thread_id": thread.id})
    await book.save_events()
    await follow_up(connection, book.mailbox_id, changed, records)
    await records.save(connection)


def _must_be_open(thread: ThreadFold) -> None:
    if thread.state is ThreadState.DONE:
        raise InvalidInput("thread", "done")


def _must_be_own_or_free(actor: Actor, change: _Change) -> None:
    mine = change.thread.assignee_id in (None, actor.member_id)
    if not mine and change.mailbox_id not in actor.leads:
        raise NotAllowed("lead")


async def _must_be_able(member_id: int, mailbox_id: int) -> None:
    if not await MailboxMember.exists(mailbox_id=mailbox_id, member_id=member_id):
        raise InvalidInput("member", "not_in_mailbox")
    if not await Member.exists(id=member_id, state=MemberState.READY):
        raise InvalidInput("member", "not_ready")
