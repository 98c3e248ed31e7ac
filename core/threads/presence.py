"""Who has a thread's card open, and who is answering it. Both lapse by themselves.

Teams does not tell when a card is looked at, so "open" means: asked for, or acted on, within
the last few minutes. *Answering* ends when the thread is answered or done, when whoever is
answering has it no longer, after its time, or when it is pressed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

from core.clock import Clock
from core.errors import InvalidInput
from core.mail.fold import ThreadFold
from core.mail.models import ThreadState
from core.mail.rows import Row, worded
from core.outbox.queue import Outbox
from core.people.views import Actor
from core.threads.models import Presence
from core.threads.scope import thread_of
from core.transactions import transaction

OPEN_FOR = timedelta(minutes=5)
"""A card that was asked for so long ago is no longer called open."""
ANSWERING_FOR = timedelta(minutes=15)
NOTED_AGAIN_AFTER = timedelta(minutes=1)
"""Who asks for a card again within this is not written down again."""
FORGOTTEN_AFTER = timedelta(days=1)

_SEEN = """
INSERT INTO presence (thread_id, member_id, seen_at) VALUES ({}, {}, {})
ON CONFLICT (thread_id, member_id) DO UPDATE SET seen_at = excluded.seen_at
"""

_PARTED = "UPDATE presence SET answering_until = NULL WHERE thread_id = {} AND member_id = {}"
_DONE = "UPDATE presence SET answering_until = NULL WHERE thread_id = {}"


class Presences:
    def __init__(self, outbox: Outbox, now: Clock) -> None:
        self._outbox = outbox
        self._now = now

    async def seen(self, actor: Actor, thread_id: int) -> None:
        """The actor has the card before them. Who may see it was checked before."""
        now = self._now()
        noted = Presence.filter(
            thread_id=thread_id,
            member_id=actor.member_id,
            seen_at__gt=now - NOTED_AGAIN_AFTER,
        )
        if not await noted.exists():
            await _note(get_connection("default"), actor.member_id, thread_id, now)

    async def answering(self, actor: Actor, thread_id: int) -> bool:
        """Say that the actor writes an answer, or no longer does; whether they do now."""
        now = self._now()
        async with transaction() as connection:
            thread = await thread_of(actor, thread_id)
            if thread.state is ThreadState.DONE:
                raise InvalidInput("thread", "done")
            await _note(connection, actor.member_id, thread_id, now)
            row = await Presence.get(thread_id=thread_id, member_id=actor.member_id)
            starts = not is_answering(row.answering_until, thread.last_answered_at, now)
            until = now + ANSWERING_FOR if starts else None
            await Presence.filter(id=row.id).update(answering_until=until)
            await self._outbox.redraw(thread.organization_id, thread.id, at=now)
        return starts

    async def forget_old(self) -> None:
        """Delete what lapsed long ago: part of the sweep."""
        await Presence.filter(seen_at__lt=self._now() - FORGOTTEN_AFTER).delete()


async def end_answering(connection: BaseDBAsyncClient, threads: Sequence[ThreadFold]) -> None:
    """Of whoever had a thread and has it no longer, and of all where it is done.

    In the transaction that changed the threads.
    """
    parted: list[Row] = [
        (thread.id, thread.had_id)
        for thread in threads
        if thread.had_id not in (None, thread.assignee_id)
    ]
    done: list[Row] = [(t.id,) for t in threads if t.state is ThreadState.DONE and not t.is_new]
    for statement, rows in ((_PARTED, parted), (_DONE, done)):
        if rows:
            await connection.execute_many(
                worded(connection, statement),
                rows,  # type: ignore[arg-type]  # a sequence of tuples serves both drivers
            )


def is_answering(until: datetime | None, answered_at: datetime | None, now: datetime) -> bool:
    """Whether an answer that was begun is still being written."""
    if until is None or until <= now:
        return False
    return answered_at is None or answered_at <= until - ANSWERING_FOR


def has_open(seen_at: datetime, now: datetime) -> bool:
    return now - seen_at < OPEN_FOR


async def _note(
    connection: BaseDBAsyncClient, member_id: int, thread_id: int, at: datetime
) -> None:
    await connection.execute_query(worded(connection, _SEEN), [thread_id, member_id, at])
