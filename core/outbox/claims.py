"""Which outbox row is next, and whose it is: claimed by compare-and-set, for a limited time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tortoise.expressions import F, Q, Subquery
from tortoise.functions import Min

from core.clock import Clock
from core.outbox.models import OutboxMessage, OutboxState

OPEN = (OutboxState.DUE, OutboxState.SENDING)
LEASE = timedelta(minutes=2)
"""A claim older than that was left by a process that died."""


@dataclass(frozen=True, slots=True)
class Claimed:
    id: int
    organization_id: int
    kind: str
    facts: dict[str, Any]
    attempts: int
    """This one included."""
    claim: str
    coalesce_key: str | None
    left_behind: bool
    """Somebody else had claimed it, and neither finished nor gave it back."""


def due(now: datetime) -> Q:
    """Rows that are due, or were left behind by a process that died."""
    return Q(state=OutboxState.DUE, due_at__lte=now) | Q(
        state=OutboxState.SENDING, claimed_until__lte=now
    )


class Claims:
    def __init__(self, now: Clock) -> None:
        self._now = now

    async def next(self, limit: int) -> list[OutboxMessage]:
        """At most `limit` due rows, each the first open one of its order key."""
        first = OutboxMessage.filter(state__in=OPEN).annotate(first=Min("id"))
        heads = first.group_by("order_key").values("first")
        rows = OutboxMessage.filter(due(self._now()), id__in=Subquery(heads))
        return await rows.order_by("id").limit(limit)

    async def claim(self, row: OutboxMessage) -> Claimed | None:
        """None: another worker was first."""
        claim = uuid4().hex
        as_seen = OutboxMessage.filter(id=row.id, state=row.state, attempts=row.attempts)
        claimed = await as_seen.update(
            state=OutboxState.SENDING,
            claim=claim,
            claimed_until=self._now() + LEASE,
            attempts=F("attempts") + 1,
            coalesce_key=None,
        )
        if not claimed:
            return None
        return Claimed(
            id=row.id,
            organization_id=row.organization_id,
            kind=row.kind,
            facts=row.facts,
            attempts=row.attempts + 1,
            claim=claim,
            coalesce_key=row.coalesce_key,
            left_behind=row.state is OutboxState.SENDING,
        )

    async def done(self, row: Claimed, code: str | None = None) -> None:
        await self._close(row, OutboxState.DONE, code)

    async def dead(self, row: Claimed, code: str) -> None:
        await self._close(row, OutboxState.DEAD, code)

    async def again(self, row: Claimed, wait: timedelta, code: str) -> None:
        """Due again after `wait`. What is queued meanwhile goes behind it."""
        await self._mine(row).update(
            state=OutboxState.DUE,
            due_at=self._now() + wait,
            claim=None,
            claimed_until=None,
            error_code=code,
        )

    async def unconfirmed(self, row: Claimed, wait: timedelta, code: str) -> None:
        """Leave it marked; after `wait` it is looked at again as left behind."""
        await self._mine(row).update(claimed_until=self._now() + wait, error_code=code)

    async def _close(self, row: Claimed, state: OutboxState, code: str | None) -> None:
        await self._mine(row).update(
            state=state, done_at=self._now(), claimed_until=None, error_code=code
        )

    def _mine(self, row: Claimed) -> Any:
        return OutboxMessage.filter(id=row.id, claim=row.claim, state=OutboxState.SENDING)
