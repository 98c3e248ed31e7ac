"""Load the people who work a mailbox, with how much each has open; save whom it gave to."""

from __future__ import annotations

from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.strategies import Candidate, Pool
from core.mail.moments import some_moment
from core.mail.rows import is_sqlite, update
from core.mailboxes.models import Strategy
from core.people.models import MemberState

_PEOPLE = """
SELECT p.id, p.member_id, p.in_pool, p.last_assigned_at, m.state,
       (SELECT COUNT(*) FROM mail_thread t
         WHERE t.assignee_id = p.member_id AND t.state = 'open') AS open_threads
  FROM mailbox_member p JOIN member m ON m.id = p.member_id
 WHERE p.mailbox_id = {mark}
 ORDER BY p.member_id
"""


class PoolBook:
    """One mailbox's pool inside one transaction."""

    def __init__(self, connection: BaseDBAsyncClient, mailbox_id: int) -> None:
        self._connection = connection
        self._mailbox_id = mailbox_id
        self._places: dict[int, int] = {}
        self._rotation = 0

    async def open(self) -> Pool:
        """The pool as it stands; on PostgreSQL its rows are locked until the commit."""
        sqlite = is_sqlite(self._connection)
        mark = "?" if sqlite else "$1"
        lock = "" if sqlite else " FOR UPDATE"
        rows = await self._connection.execute_query_dict(
            f"SELECT strategy, rotation FROM mailbox WHERE id = {mark}{lock}",  # noqa: S608 fixed
            [self._mailbox_id],
        )
        people = await self._connection.execute_query_dict(
            _PEOPLE.format(mark=mark), [self._mailbox_id]
        )
        self._places = {row["member_id"]: row["id"] for row in people}
        self._rotation = rows[0]["rotation"]
        candidates = [
            Candidate(
                member_id=row["member_id"],
                state=MemberState(row["state"]),
                in_pool=bool(row["in_pool"]),
                open_threads=row["open_threads"],
                last_assigned_at=some_moment(row["last_assigned_at"]),
            )
            for row in people
        ]
        return Pool(Strategy(rows[0]["strategy"]), candidates, self._rotation)

    async def save(self, pool: Pool, now: datetime) -> None:
        """Remember whom it gave to, and whose turn it was."""
        given = [(now, self._places[member_id]) for member_id in sorted(pool.given)]
        await update(self._connection, "mailbox_member", ("last_assigned_at",), given)
        if pool.rotation != self._rotation:
            await update(
                self._connection, "mailbox", ("rotation",), [(pool.rotation, self._mailbox_id)]
            )
