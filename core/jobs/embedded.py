"""The embedded engine: jobs in our own table, run inside this process.

For one process on SQLite. A wake-up event starts a job as soon as it is queued; the table is
polled only for what falls due later or was queued by another process.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from datetime import datetime
from typing import Any
from uuid import uuid4

from tortoise.exceptions import BaseORMException

from core.clock import Clock
from core.jobs.rows import ClaimedJob, JobRows
from core.jobs.running import Outcome, run
from core.jobs.tasks import Tasks, Timing
from core.log import get_logger
from core.ports import JobFacts
from core.transactions import after_commit

log = get_logger(__name__)

DATABASE_ERRORS = (BaseORMException, OSError)
GIVING_BACK_SECONDS = 5


class EmbeddedJobs:
    """A JobQueue, and the worker that runs what is queued."""

    def __init__(
        self, tasks: Tasks, now: Clock, *, concurrency: int = 8, timing: Timing | None = None
    ) -> None:
        self._tasks = tasks
        self._concurrency = concurrency
        self._timing = timing or Timing()
        self._rows = JobRows(uuid4().hex, now)
        self._running: dict[int, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()

    async def defer(
        self,
        task: str,
        facts: JobFacts | None = None,
        *,
        lock: str | None = None,
        queueing_lock: str | None = None,
        due_at: datetime | None = None,
    ) -> None:
        async def add() -> None:
            await self._rows.add(task, facts or {}, lock, queueing_lock, due_at)
            self._wake.set()

        await after_commit(add)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work for as long as the block lasts, then let running jobs finish within the grace."""
        self._stopping.clear()
        self._stopped.clear()
        claiming = _in_clean_context(self._claim_jobs())
        living = _in_clean_context(self._keep_alive())
        try:
            yield
        finally:
            self._stopping.set()
            self._wake.set()
            await claiming
            await self._let_finish()
            self._stopped.set()
            await living

    async def run_until_idle(self) -> None:
        """Run what is due, one job after the other, until nothing is. Without `running`."""
        while (job := await self._rows.claim()) is not None:
            await self._work(job)

    async def _claim_jobs(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            wait = self._timing.poll
            try:
                while len(self._running) < self._concurrency and not self._stopping.is_set():
                    job = await self._rows.claim()
                    if job is None:
                        wait = min(wait, await self._rows.seconds_until_next() or wait)
                        break
                    self._running[job.id] = _in_clean_context(self._work(job))
            except DATABASE_ERRORS as error:
                log.warning("jobs not claimed", error=type(error).__name__)
            await _set_within(self._wake, wait)

    async def _keep_alive(self) -> None:
        """Renew the heartbeat of our jobs; take up the jobs of dead workers."""
        while not self._stopped.is_set():
            try:
                await self._rows.beat(list(self._running))
                if await self._rows.rescue(self._tasks, self._timing.stalled_after):
                    self._wake.set()
            except DATABASE_ERRORS as error:
                log.warning("heartbeat missed", error=type(error).__name__)
            await _set_within(self._stopped, self._timing.heartbeat)

    async def _work(self, job: ClaimedJob) -> None:
        try:
            task = self._tasks.find(job.task)
            if task is None:
                outcome = Outcome("UnknownTask")
                log.error("unknown task", task=job.task, job_id=job.id)
            else:
                outcome = await run(task, job.facts, attempts=job.attempts, ids={"job_id": job.id})
            await self._rows.settle(job, outcome)
        except asyncio.CancelledError:
            await self._give_back(job)
            raise
        except DATABASE_ERRORS as error:
            log.warning("job not settled", job_id=job.id, error=type(error).__name__)
        finally:
            self._running.pop(job.id, None)
            self._wake.set()

    async def _give_back(self, job: ClaimedJob) -> None:
        """Stopped before it was done: another worker, or we after a restart, runs it again.

        If the database does not answer in time, the missing heartbeat says the same later.
        """
        with suppress(TimeoutError, *DATABASE_ERRORS):
            await asyncio.wait_for(self._rows.give_back(job), GIVING_BACK_SECONDS)

    async def _let_finish(self) -> None:
        if self._running:
            await asyncio.wait(self._running.values(), timeout=self._timing.grace)
        late = list(self._running.values())
        for work in late:
            work.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _in_clean_context(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.create_task(work, context=Context())


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
