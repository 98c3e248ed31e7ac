"""What follows from changes of threads: who hears of them, and what is due when."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.records import Records
from core.mail.fold import ThreadFold
from core.threads.due import renew
from core.threads.followers import tell_followers


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
    await renew(connection, mailbox_id, [thread.id for thread in threads])
