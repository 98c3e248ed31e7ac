"""Every change of the clocks from 2020 to 2035 in three zones, found in the zone data itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from core.people.public_holidays import Holidays
from core.people.week import DAY, Week

unhurried = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Zone data and holidays are read on first use, on a machine that may have other things to do."""

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
"""The last one is put forward and back by half an hour."""


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The first moment of each new offset, in UTC."""
    found, at, last = [], datetime(2020, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    while at < last:
        following = at + timedelta(days=1)
        if _offset(at, zone) != _offset(following, zone):
            low, high = at, following
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) // 2
                middle = middle.replace(second=0, microsecond=0)
                low, high = (
                    (middle, high) if _offset(middle, zone) == _offset(at, zone) else (low, middle)
                )
            found.append(high)
        at = following
    return tuple(found)


def _offset(at: datetime, zone: str) -> timedelta | None:
    return at.astimezone(ZoneInfo(zone)).utcoffset()


ALL = [(zone, change) for zone in ZONES for change in changes(zone)]

change_and_zone = st.sampled_from(ALL)


def moments_near(change: datetime) -> st.SearchStrategy[datetime]:
    """Minutes within three days of it."""
    return st.integers(-3 * DAY, 3 * DAY).map(lambda minutes: change + timedelta(minutes=minutes))


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """One to three spans on every day or on some, over midnight too, where all is well written."""
    days = []
    for _ in range(7):
        marks = draw(st.lists(st.integers(0, 95), unique=True, max_size=6).map(sorted))
        marks = marks[: len(marks) // 2 * 2]
        hours = [(marks[i] * 15, marks[i + 1] * 15) for i in range(0, len(marks), 2)]
        if draw(st.booleans()):
            start = draw(st.integers(88, 95)) * 15
            hours = [span for span in hours if span[1] < start]
            hours.append((start, draw(st.integers(DAY // 15, DAY // 15 + 32)) * 15))
        days.append(_apart(hours))
    if not any(days):
        days[0] = ((9 * 60, 17 * 60),)
    return Week(tuple(days))


def _apart(hours: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans that touch are written as one."""
    joined: list[tuple[int, int]] = []
    for start, end in hours:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


regions = st.sampled_from(["", "DE-BY", "US-CA", "AU-NSW"]).map(Holidays)
