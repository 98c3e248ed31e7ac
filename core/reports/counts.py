"""What reports are counted from: aggregates by SQL, the same on SQLite and PostgreSQL.

Each query goes over the given mailboxes, one at least. Rows of threads and events are never
loaded; only of answered threads are the two moments, to find their median.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from core.mail.models import Automatic, EventKind, ThreadState
from core.mail.moments import moment
from core.mail.rows import marks
from core.reports.periods import Period

AUTOMATIC = (Automatic.REPLY, Automatic.LIST, Automatic.BULK)
"""Of the first message of a thread. Where Graph withheld the headers, a person is assumed."""

_EVENTS = """
SELECT e.kind, CASE {days} END AS day, {automatic} AS automatic, COUNT(*) AS count
  FROM thread_event e
  JOIN mail_thread t ON t.id = e.thread_id
 WHERE e.mailbox_id IN ({mailboxes}) AND e.at >= {start} AND e.at < {end}
   AND e.kind IN ({kinds})
 GROUP BY 1, 2, 3
"""

_FINISHERS = """
SELECT e.mailbox_id, e.member_id, COUNT(*) AS count
  FROM thread_event e
 WHERE e.mailbox_id IN ({mailboxes}) AND e.at >= {start} AND e.at < {end}
   AND e.kind IN ({kinds}) AND e.member_id IS NOT NULL
 GROUP BY 1, 2
"""

_OPEN = """
SELECT t.mailbox_id, t.assignee_id, COUNT(*) AS count, MIN(t.received_at) AS oldest,
       SUM({automatic}) AS automatic
  FROM mail_thread t
 WHERE t.mailbox_id IN ({mailboxes}) AND t.state = {state}
   AND (t.assignee_id IS NOT NULL
        OR (t.last_received_at IS NOT NULL AND t.is_history = {no}))
 GROUP BY 1, 2
"""

_ANSWERED = """
SELECT t.first_answered_at, t.received_at, {automatic} AS automatic
  FROM mail_thread t
 WHERE t.mailbox_id IN ({mailboxes})
   AND t.first_answered_at >= {start} AND t.first_answered_at < {end}
"""


@dataclass(frozen=True, slots=True)
class EventCount:
    kind: EventKind
    day: int
    """Place among the period's days, from 0."""
    automatic: bool
    count: int


@dataclass(frozen=True, slots=True)
class FinisherCount:
    mailbox_id: int
    member_id: int
    count: int


@dataclass(frozen=True, slots=True)
class OpenCount:
    mailbox_id: int
    assignee_id: int | None
    count: int
    automatic: int
    """How many of them."""
    oldest: datetime


@dataclass(frozen=True, slots=True)
class AnsweredThread:
    first_answered_at: datetime
    received_at: datetime
    automatic: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """All that a report is made of."""

    events: Sequence[EventCount] = ()
    finishers: Sequence[FinisherCount] = ()
    open_threads: Sequence[OpenCount] = ()
    answered: Sequence[AnsweredThread] | None = None
    """None: no answer is seen in any of the mailboxes."""


async def count(
    connection: BaseDBAsyncClient,
    mailboxes: Sequence[int],
    answers_seen_in: Sequence[int],
    period: Period,
) -> Counted:
    if not mailboxes:
        return Counted()
    answered = None
    if answers_seen_in:
        answered = await answered_threads(connection, answers_seen_in, period)
    return Counted(
        await events(connection, mailboxes, period),
        await finishers(connection, mailboxes, period),
        await open_threads(connection, mailboxes),
        answered,
    )


async def events(
    connection: BaseDBAsyncClient, mailboxes: Sequence[int], period: Period
) -> list[EventCount]:
    """RECEIVED and FINISHED events, by day."""
    query = _Query(connection)
    ends = period.edges[1:]
    text = _EVENTS.format(
        days=" ".join(f"WHEN e.at < {query.of(end)} THEN {day}" for day, end in enumerate(ends)),
        automatic=_automatic(query),
        mailboxes=query.of(*mailboxes),
        start=query.of(period.start),
        end=query.of(period.end),
        kinds=query.of(EventKind.RECEIVED, EventKind.FINISHED),
    )
    return [
        EventCount(EventKind(row["kind"]), row["day"], bool(row["automatic"]), row["count"])
        for row in await query.run(text)
    ]


async def finishers(
    connection: BaseDBAsyncClient, mailboxes: Sequence[int], period: Period
) -> list[FinisherCount]:
    """FINISHED events, by mailbox and member; those of nobody we know are left out."""
    query = _Query(connection)
    text = _FINISHERS.format(
        mailboxes=query.of(*mailboxes),
        start=query.of(period.start),
        end=query.of(period.end),
        kinds=query.of(EventKind.FINISHED),
    )
    return [
        FinisherCount(row["mailbox_id"], row["member_id"], row["count"])
        for row in await query.run(text)
    ]


async def open_threads(connection: BaseDBAsyncClient, mailboxes: Sequence[int]) -> list[OpenCount]:
    """Open threads now, by mailbox and assignee: what `queue` and `unassigned` list."""
    query = _Query(connection)
    text = _OPEN.format(
        automatic=_automatic(query),
        mailboxes=query.of(*mailboxes),
        state=query.of(ThreadState.OPEN),
        no=query.of(False),
    )
    return [
        OpenCount(
            row["mailbox_id"],
            row["assignee_id"],
            row["count"],
            row["automatic"],
            moment(row["oldest"]),
        )
        for row in await query.run(text)
    ]


async def answered_threads(
    connection: BaseDBAsyncClient, mailboxes: Sequence[int], period: Period
) -> list[AnsweredThread]:
    """Threads first answered in the period."""
    query = _Query(connection)
    text = _ANSWERED.format(
        automatic=_automatic(query),
        mailboxes=query.of(*mailboxes),
        start=query.of(period.start),
        end=query.of(period.end),
    )
    return [
        AnsweredThread(
            moment(row["first_answered_at"]), moment(row["received_at"]), bool(row["automatic"])
        )
        for row in await query.run(text)
    ]


class _Query:
    """Gathers values in the order in which their placeholders stand in the text."""

    def __init__(self, connection: BaseDBAsyncClient) -> None:
        self._connection = connection
        self._values: list[Any] = []

    def of(self, *values: Any) -> str:
        """Placeholders for the values."""
        text = marks(self._connection, len(values), len(self._values) + 1)
        self._values.extend(values)
        return text

    async def run(self, text: str) -> list[dict[str, Any]]:
        return await self._connection.execute_query_dict(text, self._values)


def _automatic(query: _Query) -> str:
    return f"CASE WHEN t.automatic IN ({query.of(*AUTOMATIC)}) THEN 1 ELSE 0 END"
