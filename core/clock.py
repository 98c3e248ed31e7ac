"""The one source of time. Every moment carries a zone; tests hand in another clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment, in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
