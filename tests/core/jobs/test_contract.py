"""What both job engines promise."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from contextvars import ContextVar
from datetime import timedelta

import pytest
import structlog

from core.clock import utc_now
from core.errors import DeltaLinkExpired, ExternalError, GraphThrottled, NotFound
from core.jobs.retry import RetryStrategy
from core.jobs.tasks import Timing
from core.transactions import refuse_inside_transaction, transaction
from tests.core.jobs.engines import AT_ONCE, QUICK, Engine, Gate, Runs, patience, until

lent = ContextVar("lent", default=False)


async def test_runs_a_job_with_its_facts(engine: Engine) -> None:
    runs = Runs()
    engine.tasks.register("sync", runs)
    jobs = engine.jobs()

    async with jobs.running():
        await jobs.defer("sync", {"mailbox_id": 7})
        await runs.reached(1)

    assert runs.facts == [{"mailbox_id": 7}]
    assert await engine.failed() == 0


async def test_queues_once_while_a_job_with_the_same_queueing_lock_waits(engine: Engine) -> None:
    gate, runs, last = Gate(), Runs(), Runs()
    engine.tasks.register("gate", gate)
    engine.tasks.register("sync", runs)
    engine.tasks.register("last", last)
    jobs = engine.jobs()

    async with jobs.running():
        await jobs.defer("gate", lock="mailbox:1")
        await gate.has_started()
        await jobs.defer("sync", lock="mailbox:1", queueing_lock="sync:1")
        await jobs.defer("sync", lock="mailbox:1", queueing_lock="sync:1")
        await jobs.defer("last", lock="mailbox:1")
        gate.open.set()
        await last.reached(1)

    assert len(runs) == 1


async def test_queues_again_once_the_waiting_job_has_started(engine: Engine) -> None:
    gate, runs = Gate(), Runs()

    async def sync() -> None:
        await runs()
        await gate()

    engine.tasks.register("sync", sync)
    jobs = engine.jobs()

    async with jobs.running():
        await jobs.defer("sync", queueing_lock="sync:1")
        await gate.has_started()
        await jobs.defer("sync", queueing_lock="sync:1")
        gate.open.set()
        await runs.reached(2)


async def test_runs_jobs_with_one_lock_one_at_a_time(engine: Engine) -> None:
    locked, free, after = Gate(), Gate(), Runs()
    free.open.set()
    engine.tasks.register("locked", locked)
    engine.tasks.register("free", free)
    engine.tasks.register("after", after)
    jobs = engine.jobs()

    async with jobs.running():
        await jobs.defer("locked", lock="mailbox:1")
        await jobs.defer("locked", lock="mailbox:1")
        await jobs.defer("after", lock="mailbox:1")
        await locked.has_started()
        await jobs.defer("free", lock="mailbox:2")
        await free.has_started()
        locked.open.set()
        await after.reached(1)

    assert locked.most_at_once == 1


async def test_tries_again_until_it_works(engine: Engine) -> None:
    runs = Runs(ExternalError(), RuntimeError("a bug"))
    engine.tasks.register("sync", runs, AT_ONCE)
    jobs = engine.jobs()

    async with jobs.running():
        await jobs.defer("sync", {"mailbox_id": 1}, queueing_lock="sync:1")
        await runs.reached(3)

    assert runs.facts == [{"mailbox_id": 1}] * 3
    assert await engine.failed() == 0


async def test_gives_up_after_the_last_attempt_and_keeps_the_job(engine: Engine) -> None:
    runs = Runs(*(ExternalError() for _ in range(9)))
    engine.tasks.register("sync", runs, AT_ONCE)
    jobs = engine.jobs()

    async with jobs.running():
        await jobs.defer("sync")
        await until(engine.has_failed)

    assert len(runs) == AT_ONCE.attempts


async def test_waits_as_long_as_graph_asked(engine: Engine) -> None:
    runs = Runs(GraphThrottled(429, "TooManyRequests", retry_after=3600))
    engine.tasks.register("sync", runs, AT_ONCE)
    jobs = engine.jobs()
    began = utc_now()

    async def waits_an_hour() -> bool:
        due = await engine.due_times()
        return bool(due) and due[0] is not None and due[0] >= began + timedelta(hours=1)

    async with jobs.running():
        await jobs.defer("sync")
        await until(waits_an_hour)

    assert len(runs) == 1


@pytest.mark.parametrize("error", [DeltaLinkExpired(410, "syncStateNotFound"), NotFound()])
async def test_does_not_try_again_what_cannot_be_mended(engine: Engine, error: Exception) -> None:
    runs = Runs(error)
    engine.tasks.register("sync", runs, AT_ONCE)
    jobs = engine.jobs()

    async with jobs.running():
        await jobs.defer("sync")
        await until(engine.has_failed)

    assert len(runs) == 1
    assert await engine.due_times() == []


async def test_a_job_waiting_to_be_tried_again_holds_back_no_other(engine: Engine) -> None:
    failing = Runs(GraphThrottled(429, "TooManyRequests", retry_after=3600))
    other = Runs()
    engine.tasks.register("failing", failing)
    engine.tasks.register("other", other)
    jobs = engine.jobs()

    async with jobs.running():
        await jobs.defer("failing", lock="mailbox:1")
        await failing.reached(1)
        await jobs.defer("other", lock="mailbox:1")
        await other.reached(1)


async def test_a_failure_gives_way_to_the_same_work_queued_meanwhile(engine: Engine) -> None:
    gate, runs = Gate(), Runs(ExternalError())

    async def sync() -> None:
        await gate()
        await runs()

    engine.tasks.register("sync", sync, RetryStrategy(first=3600))
    jobs = engine.jobs()

    async with jobs.running():
        await jobs.defer("sync", lock="mailbox:1", queueing_lock="sync:1")
        await gate.has_started()
        await jobs.defer("sync", lock="mailbox:1", queueing_lock="sync:1")
        gate.open.set()
        await runs.reached(2)

    assert await engine.due_times() == []


async def test_work_queued_in_a_transaction_that_is_rolled_back_never_runs(
    engine: Engine,
) -> None:
    undone, done = Runs(), Runs()
    engine.tasks.register("undone", undone)
    engine.tasks.register("done", done)
    jobs = engine.jobs()

    async with jobs.running():
        with suppress(NotFound):
            async with transaction():
                await jobs.defer("undone", lock="one")
                raise NotFound
        async with transaction():
            await jobs.defer("done", lock="one")
            assert len(done) == 0
        await done.reached(1)

    assert len(undone) == 0


async def test_a_job_starts_in_a_clean_context(engine: Engine) -> None:
    seen = {}
    runs = Runs()

    async def look() -> None:
        refuse_inside_transaction()
        seen["lent"] = lent.get()
        seen.update(structlog.contextvars.get_contextvars())
        await runs()

    engine.tasks.register("look", look)
    jobs = engine.jobs()
    lent.set(True)

    with structlog.contextvars.bound_contextvars(operation_id="ours", mailbox_id=1):
        async with jobs.running(), transaction():
            lent.set(True)
            await jobs.defer("look")
        async with jobs.running():
            await runs.reached(1)

    assert seen.pop("operation_id") not in ("ours", None)
    assert seen.pop("job_id")
    assert seen == {"lent": False, "task": "look"}


async def test_a_running_job_may_finish_when_the_worker_stops(engine: Engine) -> None:
    gate = Gate()
    engine.tasks.register("gate", gate)
    jobs = engine.jobs()

    async with jobs.running():
        await jobs.defer("gate")
        await gate.has_started()
        asyncio.get_running_loop().call_later(0.1, gate.open.set)

    assert gate.at_once == 0
    assert await engine.due_times() == []


async def test_a_job_cut_short_by_the_stop_runs_again(engine: Engine) -> None:
    gate = Gate()
    engine.tasks.register("gate", gate)

    impatient = engine.jobs(Timing(poll=0.05, heartbeat=0.1, grace=0.05))
    async with impatient.running():
        await impatient.defer("gate", lock="one", queueing_lock="gate")
        await gate.has_started()
    assert gate.at_once == 0

    gate.open.set()
    async with engine.jobs().running():
        await gate.has_started()


async def test_the_job_of_a_killed_worker_is_taken_up_by_another(engine: Engine) -> None:
    runs = Runs()
    engine.tasks.register("hang", runs)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.core.jobs.worker", engine.url, stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout is not None
    async with patience():
        assert await worker.stdout.readline() == b"hanging\n"
        worker.send_signal(signal.SIGKILL)
        await worker.wait()

    async with engine.jobs(QUICK).running():
        await runs.reached(1)

    assert runs.facts == [{"mailbox_id": 1}]
