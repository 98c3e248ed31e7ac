"""The tour's own clock: it starts at a moment of its own, runs like a real one, can be set on."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta


class TourClock:
    def __init__(self, starts_at: datetime, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._starts_at = starts_at
        self._ticks = ticks
        self._began = ticks()

    def move_to(self, at: datetime) -> None:
        """Go on from `at`; never back."""
        self._starts_at += max(at - self(), timedelta(0))

    def __call__(self) -> datetime:
        return self._starts_at + timedelta(seconds=self._ticks() - self._began)
