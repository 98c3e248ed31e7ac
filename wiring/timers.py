"""The clock that queues jobs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import (
    contextmanager,
)
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core.jobs.schedule import TIMERS, Timer
from core.settings import Settings
from wiring.parts import Parts

LATE = 300
"""Seconds a timer may be late; then one run stands for all that were missed."""


@contextmanager
def ticking(parts: Parts, settings: Settings, hurry: float = 1) -> Iterator[None]:
    """Wind up the clock: it only queues jobs, so it never runs one late or twice.

    All timers tick `hurry` times as quickly.
    """
    scheduler = AsyncIOScheduler(timezone="UTC")
    sync = Timer("sync_mailboxes", every=settings.sync_seconds, jitter=settings.sync_seconds / 10)
    for timer in (*TIMERS, sync):
        scheduler.add_job(
            parts.jobs.defer,
            "interval",
            args=[timer.task],
            kwargs={"queueing_lock": timer.queueing_lock, "lock": timer.lock},
            seconds=timer.every / hurry,
            jitter=timer.jitter / hurry,
            misfire_grace_time=LATE,
            next_run_time=datetime.now(UTC),  # what fell due while nothing ran, runs once now
            id=timer.task,
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
