"""How many requests may be under way for one mailbox: Exchange refuses more than four."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

AT_ONCE = 4


class Slots:
    """Slots of one mailbox, handed out in the order they were asked for."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._free = asyncio.Semaphore(at_once)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def take(self, count: int = 1) -> AsyncIterator[None]:
        """Hold `count` slots, or all there are if that is fewer."""
        held = 0
        try:
            async with self._turn:
                while held < min(count, self._at_once):
                    await self._free.acquire()
                    held += 1
            yield
        finally:
            for _ in range(held):
                self._free.release()


class MailboxSlots:
    """The slots of every mailbox in use; those of an idle one are forgotten."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._slots: WeakValueDictionary[str, Slots] = WeakValueDictionary()

    def of(self, mailbox: str) -> Slots:
        return self._slots.setdefault(mailbox.lower(), Slots(self._at_once))
