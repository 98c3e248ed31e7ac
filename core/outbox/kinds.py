"""The one table of what the world is told, and how often each is told at worst.

At least once        The row is marked done after the effect. A crash in between repeats it.
Repeated harmlessly  The same, and a repetition changes nothing.
At most once         The row is marked before the effect. A crash in between, or an answer that
                     never came, leaves it "marked, not confirmed": `settle` looks whether it
                     happened, and if that is not found it becomes a dead letter. It is never
                     sent a second time.

Within an order key, rows are delivered one after the other, in the order they were queued.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.jobs.retry import RetryStrategy


class Guarantee(StrEnum):
    AT_LEAST_ONCE = "at_least_once"
    REPEATED_HARMLESSLY = "repeated_harmlessly"
    AT_MOST_ONCE = "at_most_once"


TO_TEAMS = RetryStrategy(attempts=8, first=5, factor=3, longest=900)
"""Some 40 minutes in all."""
BY_MAIL = RetryStrategy(attempts=5, first=30, factor=4, longest=3600)


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    guarantee: Guarantee
    retry: RetryStrategy
    facts: tuple[str, ...]
    """Which facts a row carries at least."""


KINDS = {
    kind.name: kind
    for kind in (
        Kind("thread_notice", Guarantee.AT_LEAST_ONCE, TO_TEAMS, ("member_id", "thread_id")),
        Kind("thread_card", Guarantee.REPEATED_HARMLESSLY, TO_TEAMS, ("thread_id",)),
        Kind("thread_news", Guarantee.AT_LEAST_ONCE, TO_TEAMS, ("member_id", "thread_id", "code")),
        Kind(
            "channel_news", Guarantee.AT_LEAST_ONCE, TO_TEAMS, ("mailbox_id", "thread_id", "code")
        ),
        Kind("overdue_notice", Guarantee.AT_LEAST_ONCE, TO_TEAMS, ("member_id", "mailbox_id")),
        Kind("queue_notice", Guarantee.AT_LEAST_ONCE, TO_TEAMS, ("member_id", "mailbox_id")),
        Kind("progress", Guarantee.REPEATED_HARMLESSLY, TO_TEAMS, ("mailbox_id",)),
        Kind("trial", Guarantee.REPEATED_HARMLESSLY, TO_TEAMS, ("member_id", "trial_id")),
        Kind("bulk_card", Guarantee.REPEATED_HARMLESSLY, TO_TEAMS, ("member_id", "bulk_id")),
        Kind("notice", Guarantee.AT_LEAST_ONCE, TO_TEAMS, ("member_id", "code")),
        Kind("automatic_reply", Guarantee.AT_MOST_ONCE, BY_MAIL, ("thread_id", "message_id")),
        Kind("categories", Guarantee.REPEATED_HARMLESSLY, BY_MAIL, ("thread_id",)),
    )
}
