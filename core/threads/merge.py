"""Merging a thread into another: its messages, and all that comes later, belong to that one.

The livelier of both says how the thread stands and who has it (open before snoozed before
done; the target where they are alike), so nobody is given more work than they had.
There is no way back: what came from where is not kept.
"""

from __future__ import annotations

from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.choices import Choice
from core.assignment.giving import Giving
from core.assignment.manual import must_be_own_or_free
from core.assignment.records import Records
from core.clock import Clock
from core.errors import InvalidInput
from core.mail.fold import Event, ThreadFold, reopen, wake
from core.mail.models import EventKind, MailMessage, MailThread, Priority, ThreadState
from core.mail.thread_rows import ThreadBook
from core.outbox.queue import Outbox
from core.people.views import Actor
from core.threads.following import follow_up
from core.threads.models import Follower, Presence
from core.threads.scope import thread_of
from core.threads.tags import add_tags, tags_of_threads
from core.transactions import transaction

_RANKS = tuple(Priority)
_LIVELIEST = (ThreadState.OPEN, ThreadState.SNOOZED, ThreadState.DONE)


class Merges:
    def __init__(self, outbox: Outbox, now: Clock) -> None:
        self._outbox = outbox
        self._now = now

    async def merge(self, actor: Actor, thread_id: int, into_id: int) -> None:
        """Both one's own or free, or as lead any; both of one mailbox.

        Raises NotFound, NotAllowed("lead"), InvalidInput("thread") with `same_thread`,
        `other_mailbox` or `merged`.
        """
        now = self._now()
        async with transaction() as connection:
            mailbox_id = await _common_mailbox(actor, thread_id, into_id)
            book = ThreadBook(connection, actor.organization_id, mailbox_id)
            await book.open([], [thread_id, into_id])
            source, target = book.by_id(thread_id), book.by_id(into_id)
            for thread in (source, target):
                _must_be_able(actor, mailbox_id, thread)
            records = Records(actor.organization_id, now, by=actor.member_id)
            before = (target.assignee_id, target.waiting_reason)
            join(source, target, now)
            if target.wants_assignee and _waits_for_nothing(target):
                await Giving(connection, mailbox_id, records, now).give([target])
                if target.assignee_id not in (None, actor.member_id):
                    records.told(into_id, target.assignee_id or 0)
            elif (target.assignee_id, target.waiting_reason) != before:
                code = target.waiting_reason or "merged"
                choice = Choice(code, target.assignee_id, waits_for=target.waits_for_id)
                records.decided(into_id, choice)
            records.audited("thread.merged", thread_id, {"into": into_id})
            await book.save()
            await book.save_events()
            await _move(connection, thread_id, into_id)
            await follow_up(connection, mailbox_id, (source, target), records)
            for thread in (source, target):
                records.redrawn(thread.id)
            await records.save(connection)
            await self._outbox.wake()


async def _move(connection: BaseDBAsyncClient, source_id: int, target_id: int) -> None:
    """All that hangs on the source, other than its history and its notes."""
    await MailMessage.filter(thread_id=source_id).update(thread_id=target_id)
    await MailThread.filter(merged_into_id=source_id).update(merged_into_id=target_id)
    tags = await tags_of_threads(connection, [source_id])
    await add_tags(connection, {target_id: sorted(tags.get(source_id, ()))})
    there = await Follower.filter(thread_id=target_id).values_list("member_id", flat=True)
    known = [int(str(member)) for member in there]
    await Follower.filter(thread_id=source_id, member_id__in=known).delete()
    await Follower.filter(thread_id=source_id).update(thread_id=target_id)
    await Presence.filter(thread_id=source_id).delete()


def join(source: ThreadFold, target: ThreadFold, now: datetime) -> None:
    """Fold all of `source` into `target`, as if its messages had come there. No I/O."""
    _join_times(source, target)
    if target.correspondent_id is None:
        target.correspondent_id = source.correspondent_id
        target.sealed_subject, target.automatic = source.sealed_subject, source.automatic
    target.is_history = target.is_history and source.is_history
    if _LIVELIEST.index(source.state) < _LIVELIEST.index(target.state):
        _take_over(source, target, now)
    elif target.assignee_id is None and source.state is target.state:
        _take_over_assignee(source, target)
    target.priority = max(source.priority, target.priority, key=_RANKS.index)
    source.state, source.finished_at = ThreadState.DONE, source.finished_at or now
    source.merged_into_id, source.snoozed_until = target.id, None
    source.waiting_reason, source.waits_for_id = None, None
    source.events.append(Event(EventKind.MERGED, now, source.assignee_id))
    source.changed = target.changed = True


def _join_times(source: ThreadFold, target: ThreadFold) -> None:
    if source.last_received_at is not None:
        if target.last_received_at is None:
            target.received_at = source.received_at
        target.received_at = min(target.received_at, source.received_at)
    target.last_received_at = _later(target.last_received_at, source.last_received_at)
    target.last_answered_at = _later(target.last_answered_at, source.last_answered_at)
    target.answers |= source.answers
    after = [at for at in target.answers if at >= target.received_at]
    if target.last_received_at is not None:
        target.first_answered_at = min(after, default=None)


def _take_over(source: ThreadFold, target: ThreadFold, now: datetime) -> None:
    if target.state is ThreadState.DONE:
        reopen(target, now)
    else:
        wake(target, now)
    if source.state is ThreadState.SNOOZED:
        target.state, target.snoozed_until = ThreadState.SNOOZED, source.snoozed_until
        target.events.append(Event(EventKind.SNOOZED, now, source.assignee_id))
    _take_over_assignee(source, target)


def _waits_for_nothing(thread: ThreadFold) -> bool:
    """It has become work by the merge: one of the two had never been given to anybody."""
    return thread.assignee_id is None and thread.waiting_reason is None


def _take_over_assignee(source: ThreadFold, target: ThreadFold) -> None:
    target.assignee_id, target.assigned_at = source.assignee_id, source.assigned_at
    target.waiting_reason, target.waits_for_id = source.waiting_reason, source.waits_for_id


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)


async def _common_mailbox(actor: Actor, thread_id: int, into_id: int) -> int:
    source, target = await thread_of(actor, thread_id), await thread_of(actor, into_id)
    if source.id == target.id:
        raise InvalidInput("thread", "same_thread")
    if source.mailbox_id != target.mailbox_id:
        raise InvalidInput("thread", "other_mailbox")
    return target.mailbox_id


def _must_be_able(actor: Actor, mailbox_id: int, thread: ThreadFold) -> None:
    if thread.merged_into_id is not None:
        raise InvalidInput("thread", "merged")
    must_be_own_or_free(actor, mailbox_id, thread)
