"""The distributed engine: procrastinate on PostgreSQL, for any number of replicas.

Imported only when it is switched on. Two things are done here and not left to procrastinate:

- Trying again. It would put the same job back, which fails for good when a job with the same
  queueing lock was queued meanwhile: the job then stays "doing" with its lock held. A job
  that failed is instead queued anew, which coalesces, and this one ends.
- Taking up the jobs of dead workers, which it can list but does not queue again by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import (
    AlreadyEnqueued,
    ConnectorException,
    UniqueViolation,
)
from procrastinate.jobs import Job, Status

from core.clock import Clock, utc_now
from core.errors import ExternalError, PostroomError
from core.jobs.rows import FAILED_JOBS_KEPT
from core.jobs.running import run
from core.jobs.tasks import RegisteredTask, Tasks, Timing
from core.log import get_logger
from core.ports import JobFacts
from core.transactions import after_commit

log = get_logger(__name__)

LATER = -1
"""Priority of a job that is due later. Procrastinate lets a waiting job with a lock hold back
those queued after it, though it is not due yet; a lower priority does not."""
RESTART_SECONDS = 1


class QueueUnavailable(ExternalError):
    """The job queue's database did not take the job."""


class JobFailed(PostroomError):
    """Tells procrastinate to keep the job as failed; carries a code and nothing else."""


async def apply_schema(url: str) -> bool:
    """Create procrastinate's tables if they are missing; True if they were."""
    app = App(connector=_connector(url))
    async with app.open_async():
        connector = app.connector
        found = await connector.execute_query_one_async(
            "SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS found"
        )
        if not found["found"]:
            await app.schema_manager.apply_schema_async()
        return not found["found"]


class DistributedJobs:
    """A JobQueue, and the worker that runs what is queued. Works by the database's clock."""

    def __init__(
        self,
        tasks: Tasks,
        url: str,
        now: Clock,
        *,
        concurrency: int = 8,
        timing: Timing | None = None,
    ) -> None:
        self._tasks = tasks
        self._now = now
        self._concurrency = concurrency
        self._timing = timing or Timing()
        self._app = App(connector=_connector(url))

    async def defer(
        self,
        task: str,
        facts: JobFacts | None = None,
        *,
        lock: str | None = None,
        queueing_lock: str | None = None,
        due_at: datetime | None = None,
    ) -> None:
        """As JobQueue says; works inside `running`. Raises QueueUnavailable."""
        wait = due_at - self._now() if due_at else timedelta()

        async def add() -> None:
            await self._add(task, facts or {}, lock, queueing_lock, wait)

        await after_commit(add)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work for as long as the block lasts, then let running jobs finish within the grace."""
        for task in self._tasks:
            if task.name not in self._app.tasks:
                self._app.task(name=task.name, pass_context=True)(self._runner(task))
        async with self._app.open_async():
            loops = [_in_clean_context(self._work()), _in_clean_context(self._rescue())]
            try:
                yield
            finally:
                for loop in loops:
                    loop.cancel()
                await asyncio.gather(*loops, return_exceptions=True)

    async def _add(
        self,
        task: str,
        facts: JobFacts,
        lock: str | None,
        queueing_lock: str | None,
        wait: timedelta,
        attempts: int = 1,
    ) -> None:
        later = wait > timedelta()
        job = self._app.configure_task(
            task,
            lock=lock,
            queueing_lock=queueing_lock,
            schedule_in={"seconds": wait.total_seconds()} if later else None,
            priority=LATER if later else None,
        )
        try:
            await job.defer_async(facts=dict(facts), attempts=attempts)
        except AlreadyEnqueued:
            return
        except ConnectorException as error:
            raise QueueUnavailable from error

    def _runner(self, task: RegisteredTask) -> Callable[..., Awaitable[None]]:
        async def work(context: JobContext, facts: JobFacts, attempts: int) -> None:
            job = context.job
            runs = attempts + job.attempts  # procrastinate counts how often it was taken up
            try:
                outcome = await run(task, facts, attempts=runs, ids={"job_id": job.id or 0})
            except asyncio.CancelledError:
                await self._add(task.name, facts, job.lock, job.queueing_lock, timedelta(), runs)
                raise
            if outcome.retry_in is not None:
                await self._add(
                    task.name, facts, job.lock, job.queueing_lock, outcome.retry_in, runs + 1
                )
            elif outcome.error_code is not None:
                raise JobFailed(outcome.error_code)

        return work

    async def _work(self) -> None:
        """Run the worker, again whenever a database error has stopped it."""
        while True:
            try:
                await self._app.run_worker_async(
                    concurrency=self._concurrency,
                    fetch_job_polling_interval=self._timing.poll,
                    shutdown_graceful_timeout=self._timing.grace,
                    update_heartbeat_interval=self._timing.heartbeat,
                    stalled_worker_timeout=self._timing.stalled_after,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                )
            except ConnectorException as error:
                log.warning("job worker stopped", error=type(error).__name__)
            await asyncio.sleep(RESTART_SECONDS)

    async def _rescue(self) -> None:
        """Take up the jobs of dead workers; clear old failures away."""
        manager = self._app.job_manager
        while True:
            try:
                dead_after = self._timing.stalled_after
                for job in await manager.get_stalled_jobs(seconds_since_heartbeat=dead_after):
                    await self._take_up(job)
                await manager.delete_old_jobs(
                    nb_hours=FAILED_JOBS_KEPT // timedelta(hours=1),
                    include_failed=True,
                    include_aborted=True,
                )
            except ConnectorException as error:
                log.warning("jobs not rescued", error=type(error).__name__)
            await asyncio.sleep(self._timing.heartbeat)

    async def _take_up(self, job: Job) -> None:
        manager = self._app.job_manager
        task = self._tasks.find(job.task_name)
        runs = int(str(job.task_kwargs["attempts"])) + job.attempts
        if job.id is None:
            return
        if task is None or runs >= task.retry.attempts:
            await manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=False)
            return
        try:
            await manager.retry_job_by_id_async(job.id, retry_at=utc_now())
        except UniqueViolation:  # the same work has been queued meanwhile
            await manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)


def _connector(url: str) -> PsycopgConnector:
    conninfo = "postgresql://" + url.split("://", 1)[1]
    return PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4)


def _in_clean_context(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.create_task(work, context=Context())
