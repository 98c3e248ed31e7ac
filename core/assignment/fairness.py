"""How evenly work was given out in a period: Jain's index of what each person was given.

Jain's index, `(sum x)^2 / (n * sum x^2)`, is 1 where all got the same and 1/n where one got
everything; it reads as the part of the people who are served equally: 0.8 of ten is "as if
eight shared it all". It is taken rather than Gini's coefficient, which compares everybody
with everybody and is made for large populations: of a team of five it moves in leaps, says 0
where all is well, and has no such reading. Neither depends on the unit, so threads and effort
give the same answer.

With shares, each person's load is divided by their share first: whoever is to have twice as
much and has, is as well served as the others.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def jain(loads: Mapping[int, float], shares: Mapping[int, float] | None = None) -> float:
    """Of loads by member id; 1 where there is nobody or nothing to share.

    `shares`: how much each is to have beside the others, over 0; 1 for whoever is not in it.
    """
    served = [load / (shares or {}).get(member_id, 1) for member_id, load in loads.items()]
    squares = sum(x * x for x in served)
    return sum(served) ** 2 / (len(served) * squares) if squares else 1.0


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
