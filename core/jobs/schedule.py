"""What runs when, as data for the clock that the composition root winds up.

Each timer queues a job; the queue coalesces, so a missed tick runs once, late.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timer:
    task: str
    every: float
    """Seconds."""
    jitter: float
    """At most so many seconds are added, so that replicas do not tick together."""
    lock: str | None = None
    """Jobs with the same lock never run at once."""

    @property
    def queueing_lock(self) -> str:
        return f"timer:{self.task}"


TIMERS = (
    Timer("sweep", every=30, jitter=5),
    Timer("warn_of_deadlines", every=60, jitter=10),
    Timer("wake_snoozed", every=30, jitter=5, lock="snoozed"),
    Timer("hand_back", every=45, jitter=5, lock="hand_back"),
    Timer("age_rules", every=120, jitter=20, lock="age_rules"),
    Timer("renew_subscriptions", every=300, jitter=30, lock="subscriptions"),
)
