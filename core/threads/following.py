"""What follows from changes of threads: who hears of them, what is due, what Outlook shows."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.records import Records
from core.mail.fold import ThreadFold
from core.threads.due import renew
from core.threads.followers import tell_followers
from core.threads.presence import end_answering
from core.threads.write_back import queue_categories


async def follow_up(
    connection: BaseDBAsyncClient,
    mailbox_id: int,
    threads: Sequence[ThreadFold],
    records: Records,
    *,
    silent: bool = False,
) -> None:
    """Call once the threads and their events are saved, and before `records` are.

    `silent`: a backlog, of which nobody hears one by one.
    """
    if not silent:
        await tell_followers(connection, mailbox_id, threads, records)
        await end_answering(connection, threads)
    ids = [thread.id for thread in threads]
    await renew(connection, mailbox_id, ids)
    if not silent:
        await queue_categories(connection, mailbox_id, ids, records.now)
