"""When a Graph request is tried again, and when the wait is left to the job."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self

import httpx
from httpx_retries import Retry

from core.graph.answers import retry_after, throttled

Sleep = Callable[[float], Awaitable[None]]

IDEMPOTENT = ("GET", "HEAD", "PUT", "PATCH", "DELETE")
"""Methods that may be repeated; a PATCH here sets values, it never adds any."""

LONGEST_WAIT = 30.0
"""Seconds that one call may spend waiting between attempts, all waits together."""


class GraphRetry(Retry):
    """Retries 429, 503, 504 and lost connections; Retry-After is never cut short.

    Throttled calls count against the quota, so a wait that does not fit into what is left
    of `total_timeout` seconds ends the call with GraphThrottled: the job is put off instead.
    """

    def __init__(
        self,
        total: int = 4,
        *,
        total_timeout: float | None = LONGEST_WAIT,
        sleep: Sleep = asyncio.sleep,
        **settings: Any,
    ) -> None:
        settings.setdefault("allowed_methods", IDEMPOTENT)
        settings.setdefault("status_forcelist", (429, 503, 504))
        settings.setdefault("backoff_factor", 0.5)
        super().__init__(total, total_timeout=total_timeout, **settings)
        self._sleep = sleep

    def increment(self) -> Self:
        return self._like_me(super().increment())

    def with_posts(self) -> Self:
        """The same, for a POST that changes nothing on the server."""
        return self._like_me(self.copy_with(allowed_methods=(*IDEMPOTENT, "POST")))

    def _like_me(self, copy: Retry) -> Self:
        assert isinstance(copy, type(self))
        copy._sleep = self._sleep
        return copy

    def wait_for(self, answer: httpx.Response | Exception) -> float:
        """Seconds to wait: what Retry-After says, else exponential with full jitter."""
        asked = retry_after(answer.headers) if isinstance(answer, httpx.Response) else None
        return self.backoff_strategy() if asked is None else asked

    async def asleep(self, response: httpx.Response | Exception) -> None:
        wait = self.wait_for(response)
        if self.total_timeout is not None and self.elapsed_sleep + wait > self.total_timeout:
            raise throttled(response) if isinstance(response, httpx.Response) else response
        await self._sleep(wait)
        self.elapsed_sleep += wait
