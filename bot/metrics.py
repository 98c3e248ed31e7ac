"""Figures for Prometheus. Loaded only where the settings switch them on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from core.gauges import Gauges


class Metrics:
    """Counts what this process does; how the instance stands is read when it is asked.

    Labels are outcomes and task names, never ids: nothing here tells of a person.
    """

    def __init__(self, gauges: Callable[[], Awaitable[Gauges]]) -> None:
        self._gauges = gauges
        self._registry = CollectorRegistry()
        self._turns = Counter(
            "postroom_turns", "Turns, by outcome.", ["outcome"], registry=self._registry
        )
        self._jobs = Counter(
            "postroom_jobs", "Jobs run, by task and outcome.", ["task", "outcome"],
            registry=self._registry,
        )  # fmt: skip
        self._outbox = Gauge(
            "postroom_outbox_messages", "Outbox messages, by state.", ["state"],
            registry=self._registry,
        )  # fmt: skip
        self._sync_age = Gauge(
            "postroom_sync_age_seconds",
            "Since the last whole round of the active mailbox that waits longest.",
            registry=self._registry,
        )

    def turn(self, outcome: str) -> None:
        self._turns.labels(outcome).inc()

    def job(self, task: str, outcome: str) -> None:
        self._jobs.labels(task, outcome).inc()

    async def text(self) -> bytes:
        """In Prometheus's text format, version 0.0.4."""
        gauges = await self._gauges()
        self._outbox.labels("due").set(gauges.outbox_due)
        self._outbox.labels("dead").set(gauges.outbox_dead)
        self._sync_age.set(gauges.sync_age)
        return generate_latest(self._registry)
