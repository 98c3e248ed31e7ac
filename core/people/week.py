"""A week of working hours: how it is written, and its spans of a day. No I/O.

Written `mon-fri 09:00-12:30 13:30-17:00; sat 10:00-12:00`, in local wall time; nothing at all
means always. A span may run past midnight (`fri 22:00-06:00`) and belongs to the day on which
it begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from core.errors import InvalidInput

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
"""Minutes."""
LONGEST_NIGHT = 16 * 60
"""Minutes; whoever types `9-5` means the afternoon, not the next morning."""
LONGEST = 255
"""Characters of the column that keeps a week."""

Span = tuple[datetime, datetime]
Hours = tuple[tuple[int, int], ...]
"""Spans of one day in minutes from its midnight; an end over `DAY` is past the next one."""

_GROUP = re.compile(r"(?P<days>[a-z,& -]+?)\s*(?P<times>[0-9].*)")
_TIMES = re.compile(r"(\S+?)\s*(?:-|\bto\b)\s*(\S+)")
_TIME = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2}))?(am|pm)?")
_WORDS = {
    "daily": range(7),
    "every day": range(7),
    "weekdays": range(5),
    "workdays": range(5),
    "weekend": range(5, 7),
    "weekends": range(5, 7),
}
_ALWAYS = ("", "always", "24/7")


@dataclass(frozen=True, slots=True)
class Week:
    days: tuple[Hours, ...] = ()
    """Seven, from Monday; none at all means always."""

    @classmethod
    def parse(cls, text: str) -> Week:
        """Tolerant of case, dashes and full names.

        Raises InvalidInput("week", code): `unread`, `empty` (a span without length),
        `night` (one over midnight that is too long), `overlap` (two of one day) or `long`.
        """
        text = re.sub(r"\s*[‐-―−]\s*", "-", text.casefold()).strip().strip(" .;,\n")
        if text in _ALWAYS:
            return cls()
        days: list[list[tuple[int, int]]] = [[] for _ in DAYS]
        for part in filter(None, map(str.strip, re.split(r"[;\n]", text))):
            group = _GROUP.fullmatch(part)
            if group is None:
                raise InvalidInput("week", "unread")
            spans = _spans_in(group["times"])
            for day in _days_in(group["days"]):
                days[day] += spans
        if not any(days):
            raise InvalidInput("week", "unread")
        week = cls(tuple(_joined(sorted(spans)) for spans in days))
        if len(str(week)) > LONGEST:
            raise InvalidInput("week", "long")
        return week

    def __str__(self) -> str:
        parts = []
        for hours in dict.fromkeys(filter(None, self.days)):
            same = [day for day in range(7) if self.days[day] == hours]
            spans = " ".join(f"{_clock(start)}-{_clock(end)}" for start, end in hours)
            parts.append(f"{_runs(same)} {spans}")
        return "; ".join(parts)

    @property
    def is_always(self) -> bool:
        return not self.days

    def spans(self, day: date, zone: ZoneInfo) -> tuple[Span, ...]:
        """In UTC, in order; those that begin on that local day.

        Where the clocks are put forward, a wall time that is skipped means the moment of the
        change; where they are put back, a span covers both passes of a repeated time. A span
        that lies wholly in a skipped hour is none.
        """
        return _spans(self, day, zone)


@lru_cache(maxsize=1024)
def kept_week(text: str) -> Week:
    """As a row keeps it: read once, since many are read at a time."""
    return Week.parse(text)


@lru_cache(maxsize=8192)
def _spans(week: Week, day: date, zone: ZoneInfo) -> tuple[Span, ...]:
    hours: Hours = ((0, DAY),) if week.is_always else week.days[day.weekday()]
    midnight = datetime.combine(day, time())
    spans = (
        (
            _moment(midnight + timedelta(minutes=start), zone, late=False),
            _moment(midnight + timedelta(minutes=end), zone, late=True),
        )
        for start, end in hours
    )
    return tuple(_without_overlap(spans))


def _without_overlap(spans: Iterator[Span]) -> Iterator[Span]:
    """A repeated hour makes neighbours overlap: the first keeps it."""
    done = datetime.min.replace(tzinfo=UTC)
    for start, end in spans:
        if end > max(start, done):
            yield max(start, done), end
            done = end


def _moment(wall: datetime, zone: ZoneInfo, *, late: bool) -> datetime:
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first <= second:
        return second if late else first
    before, after = second, first
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return (before + timedelta(seconds=1)).replace(microsecond=0)


def _days_in(text: str) -> list[int]:
    text = re.sub(r"\s+to\s+", "-", text.strip())
    if text in _WORDS:
        return list(_WORDS[text])
    found: list[int] = []
    for part in re.split(r"\s*(?:,|&|\band\b|\s)\s*", re.sub(r"\s*-\s*", "-", text)):
        if part:
            first, _, last = part.partition("-")
            start = _day(first)
            count = (_day(last) - start) % 7 if last else 0
            found += [(start + i) % 7 for i in range(count + 1)]
    return list(dict.fromkeys(found))


def _day(word: str) -> int:
    """`mon`, `mo`, `monday`, `mondays`."""
    for number, name in enumerate(
        ("mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays")
    ):
        if len(word) >= 2 and name.startswith(word):
            return number
    raise InvalidInput("week", "unread")


def _spans_in(text: str) -> list[tuple[int, int]]:
    text = re.sub(r"\s+(am|pm)\b", r"\1", re.sub(r"\s*,\s*|\s+and\s+", " ", text))
    spans = [(_minutes(start), _minutes(end)) for start, end in _TIMES.findall(text)]
    if not spans or _TIMES.sub("", text).strip():
        raise InvalidInput("week", "unread")
    if any(start in (end, DAY) for start, end in spans):
        raise InvalidInput("week", "empty")
    if any(start > end and end + DAY - start > LONGEST_NIGHT for start, end in spans):
        raise InvalidInput("week", "night")
    return [(start, end if end > start else end + DAY) for start, end in spans]


def _minutes(text: str) -> int:
    """`9`, `9:00`, `9.30`, `5pm`, `24:00`."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise InvalidInput("week", "unread")
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        if not 1 <= hour <= 12:
            raise InvalidInput("week", "unread")
        hour = hour % 12 + (12 if half == "pm" else 0)
    if minute > 59 or hour * 60 + minute > DAY:
        raise InvalidInput("week", "unread")
    return hour * 60 + minute


def _joined(spans: list[tuple[int, int]]) -> Hours:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            raise InvalidInput("week", "overlap")
        if joined and start == joined[-1][1] and end - joined[-1][0] < DAY:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _runs(days: list[int]) -> str:
    """`mon-wed,fri`."""
    runs = []
    for _, group in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0]):
        run = [DAYS[day] for _, day in group]
        runs.append(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ",".join(runs)


def _clock(minutes: int) -> str:
    if minutes > DAY:
        minutes -= DAY
    return f"{minutes // 60:02}:{minutes % 60:02}"
