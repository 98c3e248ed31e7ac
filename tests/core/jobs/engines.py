"""Both job engines behind one face, for the contract they share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import psycopg

from core.clock import utc_now
from core.database import is_postgres
from core.jobs.distributed import DistributedJobs, apply_schema
from core.jobs.embedded import EmbeddedJobs
from core.jobs.models import Job, JobState
from core.jobs.retry import RetryStrategy
from core.jobs.tasks import Tasks, Timing

QUICK = Timing(poll=0.05, heartbeat=0.1, stalled_after=1, grace=5)
PATIENCE_SECONDS = 30
AT_ONCE = RetryStrategy(attempts=3, first=0.01, factor=1)


class Engine:
    """Makes queues of one engine on one database, and looks into them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.tasks = Tasks()

    async def prepare(self) -> None:
        if is_postgres(self.url):
            await apply_schema(self.url)

    def jobs(self, timing: Timing = QUICK) -> EmbeddedJobs | DistributedJobs:
        if is_postgres(self.url):
            return DistributedJobs(self.tasks, self.url, utc_now, timing=timing)
        return EmbeddedJobs(self.tasks, utc_now, timing=timing)

    async def due_times(self) -> list[datetime]:
        """When the waiting jobs fall due."""
        if not is_postgres(self.url):
            return [job.due_at for job in await Job.filter(state=JobState.DUE)]
        query = "SELECT scheduled_at FROM procrastinate_jobs WHERE status = 'todo'"
        return [row[0] for row in self._query(query)]

    async def failed(self) -> int:
        """How many jobs were given up."""
        if not is_postgres(self.url):
            return await Job.filter(state=JobState.FAILED).count()
        query = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"
        return int(self._query(query)[0][0])

    async def has_failed(self) -> bool:
        return await self.failed() > 0

    def _query(self, query: Any) -> list[Any]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query).fetchall()


@asynccontextmanager
async def patience() -> AsyncIterator[None]:
    """Fail instead of hanging for ever."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        yield


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again until the condition holds."""
    async with patience():
        while True:
            if await condition():
                return
            await asyncio.sleep(0.02)


class Runs:
    """A task that counts its runs and lets tests wait for them."""

    def __init__(self, *errors: Exception) -> None:
        self.facts: list[dict[str, Any]] = []
        self._errors = list(errors)
        self._changed = asyncio.Condition()

    async def __call__(self, **facts: Any) -> None:
        async with self._changed:
            self.facts.append(facts)
            self._changed.notify_all()
        if self._errors:
            raise self._errors.pop(0)

    async def reached(self, count: int) -> None:
        async with patience(), self._changed:
            await self._changed.wait_for(lambda: len(self.facts) >= count)

    def __len__(self) -> int:
        return len(self.facts)


class Gate:
    """A task that says when it has started and ends when it is let through."""

    def __init__(self) -> None:
        self.started = asyncio.Semaphore(0)
        self.open = asyncio.Event()
        self.at_once = 0
        self.most_at_once = 0

    async def __call__(self) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.started.release()
        try:
            await self.open.wait()
        finally:
            self.at_once -= 1

    async def has_started(self) -> None:
        async with patience():
            await self.started.acquire()
