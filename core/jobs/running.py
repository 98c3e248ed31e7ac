"""Run one job: in a clean context, to an outcome. Here errors of jobs are caught and logged."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from structlog.contextvars import bind_contextvars

from core.errors import ExternalError, GraphAuthFailed, UserError
from core.jobs.retry import code_of
from core.jobs.tasks import RegisteredTask
from core.log import get_logger
from core.ports import JobFacts

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    error_code: str | None = None
    """None: the job is done."""
    retry_in: timedelta | None = None
    """None: it is not tried again."""


async def run(
    task: RegisteredTask, facts: JobFacts, *, attempts: int, ids: Mapping[str, int]
) -> Outcome:
    """Run the job for the `attempts`th time; `ids` stand on every line it logs.

    A job starts with an empty context: whoever queued it, or last touched a timer, must lend
    it neither an open transaction nor their operation id.
    """
    return await asyncio.create_task(
        _run(task, facts, attempts, ids), name=f"job {task.name}", context=Context()
    )


async def _run(
    task: RegisteredTask, facts: JobFacts, attempts: int, ids: Mapping[str, int]
) -> Outcome:
    bind_contextvars(operation_id=uuid4().hex[:12], task=task.name, **ids)
    try:
        await task.run(**facts)
    except Exception as error:  # noqa: BLE001  the edge of a job
        retry_in = task.retry.wait(error, attempts)
        _log_failure(error, attempts, retry_in)
        task.count(task.name, "retried" if retry_in else "failed")
        return Outcome(code_of(error), retry_in)
    log.info("job done", attempts=attempts)
    task.count(task.name, "done")
    return Outcome()


def _log_failure(error: Exception, attempts: int, retry_in: timedelta | None) -> None:
    facts = {
        "error": code_of(error),
        "attempts": attempts,
        "retry_in": retry_in.total_seconds() if retry_in else None,
    }
    match error:
        case UserError():
            log.info("job refused", **facts)
        case GraphAuthFailed():
            log.error("job failed", **facts)
        case ExternalError():
            log.warning("job failed", **facts)
        case _:
            log.error("job crashed", **facts, exc_info=error)
