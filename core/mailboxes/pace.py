"""How often hints may start a mailbox's sync, however many come. No I/O."""

from __future__ import annotations

from datetime import datetime, timedelta

GAP = timedelta(seconds=10)


class Pace:
    """One start a mailbox in each gap; a hint that comes too early waits for the gap's end.

    It spares work and guards nothing: each replica has its own, and the queue coalesces.
    """

    def __init__(self, gap: timedelta = GAP) -> None:
        self._gap = gap
        self._starts: dict[int, datetime] = {}

    def start_of(self, mailbox_id: int, now: datetime) -> datetime:
        """When a sync asked for now may start: now, or later by a gap at most."""
        newest = self._starts.get(mailbox_id)
        if newest is None or newest + self._gap <= now:
            start = now
        else:
            start = newest if newest > now else newest + self._gap
        self._starts[mailbox_id] = start
        return start
