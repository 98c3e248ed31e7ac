"""Outlook's limits per app and mailbox: 4 requests at once, 10,000 in ten minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from core.clock import Clock
from sandbox.graph.protocol import GraphFailure

AT_ONCE = 4
REQUESTS = 10_000
WINDOW = timedelta(minutes=10)
Key = tuple[str, str]
"""(client id, mailbox address)."""


class Throttle:
    """`throttled` counts the 429 answers. A refused request counts against the limit too."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._running: Counter[Key] = Counter()
        self._windows: dict[Key, tuple[datetime, int]] = {}
        self.throttled = 0
        self.busiest = 0
        """The most requests that one app had open on one mailbox at once."""

    @contextmanager
    def slot(self, key: Key) -> Iterator[None]:
        """Hold one of the four. Raises a 429 GraphFailure with Retry-After."""
        self._count(key)
        if self._running[key] >= AT_ONCE:
            raise self._refuse("Application is over its MailboxConcurrency limit.", 1)
        self._running[key] += 1
        self.busiest = max(self.busiest, self._running[key])
        try:
            yield
        finally:
            self._running[key] -= 1

    def _count(self, key: Key) -> None:
        now = self._now()
        began, count = self._windows.get(key, (now, 0))
        if now - began >= WINDOW:
            began, count = now, 0
        self._windows[key] = began, count + 1
        if count >= REQUESTS:
            wait = int((began + WINDOW - now).total_seconds()) + 1
            raise self._refuse("Application is over its RequestCount limit.", wait)

    def _refuse(self, message: str, wait: int) -> GraphFailure:
        self.throttled += 1
        headers = {"Retry-After": str(wait)}
        return GraphFailure(429, "ApplicationThrottled", message, headers)
