"""The connector's rate limits: sliding windows on the sandbox's clock.

Figures: learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Literal

from core.clock import Clock

Operation = Literal["send", "create", "members", "conversations"]


@dataclass(frozen=True, slots=True)
class Window:
    """At most `allowed` operations in any `seconds`."""

    seconds: float
    allowed: int


WRITES = (Window(1, 7), Window(2, 8), Window(30, 60), Window(3600, 1800))
READS = (Window(1, 14), Window(2, 16), Window(30, 120), Window(3600, 3600))
PER_BOT_AND_THREAD: dict[Operation, tuple[Window, ...]] = {
    "send": WRITES,
    "create": WRITES,
    "members": READS,
    "conversations": READS,
}
PER_THREAD: dict[Operation, tuple[Window, ...]] = {
    "send": (Window(1, 14), Window(2, 16)),
    "create": (Window(1, 14), Window(2, 16)),
    "members": (Window(1, 28), Window(2, 32)),
    "conversations": (Window(1, 28), Window(2, 32)),
}
PER_APP_AND_TENANT = (Window(1, 50),)


class RateLimits:
    """Counts what is admitted; what is refused does not count. Switch off with `enabled`."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._admitted: defaultdict[tuple[str, ...], deque[float]] = defaultdict(deque)
        self.enabled = True

    def admit(self, bot: str, tenant: str, operation: Operation, thread: str) -> int | None:
        """Count the operation and return None, or return the whole seconds to wait first."""
        if not self.enabled:
            return None
        now = self._now().timestamp()
        limits = {
            ("app", bot, tenant): PER_APP_AND_TENANT,
            ("bot", bot, operation, thread): PER_BOT_AND_THREAD[operation],
            ("thread", operation, thread): PER_THREAD[operation],
        }
        wait = max(self._wait(key, windows, now) for key, windows in limits.items())
        if wait > 0:
            return max(1, math.ceil(wait))
        for key, windows in limits.items():
            admitted = self._admitted[key]
            admitted.append(now)
            while admitted[0] <= now - windows[-1].seconds:
                admitted.popleft()
        return None

    def _wait(self, key: tuple[str, ...], windows: tuple[Window, ...], now: float) -> float:
        admitted = self._admitted[key]
        waits = [0.0]
        for window in windows:
            if len(admitted) >= window.allowed:
                waits.append(admitted[-window.allowed] + window.seconds - now)
        return max(waits)
