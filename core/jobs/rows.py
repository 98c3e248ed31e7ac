"""The embedded engine's queue as rows: who is first is decided by compare-and-set."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F, Q

from core.clock import Clock
from core.jobs.models import Job, JobState
from core.jobs.running import Outcome
from core.jobs.tasks import Tasks
from core.ports import JobFacts
from core.transactions import transaction

FAILED_JOBS_KEPT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    id: int
    task: str
    facts: JobFacts
    attempts: int
    """This run included."""
    queueing_lock: str | None


class JobRows:
    """What one worker does to the job table."""

    def __init__(self, worker: str, now: Clock) -> None:
        self._worker = worker
        self._now = now

    async def add(
        self,
        task: str,
        facts: JobFacts,
        lock: str | None,
        queueing_lock: str | None,
        due_at: datetime | None,
    ) -> None:
        job = Job(
            task=task,
            facts=dict(facts),
            lock=lock,
            queueing_lock=queueing_lock,
            due_at=due_at or self._now(),
        )
        await Job.bulk_create([job], ignore_conflicts=queueing_lock is not None)

    async def claim(self) -> ClaimedJob | None:
        """The next due job whose lock is free, marked as running here; None: nothing to do."""
        held = await Job.filter(state=JobState.RUNNING, lock__isnull=False).values_list(
            "lock", flat=True
        )
        free = Q(lock__isnull=True) | ~Q(lock__in=held) if held else Q()
        due = Job.filter(free, state=JobState.DUE, due_at__lte=self._now())
        job = await due.order_by("due_at", "id").first()
        if job is None:
            return None
        claimed = await Job.filter(id=job.id, state=JobState.DUE).update(
            state=JobState.RUNNING,
            worker=self._worker,
            heartbeat_at=self._now(),
            attempts=F("attempts") + 1,
            queueing_lock=None,
        )
        if not claimed:
            return None
        mine = ClaimedJob(job.id, job.task, job.facts, job.attempts + 1, job.queueing_lock)
        if job.lock is not None and await self._lock_is_taken(job.id, job.lock):
            await self.give_back(mine)
            return None
        return mine

    async def _lock_is_taken(self, job_id: int, lock: str) -> bool:
        """Another worker started a job with this lock while we claimed ours."""
        others = Job.filter(lock=lock, state=JobState.RUNNING).exclude(id=job_id)
        return await others.exists()

    async def seconds_until_next(self) -> float | None:
        """Until the next job falls due; None when none is waiting."""
        later = Job.filter(state=JobState.DUE, due_at__gt=self._now()).order_by("due_at")
        job = await later.first()
        return (job.due_at - self._now()).total_seconds() if job else None

    async def settle(self, job: ClaimedJob, outcome: Outcome) -> None:
        """Delete a finished job, queue one to be tried again, keep one that failed."""
        mine = Job.filter(id=job.id, worker=self._worker, state=JobState.RUNNING)
        if outcome.error_code is None:
            await mine.delete()
        elif outcome.retry_in is None:
            await mine.update(state=JobState.FAILED, error_code=outcome.error_code)
        else:
            due_at = self._now() + outcome.retry_in
            await self._queue_again(job, due_at, job.attempts, outcome.error_code)

    async def give_back(self, job: ClaimedJob) -> None:
        """Undo the claim: the job did not run, or was stopped with its worker."""
        await self._queue_again(job, self._now(), job.attempts - 1, None)

    async def _queue_again(
        self, job: ClaimedJob, due_at: datetime, attempts: int, code: str | None
    ) -> None:
        """Make it due again, unless the same work has been queued meanwhile."""
        mine = Job.filter(id=job.id, worker=self._worker, state=JobState.RUNNING)
        try:
            async with transaction():
                await mine.update(
                    state=JobState.DUE,
                    due_at=due_at,
                    attempts=attempts,
                    worker=None,
                    error_code=code,
                    queueing_lock=job.queueing_lock,
                )
        except IntegrityError:
            await mine.delete()

    async def beat(self, job_ids: Collection[int]) -> None:
        """Say that these jobs are still being worked on."""
        if job_ids:
            mine = Job.filter(id__in=job_ids, worker=self._worker, state=JobState.RUNNING)
            await mine.update(heartbeat_at=self._now())

    async def rescue(self, tasks: Tasks, stalled_after: float) -> int:
        """Queue the jobs of dead workers again; returns how many. Clears old failures away."""
        limit = self._now() - timedelta(seconds=stalled_after)
        stalled = await Job.filter(state=JobState.RUNNING, heartbeat_at__lt=limit)
        rescued = 0
        for job in stalled:
            theirs = Job.filter(id=job.id, worker=job.worker, heartbeat_at=job.heartbeat_at)
            task = tasks.find(job.task)
            if task is None or job.attempts >= task.retry.attempts:
                await theirs.update(state=JobState.FAILED, error_code="WorkerDied")
            else:
                rescued += await theirs.update(
                    state=JobState.DUE, worker=None, due_at=self._now(), error_code="WorkerDied"
                )
        old = self._now() - FAILED_JOBS_KEPT
        await Job.filter(state=JobState.FAILED, due_at__lt=old).delete()
        return rescued
