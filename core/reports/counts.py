"""What reports are counted from: aggregates by SQL, the same on SQLite and PostgreSQL.

Each query goes over the given mailboxes, one at least. Rows of threads are never loaded; only
of answered ones the two moments and of handled ones their events, to find the medians.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from core.mail.models import Automatic, EventKind, ThreadState
from core.mail.moments import moment
from core.reports.given import GivenCount, given
from core.reports.handling import HandledThread, handled_threads
from core.reports.periods import Period
from core.reports.queries import Query

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
SELECT t.mailbox_id, t.assignee_id,
       CASE WHEN t.assignee_id IS NULL THEN t.waiting_reason END AS reason,
       COUNT(*) AS count, MIN(t.received_at) AS oldest, SUM({automatic}) AS automatic
  FROM mail_thread t
 WHERE t.mailbox_id IN ({mailboxes}) AND t.state = {state}
   AND (t.assignee_id IS NOT NULL
        OR (t.last_received_at IS NOT NULL AND t.is_history = {no}))
 GROUP BY 1, 2, 3
"""

_SNOOZED = """
SELECT COUNT(*) AS count FROM mail_thread t
 WHERE t.mailbox_id IN ({mailboxes}) AND t.state = {state}
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
    reason: str | None
    """Code of why it waits; None: somebody has it, or no reason is kept."""
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
    handled: Sequence[HandledThread] | None = None
    """None: likewise."""
    snoozed: int = 0
    given: Sequence[GivenCount] = ()
    """In the mailboxes that are led."""


async def count(
    connection: BaseDBAsyncClient,
    mailboxes: Sequence[int],
    period: Period,
    now: datetime,
    *,
    answers_seen_in: Sequence[int],
    led: Sequence[int],
) -> Counted:
    """`answers_seen_in` and `led` are among the mailboxes."""
    if not mailboxes:
        return Counted()
    answered, handled = None, None
    if answers_seen_in:
        answered = await answered_threads(connection, answers_seen_in, period)
        handled = await handled_threads(connection, answers_seen_in, period)
    return Counted(
        await events(connection, mailboxes, period),
        await finishers(connection, mailboxes, period),
        await open_threads(connection, mailboxes),
        answered,
        handled,
        await snoozed(connection, mailboxes),
        await given(connection, led, period, now) if led else (),
    )


async def events(
    connection: BaseDBAsyncClient, mailboxes: Sequence[int], period: Period
) -> list[EventCount]:
    """RECEIVED and FINISHED events, by day."""
    query = Query(connection)
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
    query = Query(connection)
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
    """Open threads now, by mailbox and assignee or reason: what `queue` and `unassigned` list."""
    query = Query(connection)
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
            row["reason"],
            row["count"],
            row["automatic"],
            moment(row["oldest"]),
        )
        for row in await query.run(text)
    ]


async def snoozed(connection: BaseDBAsyncClient, mailboxes: Sequence[int]) -> int:
    """Threads that sleep now."""
    query = Query(connection)
    text = _SNOOZED.format(
        mailboxes=query.of(*mailboxes),
        state=query.of(ThreadState.SNOOZED),
    )
    (row,) = await query.run(text)
    return int(row["count"])


async def answered_threads(
    connection: BaseDBAsyncClient, mailboxes: Sequence[int], period: Period
) -> list[AnsweredThread]:
    """Threads first answered in the period."""
    query = Query(connection)
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


def _automatic(query: Query) -> str:
    return f"CASE WHEN t.automatic IN ({query.of(*AUTOMATIC)}) THEN 1 ELSE 0 END"
