"""The tour's own clock: it starts at a moment of its own and runs as fast as the real one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta


class TourClock:
    def __init__(self, starts_at: datetime, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._starts_at = starts_at
        self._ticks = ticks
        self._began = ticks()

    def __call__(self) -> datetime:
        return self._starts_at + timedelta(seconds=self._ticks() - self._began)
