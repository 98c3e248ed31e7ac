"""Give threads of one mailbox to its people: the one road on which Postroom itself assigns.

Mail that arrives or comes back, threads that are reopened, woken, put back, handed back or
waited, and what rules name: all come here and pass the pool's gate, inside the transaction of
whatever caused them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.candidates import Wish
from core.assignment.choices import Choice
from core.assignment.pool import Pool
from core.assignment.pools import PoolBook
from core.assignment.records import Records
from core.assignment.wishes import WishBook
from core.mail.fold import Event, ThreadFold
from core.mail.models import EventKind, MailThread, Priority

_URGENCY = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}


class Giving:
    """Opened once a transaction, after the threads were locked."""

    def __init__(
        self, connection: BaseDBAsyncClient, mailbox_id: int, records: Records, now: datetime
    ) -> None:
        self._connection = connection
        self._mailbox_id = mailbox_id
        self._records = records
        self._now = now
        self._book = PoolBook(connection, mailbox_id, now)

    async def give(
        self,
        threads: Sequence[ThreadFold],
        asked: Mapping[int, Wish] | None = None,
        *,
        avoid: int | None = None,
    ) -> Pool:
        """Choose for each thread, the most urgent and then the oldest first.

        `asked`, by thread id, is what rules ask: their targets and tags are put into the wish
        that the thread has anyway.
        """
        pool = await self._book.open()
        wishes = WishBook(self._connection, self._mailbox_id, pool.policy, self._now)
        await wishes.open(threads)
        for thread in sorted(threads, key=urgency):
            known = wishes.wish(thread, avoid)
            wish = _joined(known, (asked or {}).get(thread.id))
            self._settle(thread, pool.give(wish, self._now), known)
            wishes.given(thread)
        await self.keep(pool)
        return pool

    async def keep(self, pool: Pool) -> None:
        """Save the counts of a pool that `give` returned and that gave more since."""
        await self._book.save(pool, self._now)

    def _settle(self, thread: ThreadFold, choice: Choice, known: Wish) -> None:
        if choice.member_id is not None:
            self._to_member(thread, choice, choice.member_id)
        elif _waits_otherwise(thread, choice) or choice.targets != known.targets:
            self._records.decided(thread.id, choice)
            thread.changed = True
            thread.assignee_id, thread.assigned_at = None, None
            thread.waiting_reason, thread.waits_for_id = choice.code, choice.waits_for

    def _to_member(self, thread: ThreadFold, choice: Choice, member_id: int) -> None:
        """A thread that wakes for whoever had it goes on: it is no new assignment."""
        self._records.decided(thread.id, choice)
        goes_on = thread.was_woken and thread.assignee_id == member_id
        thread.changed, thread.assignee_id = True, member_id
        thread.waiting_reason, thread.waits_for_id = None, None
        if not goes_on or thread.assigned_at is None:
            thread.assigned_at = self._now
            thread.events.append(Event(EventKind.ASSIGNED, self._now, member_id))


def urgency(thread: ThreadFold | MailThread) -> tuple[int, datetime, int]:
    return _URGENCY[thread.priority], thread.received_at, thread.id


def _waits_otherwise(thread: ThreadFold, choice: Choice) -> bool:
    """It does not wait yet, or for another reason."""
    return (
        thread.assignee_id is not None
        or thread.waiting_reason != choice.code
        or thread.waits_for_id != choice.waits_for
    )


def _joined(wish: Wish, asked: Wish | None) -> Wish:
    if asked is None:
        return wish
    return replace(
        wish,
        keep=wish.keep if asked.keep is None else asked.keep,
        tags=wish.tags | asked.tags,
        effort=max(wish.effort, asked.effort),
        targets=asked.targets or wish.targets,
        or_pool=asked.or_pool,
    )
