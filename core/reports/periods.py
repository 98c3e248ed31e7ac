"""Spans of days in words, and the moments between which they lie. No I/O.

Days are the calendar days of the organization's time zone, so one of them has 23 or 25 hours
where clocks change. A period that is under way ends with today.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import InvalidInput

USUAL = "past 7 days"

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, one or more."""

    first: date
    last: date
    """The last day that belongs to it."""
    timezone: str
    edges: tuple[datetime, ...]
    """Where each day begins, and where the last one ends, in UTC."""

    @property
    def start(self) -> datetime:
        return self.edges[0]

    @property
    def end(self) -> datetime:
        """The first moment that no longer belongs to it."""
        return self.edges[-1]

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + DAY * number for number in range(len(self.edges) - 1))


def zone_of(name: str) -> ZoneInfo:
    """The time zone; UTC where this machine knows none by that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def period_of(text: str, now: datetime, zone: ZoneInfo) -> Period:
    """Read `last week` and its like; nothing means the past 7 days, today among them.

    Weeks start on Monday. Raises InvalidInput("period").
    """
    words = " ".join(text.casefold().split()) or USUAL
    span = _SPANS.get(words)
    if span is None:
        raise InvalidInput("period", ", ".join(_SPANS))
    return between(*span(now.astimezone(zone).date()), zone)


def between(first: date, last: date, zone: ZoneInfo) -> Period:
    """The days from `first` to `last`, both counted."""
    count = (last - first).days + 1
    edges = tuple(_midnight(first + DAY * n, zone) for n in range(count + 1))
    return Period(first, last, zone.key, edges)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day; where clocks skip midnight, the moment at which they do."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _last_week(today: date) -> tuple[date, date]:
    sunday = _monday(today) - DAY
    return sunday - 6 * DAY, sunday


def _last_month(today: date) -> tuple[date, date]:
    last = today.replace(day=1) - DAY
    return last.replace(day=1), last


def _monday(today: date) -> date:
    return today - DAY * today.weekday()


_SPANS: dict[str, Callable[[date], tuple[date, date]]] = {
    "today": lambda today: (today, today),
    "yesterday": lambda today: (today - DAY, today - DAY),
    "this week": lambda today: (_monday(today), today),
    "last week": _last_week,
    "this month": lambda today: (today.replace(day=1), today),
    "last month": _last_month,
    "past 7 days": lambda today: (today - 6 * DAY, today),
    "past 30 days": lambda today: (today - 29 * DAY, today),
}
