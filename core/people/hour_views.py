"""Hours and absences as other parts see them. No reason is known for an absence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AbsenceView:
    absence_id: int
    starts_at: datetime
    ends_at: datetime | None
    """None: until they say that they are back."""


@dataclass(frozen=True, slots=True)
class HoursView:
    member_id: int
    name: str
    week: str
    """As `core.people.week` writes it; empty: always at work."""
    timezone: str
    """Their own, or the organization's."""
    holidays: str
    """The same; empty: none are days off."""
    absences: tuple[AbsenceView, ...]
    """Present and to come, in order."""
    why_not: str | None
    """None: at work now. Else `away`, `holiday` or `off_hours`."""
    next_free: datetime | None
    """When they are at work; None: not known."""


@dataclass(frozen=True, slots=True)
class PresenceView:
    """Whether a colleague is at work."""

    member_id: int
    name: str
    is_here: bool
    until: datetime | None
    """When they are back; None: not known, or they are here."""
    why_not: str | None = None
    """`away`, `holiday` or `off_hours`: for admins and their leads alone."""
