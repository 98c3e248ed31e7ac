"""What only the embedded engine does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import ExternalError
from core.jobs.embedded import EmbeddedJobs
from core.jobs.models import Job, JobState
from core.jobs.retry import RetryStrategy
from core.jobs.rows import JobRows
from core.jobs.tasks import Tasks
from tests.clock import SettableClock
from tests.core.jobs.engines import Runs

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def tasks() -> Tasks:
    return Tasks()


async def test_runs_by_hand_what_is_due_and_nothing_else(
    clock: SettableClock, tasks: Tasks
) -> None:
    runs = Runs(ExternalError())
    tasks.register("sync", runs, RetryStrategy(first=60))
    jobs = EmbeddedJobs(tasks, clock)
    await jobs.defer("sync")
    await jobs.defer("sync", due_at=clock() + timedelta(hours=1))

    await jobs.run_until_idle()
    assert len(runs) == 1

    clock.advance(timedelta(minutes=1))
    await jobs.run_until_idle()
    assert len(runs) == 2

    clock.advance(timedelta(hours=1))
    await jobs.run_until_idle()
    assert len(runs) == 3
    assert await Job.all().count() == 0


async def test_keeps_a_job_of_a_task_it_does_not_know_as_failed(
    clock: SettableClock, tasks: Tasks
) -> None:
    jobs = EmbeddedJobs(tasks, clock)
    await jobs.defer("gone")

    await jobs.run_until_idle()

    job = await Job.get()
    assert (job.state, job.error_code) == (JobState.FAILED, "UnknownTask")


async def test_two_workers_never_hold_one_lock(clock: SettableClock) -> None:
    one, other = JobRows("one", clock), JobRows("other", clock)
    for _ in range(2):
        await one.add("sync", {}, "mailbox:1", None, None)
    first = await one.claim()

    assert await other.claim() is None
    assert first is not None
    await Job.filter(id=first.id).update(state=JobState.DUE)
    assert await other.claim() is not None


async def test_gives_a_claim_back_when_another_took_the_lock_at_the_same_moment(
    clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = JobRows("one", clock)
    await rows.add("sync", {}, "mailbox:1", "sync:1", None)

    async def taken(self: JobRows, job_id: int, lock: str) -> bool:
        return True

    monkeypatch.setattr(JobRows, "_lock_is_taken", taken)

    assert await rows.claim() is None
    job = await Job.get()
    assert (job.state, job.attempts, job.queueing_lock) == (JobState.DUE, 0, "sync:1")


async def test_a_job_that_kills_its_worker_each_time_is_given_up(
    clock: SettableClock, tasks: Tasks
) -> None:
    tasks.register("sync", Runs(), RetryStrategy(attempts=2))
    rows = JobRows("one", clock)
    await rows.add("sync", {}, None, None, None)

    for rescued in (1, 0):
        assert await rows.claim() is not None
        clock.advance(timedelta(minutes=1))
        assert await rows.rescue(tasks, stalled_after=30) == rescued

    job = await Job.get()
    assert (job.state, job.error_code) == (JobState.FAILED, "WorkerDied")


async def test_a_worker_with_a_heartbeat_keeps_its_jobs(clock: SettableClock, tasks: Tasks) -> None:
    tasks.register("sync", Runs())
    rows = JobRows("one", clock)
    await rows.add("sync", {}, None, None, None)
    job = await rows.claim()
    assert job is not None
    clock.advance(timedelta(minutes=1))

    await rows.beat([job.id])

    assert await rows.rescue(tasks, stalled_after=30) == 0


async def test_clears_old_failures_away(clock: SettableClock, tasks: Tasks) -> None:
    jobs = EmbeddedJobs(tasks, clock)
    await jobs.defer("gone")
    await jobs.run_until_idle()

    clock.advance(timedelta(days=15))
    await JobRows("one", clock).rescue(tasks, stalled_after=30)

    assert await Job.all().count() == 0


def test_a_task_has_one_function(tasks: Tasks) -> None:
    tasks.register("sync", Runs())

    with pytest.raises(ValueError, match="registered already"):
        tasks.register("sync", Runs())
