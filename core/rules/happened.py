"""What really happened to a mailbox's threads in a period: who was given how many, what waited."""

from __future__ import annotations

from datetime import datetime

from core.database import reports_connection
from core.mail.rows import worded

_GIVEN = """
SELECT member_id, COUNT(DISTINCT thread_id) AS count FROM thread_event
 WHERE mailbox_id = {} AND at >= {} AND at < {} AND kind IN ('assigned', 'taken')
   AND member_id IS NOT NULL
 GROUP BY member_id ORDER BY member_id
"""
_WAITED = """
SELECT COUNT(DISTINCT d.thread_id) AS count FROM decision d
  JOIN mail_thread t ON t.id = d.thread_id
 WHERE t.mailbox_id = {} AND d.at >= {} AND d.at < {} AND d.member_id IS NULL
   AND d.by_id IS NULL AND d.code NOT IN ('finished_by_rule', 'snoozed_by_rule')
"""


async def given_in(mailbox_id: int, start: datetime, end: datetime) -> list[tuple[int, int]]:
    """(member id, threads that were given to them or that they took)."""
    async with reports_connection() as connection:
        _, rows = await connection.execute_query(
            worded(connection, _GIVEN), [mailbox_id, start, end]
        )
    return [(row["member_id"], row["count"]) for row in rows]


async def waited_in(mailbox_id: int, start: datetime, end: datetime) -> int:
    """Threads that nobody could be given at some time."""
    async with reports_connection() as connection:
        _, rows = await connection.execute_query(
            worded(connection, _WAITED), [mailbox_id, start, end]
        )
    return int(rows[0]["count"])
