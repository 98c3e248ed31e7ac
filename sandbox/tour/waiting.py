"""Wait for something to be so, for a bounded time, and say what was not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 30.0
"""Seconds."""
BETWEEN = 0.05


class NotInTime(Exception):
    """What was waited for did not come; the message says what that was."""


async def until(
    look: Callable[[], Awaitable[Found | None]], what: str, seconds: float = PATIENCE
) -> Found:
    """The first true answer of `look`. Raises NotInTime."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                if found := await look():
                    return found
                await asyncio.sleep(BETWEEN)
    except TimeoutError:
        raise NotInTime(f"{what} (waited {seconds:.0f} s)") from None
