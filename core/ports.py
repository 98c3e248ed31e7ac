"""What core asks of the parts around it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

JobFacts = Mapping[str, int | str]
Task = Callable[..., Awaitable[None]]


class JobQueue(Protocol):
    """Background work. Jobs are queued after the open transaction commits, or never."""

    async def defer(
        self,
        task: str,
        facts: JobFacts | None = None,
        *,
        lock: str | None = None,
        queueing_lock: str | None = None,
        due_at: datetime | None = None,
    ) -> None:
        """Queue `task` with `facts` (ids only) as its keyword arguments.

        Jobs with the same `lock` never run at once. While a job with the same
        `queueing_lock` is waiting, the call does nothing.
        """
        ...
