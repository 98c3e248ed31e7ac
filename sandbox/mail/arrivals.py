"""Decide when each message of a source arrived: its own Date shifted, or its place in the file."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
NEIGHBOURS = 10
STRAY = timedelta(days=366)
"""A Date further than this from the middle of its neighbours' dates is not believed."""


def arrival_times(dates: Sequence[datetime | None], newest_at: datetime) -> list[datetime]:
    """One moment for each message; the newest believable Date becomes `newest_at`.

    A missing, absurd or stray Date takes the moment just after the message before it.
    """
    believed = believable_dates(dates)
    known = [date for date in believed if date is not None]
    if not known:
        count = len(believed)
        return [newest_at - timedelta(minutes=count - 1 - at) for at in range(count)]
    shift = newest_at - max(known)
    arrivals: list[datetime] = []
    before = min(known) + shift
    for date in believed:
        before = date + shift if date else min(before + timedelta(seconds=1), newest_at)
        arrivals.append(before)
    return arrivals


def believable_dates(dates: Sequence[datetime | None]) -> list[datetime | None]:
    """The dates, with None for those that cannot be true beside their neighbours."""
    possible = [date if date and EARLIEST <= date <= LATEST else None for date in dates]
    known = [date for date in possible if date]
    window = sorted(known[:NEIGHBOURS])
    kept: list[datetime | None] = []
    seen = 0
    for date in possible:
        if date is None:
            kept.append(None)
            continue
        if seen + NEIGHBOURS < len(known):
            insort(window, known[seen + NEIGHBOURS])
        if seen > NEIGHBOURS:
            del window[bisect_left(window, known[seen - NEIGHBOURS - 1])]
        seen += 1
        kept.append(date if abs(date - window[len(window) // 2]) <= STRAY else None)
    return kept
