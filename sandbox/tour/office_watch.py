"""Watch the office all through its day: nobody has more than they may, at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox.tour import office_records

BETWEEN = 0.2
"""Seconds between two looks."""


class Watch:
    def __init__(self) -> None:
        self.most = 0
        """Open threads that anybody was ever seen with."""
        self.looks = 0

    async def look(self) -> None:
        loads = (await office_records.standing()).loads
        self.most = max(self.most, *loads.values(), 0)
        self.looks += 1

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async def go_on() -> None:
            while True:
                await self.look()
                await asyncio.sleep(BETWEEN)

        looking = asyncio.create_task(go_on())
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.wait([looking])
            if not looking.cancelled() and (error := looking.exception()) is not None:
                raise error
