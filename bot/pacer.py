"""Keep what is sent under Teams' limits, so that no 429 ever comes.

Limits per bot and conversation, and per app and tenant:
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from bot.patience import Patience
from core.errors import ConnectorError

Limit = tuple[int, float]
"""So many operations in so many seconds."""

SENDING: tuple[Limit, ...] = ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0))
"""Send, reply, update, delete and create, in one conversation."""
SENDING_UNHURRIED: tuple[Limit, ...] = ((5, 1.0), (6, 2.0), (50, 30.0), (1600, 3600.0))
"""The same for what nobody waits for: the rest is kept free for replies."""
READING: tuple[Limit, ...] = ((14, 1.0), (16, 2.0), (120, 30.0), (3600, 3600.0))
"""Members of one conversation."""
TENANT_A_SECOND = 30
"""All operations in one tenant: the older of the two documented figures (30 and 50)."""
UNHURRIED_SHARE = 0.8
"""How much of the tenant's room may be taken by what nobody waits for."""

MARGIN = 0.05
"""Seconds added to every span: the server counts arrivals, which bunch up on their way."""
FORGET_ABOVE = 4096
"""Conversations whose past is kept before quiet ones are forgotten."""


class Pace:
    """The times of past operations of one kind in one place. No clock: moments are handed in."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._times: deque[float] = deque(maxlen=max(count for count, _ in limits))
        self._held_until = float("-inf")

    def delay(self, now: float, limits: Sequence[Limit]) -> float:
        """Seconds until one more operation keeps every limit; 0 when it may go now."""
        free_at = self._held_until
        for count, span in limits:
            if len(self._times) >= count:
                free_at = max(free_at, self._times[-count] + span + MARGIN)
        return max(0.0, free_at - now)

    def record(self, now: float) -> None:
        self._times.append(now)

    def hold(self, until: float) -> None:
        """Let nothing pass before `until`: the server asked for a pause."""
        self._held_until = max(self._held_until, until)

    def quiet_since(self) -> float:
        return max(self._held_until, self._times[-1] if self._times else float("-inf"))


class Pacer:
    """Lets operations pass when their conversation and their tenant have room."""

    def __init__(
        self,
        *,
        tenant_a_second: int = TENANT_A_SECOND,
        ticks: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._tenant: tuple[Limit, ...] = ((tenant_a_second, 1.0),)
        self._tenant_unhurried: tuple[Limit, ...] = (
            (max(1, int(tenant_a_second * UNHURRIED_SHARE)), 1.0),
        )
        self._ticks = ticks
        self._sleep = sleep
        self._paces: dict[tuple[str, str], Pace] = {}
        self._queues: dict[str, asyncio.Lock] = {}

    async def pass_sending(self, conversation: str, tenant: str, patience: Patience) -> None:
        """Wait for room to send. Raises ConnectorError(429, "Paced") when patience ends first."""
        pace = self._pace("send", conversation, SENDING)
        everyone = self._pace("tenant", tenant, self._tenant)
        if patience.longest_wait_for_turn is not None:
            await self._wait(
                [(pace, SENDING), (everyone, self._tenant)], patience.longest_wait_for_turn
            )
            return
        async with self._queue(conversation):
            await self._wait([(pace, SENDING_UNHURRIED), (everyone, self._tenant_unhurried)], None)

    async def pass_reading(self, conversation: str, tenant: str, patience: Patience) -> None:
        """Wait for room to read members. Raises as `pass_sending` does."""
        pace = self._pace("read", conversation, READING)
        everyone = self._pace("tenant", tenant, self._tenant)
        await self._wait(
            [(pace, READING), (everyone, self._tenant)], patience.longest_wait_for_turn
        )

    def hold(self, conversation: str, seconds: float) -> None:
        """After a 429: nothing more goes to this conversation for so long."""
        self._pace("send", conversation, SENDING).hold(self._ticks() + seconds)

    async def _wait(self, paces: list[tuple[Pace, Sequence[Limit]]], at_most: float | None) -> None:
        start = self._ticks()
        while True:
            now = self._ticks()
            delay = max(pace.delay(now, limits) for pace, limits in paces)
            if delay == 0.0:
                break
            if at_most is not None and now - start + delay > at_most:
                raise ConnectorError(429, "Paced", delay)
            await self._sleep(delay)
        for pace, _ in paces:
            pace.record(now)

    def _pace(self, kind: str, place: str, limits: Sequence[Limit]) -> Pace:
        pace = self._paces.get((kind, place))
        if pace is None:
            self._forget_quiet()
            pace = self._paces[kind, place] = Pace(limits)
        return pace

    def _queue(self, conversation: str) -> asyncio.Lock:
        """Unhurried sends to one conversation wait in line, first come first served."""
        return self._queues.setdefault(conversation, asyncio.Lock())

    def _forget_quiet(self) -> None:
        if len(self._paces) < FORGET_ABOVE:
            return
        longest = max(span for _, span in SENDING)
        horizon = self._ticks() - longest - MARGIN
        self._paces = {
            key: pace for key, pace in self._paces.items() if pace.quiet_since() > horizon
        }
        self._queues = {place: lock for place, lock in self._queues.items() if lock.locked()}
