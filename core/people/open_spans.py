"""The working time of a week in a zone, holidays taken out, as spans one after another. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.people.public_holidays import Holidays
from core.people.week import Span, Week

ONE_DAY = timedelta(days=1)


def open_spans(week: Week, zone: ZoneInfo, holidays: Holidays, after: datetime) -> Iterator[Span]:
    """In UTC, in order, without end: each one that ends after that moment.

    They never overlap but may touch: a week without hours is one span a day.
    """
    day = after.astimezone(zone).date() - ONE_DAY
    done = datetime.min.replace(tzinfo=UTC)
    while True:
        if not holidays.is_day_off(day):
            for start, end in week.spans(day, zone):
                if end > max(done, after):
                    yield max(start, done), end
                    done = end
        day += ONE_DAY


def is_holiday(week: Week, zone: ZoneInfo, holidays: Holidays, at: datetime) -> bool:
    """Whether it would be working time if there were no holidays."""
    start, end = next(open_spans(week, zone, Holidays(), at))
    return start <= at < end and not is_open(week, zone, holidays, at)


def is_open(week: Week, zone: ZoneInfo, holidays: Holidays, at: datetime) -> bool:
    start, _ = next(open_spans(week, zone, holidays, at))
    return start <= at
