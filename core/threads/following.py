"""What follows from changes of threads: who hears of them, what is due, what Outlook shows."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.records import Records
from core.mail.fold import ThreadFold
from core.mail.rows import worded
from core.threads.due import renew
from core.threads.followers import tell_followers
from core.threads.presence import end_answering
from core.threads.write_back import queue_categories

_MAY_FOLLOW = """
SELECT EXISTS (SELECT 1 FROM target WHERE mailbox_id = m.id) AS due,
       EXISTS (SELECT 1 FROM follower f JOIN mail_thread t ON t.id = f.thread_id
                WHERE t.mailbox_id = m.id) AS heard,
       m.writes_back AS shown
  FROM mailbox m WHERE m.id = {}
"""
"""Most mailboxes have none of them, and then nothing more is asked."""


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
    if not threads:
        return
    if not silent:
        await end_answering(connection, threads)
    rows = await connection.execute_query_dict(worded(connection, _MAY_FOLLOW), [mailbox_id])
    may = rows[0]
    if may["heard"] and not silent:
        await tell_followers(connection, mailbox_id, threads, records)
    ids = [thread.id for thread in threads]
    if may["due"]:
        await renew(connection, mailbox_id, ids)
    if may["shown"] and not silent:
        await queue_categories(connection, mailbox_id, ids, records.now)
