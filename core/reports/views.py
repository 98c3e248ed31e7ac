"""Figures about mailboxes as a report shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


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


@dataclass(frozen=True, slots=True)
class ReportView:
    """Over all mailboxes the reader works, or one of them."""

    begins: date
    ends: date
    """The last day that is counted."""
    mailbox: str | None
    """Address; None: all of the reader's."""
    received: int
    answered: int | None
    """None: answers are not seen in this tenant, so there is no figure."""
    finished: int
    open: int
    unassigned: int
    oldest_open_at: datetime | None
    first_answer: timedelta | None
    """Median time from the first message to the first answer."""
    members: tuple[MemberFigures, ...]
    """Empty for whoever does not lead; leads see the people of their mailboxes."""
    days: tuple[DayFigures, ...]
