"""A business clock for tests: 9 to 17 UTC from Monday to Friday, but for holidays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True)
class NineToFive:
    holidays: frozenset[date] = frozenset()

    def add(self, at: datetime, minutes: int) -> datetime:
        left = timedelta(minutes=minutes)
        for start, end in self._spans(at.date()):
            begins = max(start, at)
            if end <= begins:
                continue
            if end - begins >= left:
                return begins + left
            left -= end - begins
        raise AssertionError("the spans never end")

    def between(self, start: datetime, end: datetime) -> float:
        total = timedelta()
        for opens, closes in self._spans(start.date()):
            if opens >= end:
                return total.total_seconds() / 60
            total += max(min(closes, end) - max(opens, start), timedelta())
        raise AssertionError("the spans never end")

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        while True:
            if day.weekday() < 5 and day not in self.holidays:
                yield (
                    datetime.combine(day, time(9), UTC),
                    datetime.combine(day, time(17), UTC),
                )
            day += timedelta(days=1)
