"""Lists of threads: one query a page, the people of the page joined, the rest only counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

from core.clock import Clock
from core.mail.models import Priority, ThreadState
from core.mail.moments import moment, some_moment
from core.mail.rows import marks
from core.mail.views import ThreadPage, ThreadRow
from core.people.views import Actor
from core.sealing import DataKey, Vault

_PAGE = """
SELECT t.id, t.mailbox_id, t.sealed_subject, t.last_received_at, t.received_at, t.state,
       t.assignee_id, t.waiting_reason, t.priority, t.answer_due_at, t.finish_due_at,
       t.snoozed_until, c.wrapped_key, c.sealed_name, c.sealed_address,
       m.wrapped_key AS member_key, m.sealed_name AS member_name,
       (SELECT COUNT(*) FROM mail_thread WHERE {counted}) AS total
  FROM (
       SELECT id, {rank} AS rank FROM mail_thread
        WHERE {listed} ORDER BY 2, last_received_at, id LIMIT {limit} OFFSET {offset}
       ) page
  JOIN mail_thread t ON t.id = page.id
  LEFT JOIN correspondent c ON c.id = t.correspondent_id
  LEFT JOIN member m ON m.id = t.assignee_id
 ORDER BY page.rank, t.last_received_at, t.id
"""
"""Only those of the page are joined; the others are counted, on the index alone."""
_LISTED = """
mailbox_id IN (SELECT id FROM mailbox WHERE id IN ({mailboxes}) AND state <> 'offboarded')
AND {where}
"""
PRESSING = """
CASE WHEN priority = 'urgent' OR answer_due_at <= {now} OR finish_due_at <= {now}
     THEN 0 ELSE 1 END
"""
BY_WAITING = "1"
BY_WAKING = "snoozed_until"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which threads a list shows: `{}` stands for each of `values`, `{now}` for the moment."""

    where: str
    values: tuple[Any, ...]
    rank: str
    """Less stands first; among equals, what waits longest."""


class ThreadLists:
    """Pages of threads, for people of their mailboxes alone."""

    def __init__(self, vault: Vault, now: Clock) -> None:
        self._vault = vault
        self._now = now

    async def page(self, actor: Actor, wanted: Wanted, page: int, per_page: int) -> ThreadPage:
        """From 1; a page beyond the last is the first."""
        if not actor.mailboxes:
            return ThreadPage((), 0, 1, 1)
        rows = await self._rows(actor.mailboxes, wanted, max(page, 1), per_page)
        if not rows and page > 1:
            page = 1
            rows = await self._rows(actor.mailboxes, wanted, page, per_page)
        total = rows[0]["total"] if rows else 0
        pages = max(-(-total // per_page), 1)
        names: dict[int | None, str | None] = {}
        for row in rows:
            if row["assignee_id"] not in names:
                names[row["assignee_id"]] = self._vault.open(
                    row["member_key"], b"member.name", row["member_name"]
                )
        shown = tuple(self._row(row, names[row["assignee_id"]]) for row in rows)
        return ThreadPage(shown, total, max(page, 1), pages)

    async def _rows(
        self, mailboxes: Iterable[int], wanted: Wanted, page: int, per_page: int
    ) -> list[dict[str, Any]]:
        connection: BaseDBAsyncClient = get_connection("default")
        ids = sorted(mailboxes)
        chosen = [*ids, *wanted.values]
        values: list[Any] = []

        def mark(value: Any) -> str:
            values.append(value)
            return marks(connection, 1, len(values))

        def condition() -> str:
            start = len(values) + 1
            fixed = [marks(connection, 1, start + len(ids) + n) for n in range(len(wanted.values))]
            values.extend(chosen)
            return _LISTED.format(
                mailboxes=marks(connection, len(ids), start), where=wanted.where.format(*fixed)
            )

        counted = condition()
        rank = _ranked(wanted.rank, mark, self._now())
        query = _PAGE.format(
            counted=counted,
            rank=rank,
            listed=condition(),
            limit=mark(per_page),
            offset=mark((page - 1) * per_page),
        )
        return await connection.execute_query_dict(query, values)

    def _row(self, row: dict[str, Any], assignee: str | None) -> ThreadRow:
        key = self._vault.key(row["wrapped_key"])
        return ThreadRow(
            thread_id=row["id"],
            mailbox_id=row["mailbox_id"],
            subject=opened(key, b"thread.subject", row["sealed_subject"]),
            sender_name=opened(key, b"correspondent.name", row["sealed_name"])
            or opened(key, b"correspondent.address", row["sealed_address"]),
            last_received_at=moment(row["last_received_at"] or row["received_at"]),
            state=ThreadState(row["state"]),
            assignee_id=row["assignee_id"],
            assignee=assignee,
            waiting_reason=row["waiting_reason"],
            priority=Priority(row["priority"]),
            due_at=_nearer(row["answer_due_at"], row["finish_due_at"]),
            snoozed_until=some_moment(row["snoozed_until"]),
        )


def _ranked(rank: str, mark: Callable[[Any], str], now: datetime) -> str:
    """What stands first; each moment in it has a placeholder of its own."""
    before, *rest = rank.split("{now}")
    return before + "".join(f"{mark(now)}{part}" for part in rest)


def _nearer(*moments: datetime | str | None) -> datetime | None:
    return min((moment(at) for at in moments if at is not None), default=None)


def opened(key: DataKey | None, column: bytes, sealed: bytes | None) -> str | None:
    return key.open(column, bytes(sealed)) if key is not None and sealed is not None else None
