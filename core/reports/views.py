"""Figures about mailboxes as a report shows them. Moments are UTC, days the organization's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.mailboxes.models import MailboxState


class Answers(StrEnum):
    """Whether figures about answers mean something.

    Where a tenant does not copy what is sent as the mailbox into its Sent Items, answers are
    not seen there.
    """

    SEEN = "answers_seen"
    PARTLY = "answers_partly_seen"
    """Not in all of the mailboxes: the figures are those of the others."""
    UNSEEN = "answers_unseen"
    """There are no figures."""


class Gap(StrEnum):
    """Why the figures of a mailbox are not up to date."""

    NONE = "none"
    PAUSED = "paused"
    NEEDS_CONSENT = "needs_consent"
    ONBOARDING = "onboarding"
    """Onboarding is not finished, or waits for Microsoft."""
    FIRST_SYNC = "first_sync"
    """The first sync is under way: there is more to come."""
    OFFBOARDED = "offboarded"


@dataclass(frozen=True, slots=True)
class MailboxFreshness:
    """How far the figures of one mailbox can be relied on."""

    mailbox_id: int
    address: str
    """Empty: erased."""
    state: MailboxState
    gap: Gap
    synced_at: datetime | None
    """End of the last complete round; None: there was none."""
    age: timedelta | None
    """How long ago that was."""
    answers_seen: bool


@dataclass(frozen=True, slots=True)
class MemberFigures:
    member_id: int
    name: str
    open: int
    finished: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    day: date
    received: int
    finished: int


class NoFairness(StrEnum):
    """Why a mailbox has no fairness index."""

    ONE_PERSON = "one_person"
    """At most one person could be given work."""
    TOO_LITTLE = "too_little"
    """Too little was given for a figure to say anything."""


@dataclass(frozen=True, slots=True)
class LedFigures:
    """Of one mailbox, for its leads."""

    mailbox_id: int
    address: str
    """Empty: erased."""
    people: int
    """Who could be given work."""
    given: int
    """Threads that Postroom gave them."""
    fairness: float | None
    """From 1 divided by the people to 1; None: `no_fairness` says why."""
    no_fairness: NoFairness | None
    is_weighted: bool
    """Fairness is by each person's share."""
    handling_time: timedelta | None
    """Median; None: answers are unseen, or there was none."""
    answers_seen: bool
    is_small_sample: bool
    """Too few handling times for the median to say much."""


@dataclass(frozen=True, slots=True)
class AutomaticFigures:
    """How much of a report's figures is mail that no person wrote: lists, bulk, auto-replies."""

    received: int
    answered: int | None
    finished: int
    open: int


@dataclass(frozen=True, slots=True)
class ReportView:
    """Over all mailboxes the reader works, or one of them. `core.reports.figures` defines each."""

    begins: date
    ends: date
    """The last day that is counted."""
    timezone: str
    mailbox: str | None
    """Address; None: all of the reader's."""
    mailboxes: tuple[MailboxFreshness, ...]
    received: int
    answers: Answers
    answered: int | None
    """None: answers are unseen, so there is no figure."""
    finished: int
    open: int
    unassigned: int
    """Open and nobody's: it waits."""
    waiting: tuple[tuple[str, int], ...]
    """(code of why, how many) of the unassigned, the most first; empty code: none is kept."""
    snoozed: int
    oldest_open_at: datetime | None
    first_answer: timedelta | None
    """Median; None: answers are unseen, or there was none."""
    is_small_sample: bool
    """Too few answers for the median to say much."""
    handling_time: timedelta | None
    """Median; None: answers are unseen, or there was none."""
    is_small_handling_sample: bool
    """Too few handling times for the median to say much."""
    automatic: AutomaticFigures
    members: tuple[MemberFigures, ...]
    """By name. Leads see the people of the mailboxes they lead; everybody sees themselves."""
    days: tuple[DayFigures, ...]
    led: tuple[LedFigures, ...]
    """Each mailbox that the reader leads."""

    @property
    def assigned(self) -> int:
        return self.open - self.unassigned

    @property
    def answers_seen(self) -> bool:
        return self.answers is not Answers.UNSEEN
