"""One thread under change by a person: found if it is theirs to see, locked, saved at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.giving import Giving
from core.assignment.records import Records
from core.errors import InvalidInput, NotFound
from core.mail.fold import ThreadFold
from core.mail.models import MailThread
from core.mail.thread_rows import ThreadBook
from core.outbox.queue import Outbox
from core.people.views import Actor
from core.threads.following import follow_up
from core.transactions import transaction


@dataclass(slots=True)
class Change:
    connection: BaseDBAsyncClient
    mailbox_id: int
    thread: ThreadFold
    records: Records
    now: datetime

    @property
    def giving(self) -> Giving:
        return Giving(self.connection, self.mailbox_id, self.records, self.now)


@asynccontextmanager
async def changing(
    outbox: Outbox, now: datetime, actor: Actor, thread_id: int
) -> AsyncIterator[Change]:
    """Raises NotFound unless the actor is a person of its mailbox, and
    InvalidInput("thread", "merged") where it is no work of its own any more."""
    found = await MailThread.get_or_none(
        id=thread_id,
        organization_id=actor.organization_id,
        mailbox_id__in=actor.mailboxes,
    ).only("mailbox_id")
    if found is None:
        raise NotFound("thread")
    mailbox_id = found.mailbox_id
    records = Records(actor.organization_id, now, by=actor.member_id)
    async with transaction() as connection:
        book = ThreadBook(connection, actor.organization_id, mailbox_id)
        await book.open([], [thread_id])
        thread = book.by_id(thread_id)
        if thread.merged_into_id is not None:
            raise InvalidInput("thread", "merged")
        yield Change(connection, mailbox_id, thread, records, now)
        if thread.changed:
            await save(book, records, connection)
            await outbox.wake()


async def save(book: ThreadBook, records: Records, connection: BaseDBAsyncClient) -> None:
    """Write the threads, what happened to them, and why."""
    changed = await book.save()
    for thread in changed:
        records.redrawn(thread.id)
    await book.save_events()
    await follow_up(connection, book.mailbox_id, changed, records)
    await records.save(connection)
