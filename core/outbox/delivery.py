"""Deliver what the world must be told: conversations in parallel, each one in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from core.clock import Clock
from core.errors import (
    ExternalError,
    GraphThrottled,
    NotFound,
    NothingSent,
    RecipientUnreachable,
)
from core.jobs.running import Outcome, run
from core.jobs.tasks import RegisteredTask
from core.log import get_logger
from core.outbox.claims import LEASE, Claimed, Claims
from core.outbox.dead_letters import DEAD_LETTER, tell_of_dead_letters
from core.outbox.kinds import KINDS, Guarantee, Kind
from core.outbox.models import OutboxMessage, OutboxState
from core.transactions import transaction

log = get_logger(__name__)

Handler = Callable[[Mapping[str, Any], int], Awaitable[None]]
"""Has the effect; gets the row's facts and its organization."""
Settle = Callable[[Mapping[str, Any], int], Awaitable[bool]]
"""Looks whether the effect happened; gets the same."""
OnUnreachable = Callable[[int, str], Awaitable[None]]
"""Gets the member's id and the connector's code."""

TIME_FOR_ONE = LEASE * 0.75
"""A handler that takes longer is stopped, before another worker takes its row for abandoned."""
LOOK_AHEAD = 64
"""Rows that are looked up at once."""
DELIVERED_KEPT = timedelta(days=30)

UNREACHABLE = "unreachable"
GONE = "gone"
NO_HANDLER = "no_handler"
NOT_CONFIRMED = "not_confirmed"


class TookTooLong(ExternalError):
    """The handler did not finish in time."""


class Delivery:
    """Runs as the task `deliver_outbox`, on any number of replicas at once."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        now: Clock,
        on_unreachable: OnUnreachable,
        *,
        settlers: Mapping[str, Settle] | None = None,
        parallel: int = 8,
    ) -> None:
        """`handlers` and `settlers` go by kind; KINDS says which there are."""
        unknown = (handlers.keys() | (settlers or {}).keys()) - KINDS.keys()
        if unknown:
            raise ValueError(f"no such outbox kind: {', '.join(sorted(unknown))}")
        self._handlers = handlers
        self._settlers = settlers or {}
        self._now = now
        self._on_unreachable = on_unreachable
        self._parallel = parallel
        self._claims = Claims(now)

    async def run(self) -> None:
        """Deliver all that is due now, and what falls due meanwhile."""
        under_way: set[asyncio.Task[None]] = set()
        heads: list[OutboxMessage] = []
        try:
            while True:
                heads = heads or await self._claims.next(LOOK_AHEAD)
                while heads and len(under_way) < self._parallel:
                    claimed = await self._claims.claim(heads.pop(0))
                    if claimed is not None:
                        under_way.add(asyncio.create_task(self._deliver(claimed)))
                if not under_way:
                    return
                finished, under_way = await asyncio.wait(
                    under_way, return_when=asyncio.FIRST_COMPLETED
                )
                for task in finished:
                    task.result()
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def forget_delivered(self) -> None:
        """Delete rows that ended long ago; dead letters stay."""
        old = self._now() - DELIVERED_KEPT
        await OutboxMessage.filter(state=OutboxState.DONE, done_at__lt=old).delete()

    async def _deliver(self, row: Claimed) -> None:
        kind = KINDS.get(row.kind)
        handler = self._handlers.get(row.kind)
        if kind is None or handler is None:
            await self._bury(row, NO_HANDLER)
        elif kind.guarantee is not Guarantee.AT_MOST_ONCE:
            await self._send(row, kind, handler)
        elif row.left_behind:
            await self._settle(row, kind)
        else:
            await self._send_at_most_once(row, kind, handler)

    async def _send(self, row: Claimed, kind: Kind, handler: Handler) -> None:
        outcome = await self._attempt(row, kind, handler)
        if outcome.error_code is None:
            return
        if outcome.retry_in is None:
            await self._bury(row, outcome.error_code)
        else:
            await self._claims.again(row, outcome.retry_in, outcome.error_code)

    async def _send_at_most_once(self, row: Claimed, kind: Kind, handler: Handler) -> None:
        """The claim was the mark. Only what was surely refused may be sent again."""
        refused = False

        async def send(facts: Mapping[str, Any], organization_id: int) -> None:
            nonlocal refused
            try:
                await handler(facts, organization_id)
            except NothingSent:
                refused = True
                raise
            except GraphThrottled as error:
                refused = error.status == HTTPStatus.TOO_MANY_REQUESTS
                raise

        outcome = await self._attempt(row, kind, send)
        if outcome.error_code is None:
            return
        if refused and outcome.retry_in is not None:
            await self._claims.again(row, outcome.retry_in, outcome.error_code)
        else:
            wait = outcome.retry_in or timedelta(seconds=kind.retry.first)
            await self._claims.unconfirmed(row, wait, outcome.error_code)

    async def _settle(self, row: Claimed, kind: Kind) -> None:
        """Find out what became of a row that was marked and not confirmed."""
        settle = self._settlers.get(row.kind)
        if settle is None:
            await self._bury(row, NOT_CONFIRMED)
            return
        happened = False

        async def look() -> None:
            nonlocal happened
            happened = await settle(row.facts, row.organization_id)

        outcome = await _run(row, look, kind)
        if happened:
            await self._claims.done(row)
        elif outcome.error_code is not None and outcome.retry_in is not None:
            await self._claims.unconfirmed(row, outcome.retry_in, outcome.error_code)
        else:
            await self._bury(row, NOT_CONFIRMED)

    async def _attempt(self, row: Claimed, kind: Kind, handler: Handler) -> Outcome:
        """Have the effect and mark the row done; an error says whether to try again."""

        async def attempt() -> None:
            try:
                async with asyncio.timeout(TIME_FOR_ONE.total_seconds()):
                    await handler(row.facts, row.organization_id)
            except TimeoutError as error:
                raise TookTooLong from error
            except RecipientUnreachable as error:
                member_id = error.member_id or row.facts.get("member_id")
                if member_id is not None:
                    await self._on_unreachable(member_id, error.code)
                await self._claims.done(row, UNREACHABLE)
            except NotFound:
                await self._claims.done(row, GONE)
            else:
                await self._claims.done(row)

        return await _run(row, attempt, kind)

    async def _bury(self, row: Claimed, code: str) -> None:
        """Make it a dead letter, so that later rows of its order key go on."""
        async with transaction():
            await self._claims.dead(row, code)
            if row.facts.get("code") != DEAD_LETTER:
                await tell_of_dead_letters(row.organization_id, self._now())
        log.error("dead letter", outbox_id=row.id, kind=row.kind, error=code)


async def _run(row: Claimed, work: Callable[[], Awaitable[None]], kind: Kind) -> Outcome:
    ids = {"outbox_id": row.id, "organization_id": row.organization_id}
    return await run(
        RegisteredTask(kind.name, work, kind.retry), {}, attempts=row.attempts, ids=ids
    )
