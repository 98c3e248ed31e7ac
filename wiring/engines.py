"""The optional parts: which engine runs the jobs, and whether figures are kept."""

from __future__ import annotations

from contextlib import (
    AbstractAsyncContextManager,
)
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from core.clock import Clock
from core.gauges import read_gauges
from core.jobs.embedded import EmbeddedJobs
from core.jobs.tasks import Tasks
from core.ports import JobQueue
from core.settings import Settings

if TYPE_CHECKING:
    from bot.metrics import Metrics


class Engine(JobQueue, Protocol):
    """A queue together with the worker that runs what is queued."""

    def running(self) -> AbstractAsyncContextManager[None]: ...


def engine(settings: Settings, tasks: Tasks, now: Clock) -> Engine:
    if settings.jobs == "distributed":
        url = settings.database_url.get_secret_value()
        engine: Engine = distributed().DistributedJobs(tasks, url, now)
        return engine
    return EmbeddedJobs(tasks, now)


def distributed() -> ModuleType:
    """The optional engine and its libraries, loaded only where they are switched on."""
    return import_module("core.jobs.distributed")


def metrics_of(now: Clock) -> Metrics:
    """The figures and their library, loaded only where they are switched on."""
    made: Metrics = import_module("bot.metrics").Metrics(lambda: read_gauges(now()))
    return made
