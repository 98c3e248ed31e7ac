"""Handling times that ended in a period, read in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from tortoise.backends.base.client import BaseDBAsyncClient

from core.mail.models import EventKind
from core.mail.moments import moment
from core.reports.periods import Period
from core.reports.queries import Query
from core.threads.handling import Moment, handled

_EVENTS = """
SELECT e.mailbox_id, e.thread_id, e.kind, e.at, e.member_id
  FROM thread_event e
 WHERE e.thread_id IN (
       SELECT x.thread_id FROM thread_event x
        WHERE x.mailbox_id IN ({mailboxes}) AND x.at >= {start} AND x.at < {end}
          AND x.kind IN ({ends}))
   AND EXISTS (SELECT 1 FROM thread_event k
                WHERE k.thread_id = e.thread_id AND k.kind = {taken} AND k.at < {end_too})
   AND e.at < {end_again} AND e.kind NOT IN ({others})
 ORDER BY e.thread_id, e.at, e.id
"""


@dataclass(frozen=True, slots=True)
class HandledThread:
    mailbox_id: int
    time: timedelta


async def handled_threads(
    connection: BaseDBAsyncClient, mailboxes: Sequence[int], period: Period
) -> list[HandledThread]:
    """Of threads that were taken, what ended in the period, whenever they were taken."""
    query = Query(connection)
    text = _EVENTS.format(
        mailboxes=query.of(*mailboxes),
        start=query.of(period.start),
        end=query.of(period.end),
        ends=query.of(EventKind.ANSWERED, EventKind.FINISHED),
        taken=query.of(EventKind.TAKEN),
        end_too=query.of(period.end),
        end_again=query.of(period.end),
        others=query.of(EventKind.RECEIVED, EventKind.REOPENED),
    )
    found: list[HandledThread] = []
    for _, events in groupby(await query.run(text), key=lambda row: row["thread_id"]):
        rows = list(events)
        moments = [
            Moment(EventKind(row["kind"]), moment(row["at"]), row["member_id"]) for row in rows
        ]
        found += [
            HandledThread(rows[0]["mailbox_id"], one.time)
            for one in handled(moments)
            if one.ended_at >= period.start
        ]
    return found
