"""Which tasks there are, and how a worker keeps time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.jobs.retry import RetryStrategy
from core.ports import Task

CountJob = Callable[[str, str], None]
"""Counts a job that was run; gets the task's name and `done`, `retried` or `failed`."""


def uncounted(task: str, outcome: str) -> None:
    """Where no figures are kept."""


@dataclass(frozen=True, slots=True)
class RegisteredTask:
    name: str
    run: Task
    """Called with the job's facts as keyword arguments."""
    retry: RetryStrategy
    count: CountJob = uncounted


@dataclass(frozen=True, slots=True)
class Timing:
    """How a worker keeps time, in seconds."""

    poll: float = 5
    """Between looks for due jobs when nothing wakes the worker."""
    heartbeat: float = 10
    stalled_after: float = 30
    """Without a heartbeat for so long, a worker is dead and its jobs are taken up."""
    grace: float = 20
    """For running jobs to finish when the worker stops."""


class Tasks:
    """The tasks by name; filled once, at start-up."""

    def __init__(self, count: CountJob = uncounted) -> None:
        self._count = count
        self._by_name: dict[str, RegisteredTask] = {}

    def register(self, name: str, run: Task, retry: RetryStrategy | None = None) -> None:
        if name in self._by_name:
            raise ValueError(f"task {name} is registered already")
        self._by_name[name] = RegisteredTask(name, run, retry or RetryStrategy(), self._count)

    def find(self, name: str) -> RegisteredTask | None:
        return self._by_name.get(name)

    def __iter__(self) -> Iterator[RegisteredTask]:
        return iter(self._by_name.values())
