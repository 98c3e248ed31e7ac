"""Load the people who work a mailbox, with how much each has open; save whom it gave to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.candidates import Candidate
from core.assignment.pool import Policy, Pool
from core.assignment.shares import WINDOW_MINUTES
from core.mail.models import EventKind
from core.mail.moments import some_moment
from core.mail.rows import Row, is_sqlite, update, worded
from core.mailboxes.models import Sticky, Strategy
from core.people.availability import Availability
from core.people.availability_rows import load_availability
from core.people.models import MemberState

_MAILBOX = """
SELECT strategy, rotation, capacity, counts_effort, fair_share, sticky, sticky_hours,
       sticky_sender_days
  FROM mailbox WHERE id = {}
"""
_PEOPLE = """
SELECT p.id, p.member_id, p.in_pool, p.opted_out, p.weight, p.credit, p.last_assigned_at, m.state,
       COALESCE(l.here, 0) AS here, COALESCE(l.elsewhere, 0) AS elsewhere
  FROM mailbox_member p
  JOIN member m ON m.id = p.member_id
  LEFT JOIN (
       SELECT t.assignee_id,
              SUM(CASE WHEN t.mailbox_id = {} THEN %(load)s ELSE 0 END) AS here,
              SUM(CASE WHEN t.mailbox_id = {} THEN 0 ELSE %(load)s END) AS elsewhere
         FROM mail_thread t
        WHERE t.state = 'open'
          AND t.assignee_id IN (SELECT member_id FROM mailbox_member WHERE mailbox_id = {})
        GROUP BY t.assignee_id
       ) l ON l.assignee_id = p.member_id
 WHERE p.mailbox_id = {}
 ORDER BY p.member_id
"""
_RECENT = """
SELECT member_id, COUNT(*) AS threads FROM thread_event
 WHERE mailbox_id = {} AND at > {} AND kind = {} AND member_id IS NOT NULL
 GROUP BY member_id
"""
_SKILLS = """
SELECT p.member_id, s.tag_id FROM member_skill s JOIN mailbox_member p ON p.id = s.place_id
 WHERE p.mailbox_id = {}
"""


class PoolBook:
    """One mailbox's pool inside one transaction, as things stand at `now`."""

    def __init__(self, connection: BaseDBAsyncClient, mailbox_id: int, now: datetime) -> None:
        self._connection = connection
        self._mailbox_id = mailbox_id
        self._now = now
        self._places: dict[int, int] = {}
        self._rotation = 0

    async def open(self) -> Pool:
        """Load it. PostgreSQL locks the mailbox until the commit, so that no other process
        counts the same room twice; the lock lets through who only refers to the mailbox.

        Threads are locked before, never after: everybody takes the locks in that order.
        """
        lock = "" if is_sqlite(self._connection) else " FOR NO KEY UPDATE"
        mailbox = (await self._select(_MAILBOX + lock, self._mailbox_id))[0]
        policy = _policy_of(mailbox)
        # A thread heavier than the cap counts as all of it.
        effort = "CASE WHEN t.effort > {cap} THEN {cap} ELSE t.effort END"
        cap = mailbox["capacity"]
        load = "1" if not policy.counts_effort else "t.effort"
        if policy.counts_effort and cap is not None:
            load = effort.format(cap=max(int(cap), 1))
        people = await self._select(_PEOPLE % {"load": load}, *[self._mailbox_id] * 4)
        recent = await self._recent() if policy.fair_share else {}
        skills = await self._skills() if policy.strategy is Strategy.SKILLS else {}
        self._places = {row["member_id"]: row["id"] for row in people}
        self._rotation = mailbox["rotation"]
        available = await load_availability(self._connection, [row["member_id"] for row in people])
        candidates = [
            self._candidate(row, cap, available[row["member_id"]], recent, skills) for row in people
        ]
        return Pool(policy, candidates, self._rotation)

    async def save(self, pool: Pool, now: datetime) -> None:
        """Remember whom it gave to, what it owes whom, and whose turn it was."""
        rows: list[Row] = [
            (who.last_assigned_at, who.credit, self._places[who.member_id])
            for who in pool.candidates
            if who.member_id in pool.touched
        ]
        await update(self._connection, "mailbox_member", ("last_assigned_at", "credit"), rows)
        if pool.rotation != self._rotation:
            await update(
                self._connection, "mailbox", ("rotation",), [(pool.rotation, self._mailbox_id)]
            )

    async def _recent(self) -> dict[int, int]:
        """Threads that each was given in the last hour, by Postroom or by a colleague."""
        since = self._now - timedelta(minutes=WINDOW_MINUTES)
        rows = await self._select(_RECENT, self._mailbox_id, since, EventKind.ASSIGNED.value)
        return {row["member_id"]: row["threads"] for row in rows}

    async def _skills(self) -> dict[int, set[int]]:
        skills: dict[int, set[int]] = {}
        for row in await self._select(_SKILLS, self._mailbox_id):
            skills.setdefault(row["member_id"], set()).add(row["tag_id"])
        return skills

    def _candidate(
        self,
        row: Mapping[str, Any],
        cap: int | None,
        available: Availability,
        recent: Mapping[int, int],
        skills: Mapping[int, set[int]],
    ) -> Candidate:
        member_id = row["member_id"]
        absent = available.why_not(self._now)
        return Candidate(
            member_id=member_id,
            state=MemberState(row["state"]),
            in_pool=bool(row["in_pool"]),
            opted_out=bool(row["opted_out"]),
            absent=absent,
            next_free=available.next_free(self._now) if absent else None,
            open_load=int(row["here"]),
            cap=cap,
            weight=max(row["weight"], 1),
            skills=frozenset(skills.get(member_id, ())),
            last_assigned_at=some_moment(row["last_assigned_at"]),
            recent=recent.get(member_id, 0),
            elsewhere=int(row["elsewhere"]),
            credit=row["credit"],
        )

    async def _select(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        return await self._connection.execute_query_dict(
            worded(self._connection, statement), list(values)
        )


def _policy_of(row: Mapping[str, Any]) -> Policy:
    return Policy(
        strategy=Strategy(row["strategy"]),
        sticky=Sticky(row["sticky"]),
        sticky_hours=row["sticky_hours"],
        sticky_sender_days=row["sticky_sender_days"],
        fair_share=bool(row["fair_share"]),
        counts_effort=bool(row["counts_effort"]),
    )
