"""What each person of a mailbox got in a period, counted by a query of the tests' own."""

from __future__ import annotations

from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from core.mail.models import EventKind
from core.mail.rows import worded

_GIVEN = """
SELECT p.member_id, COUNT(e.id) AS threads, SUM(COALESCE(t.effort, 0)) AS effort
  FROM mailbox_member p
  LEFT JOIN thread_event e ON e.member_id = p.member_id AND e.mailbox_id = p.mailbox_id
       AND e.at >= {} AND e.at < {} AND e.kind IN ({}, {})
  LEFT JOIN mail_thread t ON t.id = e.thread_id
 WHERE p.mailbox_id = {}
 GROUP BY p.member_id, p.in_pool
HAVING p.in_pool = {} OR COUNT(e.id) > 0
"""


async def load_given(
    connection: BaseDBAsyncClient,
    mailbox_id: int,
    start: datetime,
    end: datetime,
    *,
    effort: bool = False,
) -> dict[int, int]:
    """Threads (or their effort) that each person was given or took, by member id.

    Of those in the pool also who got nothing; the end is excluded. A thread that somebody was
    given twice counts twice, since it was work twice.
    """
    kinds = (EventKind.ASSIGNED.value, EventKind.TAKEN.value)
    rows = await connection.execute_query_dict(
        worded(connection, _GIVEN), [start, end, *kinds, mailbox_id, True]
    )
    return {row["member_id"]: int(row["effort" if effort else "threads"]) for row in rows}
