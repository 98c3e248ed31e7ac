"""What the database holds of an office's day: who has how much, what waits and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from core.assignment.models import Decision
from core.database import reports_connection
from core.mail.models import MailThread, ThreadState

_STANDING = """
SELECT assignee_id, waiting_reason, COUNT(*) AS n FROM mail_thread
 WHERE state = 'open' AND NOT is_history AND last_received_at IS NOT NULL
 GROUP BY assignee_id, waiting_reason
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """The open threads at one moment of the database."""

    loads: dict[int, int]
    """Member id to how many they have."""
    waiting: dict[str, int]
    """Reason to how many wait for it; one without a reason counts under no word."""

    @property
    def assigned(self) -> int:
        return sum(self.loads.values())


async def standing() -> Standing:
    loads: Counter[int] = Counter()
    waiting: Counter[str] = Counter()
    async with reports_connection() as connection:
        rows = await connection.execute_query_dict(_STANDING)
    for row in rows:
        if row["assignee_id"] is None:
            waiting[row["waiting_reason"] or ""] += row["n"]
        else:
            loads[row["assignee_id"]] += row["n"]
    return Standing(dict(loads), dict(waiting))


async def some_waiting() -> int | None:
    """A thread that waits for somebody who is free."""
    waits = MailThread.filter(
        state=ThreadState.OPEN, is_history=False, waiting_reason__startswith="nobody"
    )
    found = await waits.order_by("id").first()
    return None if found is None else int(found.id)


@dataclass(frozen=True, slots=True)
class Given:
    decision_id: int
    member_id: int
    at: datetime
    code: str
    load: int | None
    """Open threads they had then; None where a person decided."""


async def given_since(decision_id: int) -> list[Given]:
    """What was given to somebody since that decision."""
    found = []
    for row in await Decision.filter(id__gt=decision_id, member_id__isnull=False).order_by("id"):
        member = int(row.member_id or 0)
        loads = {int(i): int(n) for i, n in row.reason.get("considered") or ()}
        found.append(Given(row.id, member, row.at, row.code, loads.get(member)))
    return found
