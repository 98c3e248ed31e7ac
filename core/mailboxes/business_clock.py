"""The business clock of a mailbox: time that passes in its business hours only. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.people.open_spans import is_open, open_spans
from core.people.public_holidays import Holidays
from core.people.week import Week


@dataclass(frozen=True, slots=True)
class BusinessClock:
    week: Week
    zone: ZoneInfo
    holidays: Holidays

    def is_open(self, at: datetime) -> bool:
        return is_open(self.week, self.zone, self.holidays, at)

    def add(self, at: datetime, minutes: int) -> datetime:
        """The moment, in UTC, when that much business time has passed; `at` itself for none."""
        at, left = at.astimezone(UTC), timedelta(minutes=minutes)
        if left <= timedelta() or self._never_closes:
            return at + max(left, timedelta())
        for start, end in open_spans(self.week, self.zone, self.holidays, at):
            start = max(start, at)
            if start + left <= end:
                return start + left
            left -= end - start
        raise AssertionError("spans have no end")

    def between(self, start: datetime, end: datetime) -> float:
        """Minutes of business time; 0 where the end is not after the start."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end <= start:
            return 0.0
        if self._never_closes:
            return (end - start) / timedelta(minutes=1)
        passed = timedelta()
        for opens, closes in open_spans(self.week, self.zone, self.holidays, start):
            if opens >= end:
                break
            passed += min(closes, end) - max(opens, start)
        return passed / timedelta(minutes=1)

    @property
    def _never_closes(self) -> bool:
        return self.week.is_always and not self.holidays.region
