"""What Postroom itself gave to each person of a mailbox's pool: what fairness is found from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from core.mail.models import EventKind
from core.mailboxes.models import Strategy
from core.people.models import MemberState
from core.reports.periods import Period
from core.reports.queries import Query

BY_PEOPLE = ("by_hand", "restored", "in_outlook")
"""Codes of decisions that a person made; their events are ASSIGNED as well."""

_GIVEN = """
SELECT p.mailbox_id, p.member_id, b.strategy, p.weight,
       COALESCE(g.threads, 0) AS threads,
       CASE WHEN b.counts_effort = {counts} THEN COALESCE(g.effort, 0)
            ELSE COALESCE(g.threads, 0) END AS load
  FROM mailbox_member p
  JOIN mailbox b ON b.id = p.mailbox_id
  JOIN member m ON m.id = p.member_id
  LEFT JOIN (
       SELECT e.mailbox_id, e.member_id, COUNT(*) AS threads, SUM(t.effort) AS effort
         FROM thread_event e
         JOIN mail_thread t ON t.id = e.thread_id
        WHERE e.mailbox_id IN ({mailboxes}) AND e.at >= {start} AND e.at < {end}
          AND e.kind IN ({kinds})
          AND NOT EXISTS (SELECT 1 FROM decision d
                           WHERE d.thread_id = e.thread_id AND d.at = e.at
                             AND d.member_id = e.member_id AND d.code IN ({by_people}))
        GROUP BY e.mailbox_id, e.member_id
       ) g ON g.mailbox_id = p.mailbox_id AND g.member_id = p.member_id
 WHERE p.mailbox_id IN ({mailboxes_too}) AND p.in_pool = {yes} AND p.opted_out = {no}
   AND m.state IN ({ready})
   AND NOT EXISTS (SELECT 1 FROM absence a
                    WHERE a.member_id = p.member_id AND a.starts_at <= {start_too}
                      AND (a.ends_at IS NULL OR a.ends_at >= {until}))
 ORDER BY p.mailbox_id, p.member_id
"""


@dataclass(frozen=True, slots=True)
class GivenCount:
    """Of one person who could be given work, also if they got none."""

    mailbox_id: int
    member_id: int
    threads: int
    load: int
    """Threads, or their effort where the mailbox counts that."""
    share: int
    """Beside the others; 1 for everybody unless the strategy is `weighted`."""
    is_weighted: bool


async def given(
    connection: BaseDBAsyncClient, mailboxes: Sequence[int], period: Period, now: datetime
) -> list[GivenCount]:
    """ASSIGNED events of the period that no person decided, by mailbox and person of the pool."""
    query = Query(connection)
    text = _GIVEN.format(
        counts=query.of(True),
        mailboxes=query.of(*mailboxes),
        start=query.of(period.start),
        end=query.of(period.end),
        kinds=query.of(EventKind.ASSIGNED),
        by_people=query.of(*BY_PEOPLE),
        mailboxes_too=query.of(*mailboxes),
        yes=query.of(True),
        no=query.of(False),
        ready=query.of(MemberState.READY),
        start_too=query.of(period.start),
        until=query.of(min(period.end, now)),
    )
    found = []
    for row in await query.run(text):
        is_weighted = row["strategy"] == Strategy.WEIGHTED
        found.append(
            GivenCount(
                row["mailbox_id"],
                row["member_id"],
                int(row["threads"]),
                int(row["load"]),
                max(row["weight"], 1) if is_weighted else 1,
                is_weighted,
            )
        )
    return found
