"""Whether a person is at work: their week, holidays and absences, at a moment. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.people.open_spans import ONE_DAY, is_holiday, is_open, open_spans
from core.people.public_holidays import Holidays
from core.people.week import Span, Week

HORIZON = timedelta(days=60)
"""How far ahead and back work is looked for."""
ONE_WEEK = timedelta(days=7)
"""Nearly always enough to look back."""


@dataclass(frozen=True, slots=True)
class Availability:
    week: Week
    zone: ZoneInfo
    holidays: Holidays
    absences: tuple[tuple[datetime, datetime | None], ...] = ()
    """In any order, ends excluded; an end of None is not known yet."""

    def why_not(self, at: datetime) -> str | None:
        """None: at work. Else `away` (an absence), `holiday` or `off_hours`."""
        if self._absence(at) is not None:
            return "away"
        if is_open(self.week, self.zone, self.holidays, at):
            return None
        return "holiday" if is_holiday(self.week, self.zone, self.holidays, at) else "off_hours"

    def next_free(self, at: datetime) -> datetime | None:
        """The first moment from then on at work, in UTC.

        None: not known (away without an end), or more than `HORIZON` ahead.
        """
        at = at.astimezone(UTC)
        moment = at
        while moment <= at + HORIZON:
            absence = self._absence(moment)
            if absence is not None:
                if absence[1] is None:
                    return None
                moment = absence[1].astimezone(UTC)
                continue
            start, _ = next(open_spans(self.week, self.zone, self.holidays, moment))
            if start <= moment:
                return moment
            moment = start
        return None

    def shift_end(self, at: datetime) -> datetime | None:
        """When the shift ends that `at` is in, or that ended last before it, in UTC.

        A shift is a day's work with its breaks; shifts that touch are one. An absence ends it.
        None: no end of one within `HORIZON`, such as for who is always at work.
        """
        at = at.astimezone(UTC)
        since = at
        while (absence := self._absence(since)) is not None:
            since = absence[0].astimezone(UTC) - timedelta(microseconds=1)
        end = self._end(since, since - ONE_WEEK) or self._end(since, since - HORIZON)
        return end if end is not None and end < since + HORIZON else None

    def _end(self, at: datetime, earliest: datetime) -> datetime | None:
        """Of the last shift that begins until then, and not before `earliest`."""
        found: datetime | None = None
        for start, end in self._worked(earliest, at + HORIZON):
            if start > at:
                break
            found = end
        return found

    def _absence(self, at: datetime) -> tuple[datetime, datetime | None] | None:
        for start, end in self.absences:
            if start <= at and (end is None or at < end):
                return start, end
        return None

    def _worked(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Shifts between the two, without absences, those that touch made one."""
        current: Span | None = None
        for piece in self._pieces(start, end):
            if current is not None and piece[0] <= current[1]:
                current = current[0], max(current[1], piece[1])
                continue
            if current is not None:
                yield current
            current = piece
        if current is not None:
            yield current

    def _pieces(self, start: datetime, end: datetime) -> Iterator[Span]:
        day = start.astimezone(self.zone).date() - ONE_DAY
        last = end.astimezone(self.zone).date()
        while day <= last:
            spans = self.week.spans(day, self.zone)
            if spans and not self.holidays.is_day_off(day):
                shift = max(spans[0][0], start), min(spans[-1][1], end)
                if shift[0] < shift[1]:
                    yield from self._without_absences(shift)
            day += ONE_DAY

    def _without_absences(self, shift: Span) -> Iterator[Span]:
        start, end = shift
        for away, back in sorted(self.absences, key=lambda absence: absence[0]):
            if away >= end or (back is not None and back <= start):
                continue
            if start < away:
                yield start, away.astimezone(UTC)
            if back is None or back >= end:
                return
            start = back.astimezone(UTC)
        yield start, end
