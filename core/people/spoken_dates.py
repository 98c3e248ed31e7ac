"""Read dates and absences as people type them. No I/O.

Days are those of the person's zone: `today`, `tomorrow`, `friday` (the next one), `3 Dec`,
`Dec 3`, `24.12.`, `2026-12-03`. A day without a year is the next one there is. `12/3` is
refused: it is one day in Europe and another in America.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import InvalidInput
from core.people.week import Week

FURTHEST = timedelta(days=731)

Period = tuple[datetime, datetime | None]
"""From, until, in UTC; None: until they say that they are back."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_ONE_DAY = timedelta(days=1)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.?(?:\s?(\d{4}))?")
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?([a-z]{3,9})\.?(?:,?\s+(\d{4}))?"
)
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?")
_BETWEEN = re.compile(r"\s+(?:to|until|till|through|thru)\s+|\s+-\s+|\s*[–—]\s*")
_DAYS_OF_MONTH = re.compile(r"^(\d{1,2})-(?=\d{1,2}\.? [a-z])")
_UNTIL = re.compile(r"(?:until|till|back(?: on| at)?)\s+(.+)")
_THROUGH = re.compile(r"(?:through|thru)\s+(.+)")
_FOR = re.compile(r"for\s+(\d{1,3}|a)\s+(day|week)s?")
_CLOCK = re.compile(r"(?:(.+?)\s+)?(?:at\s+)?(\d{1,2}):(\d{2})")


def read_day(text: str, today: date) -> date:
    """Raises InvalidInput("date", code): `unread`, `past` or `far`."""
    text = " ".join(text.casefold().split()).removeprefix("next ").removeprefix("on ").strip(" ,")
    day = _read(text, today)
    if day < today:
        raise InvalidInput("date", "past")
    if day - today > FURTHEST:
        raise InvalidInput("date", "far")
    return day


def read_absence(text: str, now: datetime, zone: ZoneInfo) -> Period:
    """When somebody is away: `until friday` is back on friday, `1 Dec to 12 Dec`
    takes both days in, `24 Dec` is that day; nothing at all is from now on.

    Raises InvalidInput("date", code): `unread`, `past`, `far` or `order`.
    """
    text = " ".join(text.casefold().split()).strip(" !")
    text = _DAYS_OF_MONTH.sub(r"\1 to ", text)
    today = now.astimezone(zone).date()
    if not text or text == "now":
        return now.astimezone(UTC), None
    starts, ends = _period(text, now, today, zone)
    starts = max(starts, now.astimezone(UTC))
    if ends is not None and ends <= starts:
        raise InvalidInput("date", "past")
    return starts, ends


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there, in UTC."""
    return Week().spans(day, zone)[0][0]


def _period(text: str, now: datetime, today: date, zone: ZoneInfo) -> Period:
    if found := _UNTIL.fullmatch(text):
        return now.astimezone(UTC), _moment(found[1], today, zone)
    if found := _THROUGH.fullmatch(text):
        return now.astimezone(UTC), midnight(read_day(found[1], today) + _ONE_DAY, zone)
    if found := _FOR.fullmatch(text):
        days = (1 if found[1] == "a" else int(found[1])) * (7 if found[2] == "week" else 1)
        if not 0 < days <= FURTHEST.days:
            raise InvalidInput("date", "far" if days else "unread")
        return now.astimezone(UTC), midnight(today + timedelta(days=days), zone)
    is_open = text.startswith("from ")
    first, *rest = _BETWEEN.split(text.removeprefix("from "))
    if len(rest) > 1:
        raise InvalidInput("date", "unread")
    if not rest:
        day = read_day(first, today)
        return midnight(day, zone), None if is_open else midnight(day + _ONE_DAY, zone)
    if first.isdecimal():
        first += _month_of(rest[0])
    start = read_day(first, today)
    end = _last(rest[0], start)
    return midnight(start, zone), midnight(end + _ONE_DAY, zone)


def _last(text: str, start: date) -> date:
    """The last day of a period that begins on `start`."""
    try:
        return read_day(text, start)
    except InvalidInput as wrong:
        raise InvalidInput("date", "order" if wrong.hint == "past" else wrong.hint) from None


def _month_of(text: str) -> str:
    """` dec 2026` of `12 dec 2026`, for the day before it that has none."""
    found = _DAY_MONTH.fullmatch(text)
    if found is None:
        raise InvalidInput("date", "unread")
    return f" {found[2]}" + (f" {found[3]}" if found[3] else "")


def _moment(text: str, today: date, zone: ZoneInfo) -> datetime:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return midnight(read_day(text, today), zone)
    day = read_day(found[1], today) if found[1] else today
    if int(found[2]) > 23 or int(found[3]) > 59:
        raise InvalidInput("date", "unread")
    at = datetime.combine(day, time(int(found[2]), int(found[3])), zone)
    return at.astimezone(UTC)


def _read(text: str, today: date) -> date:
    if text in ("today", "tomorrow"):
        return today + _ONE_DAY * (text == "tomorrow")
    if len(text) >= 3:
        for number, name in enumerate(_WEEKDAYS):
            if name.startswith(text):
                return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    if found := _ISO.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DOTTED.fullmatch(text):
        return _in_year(found[3], int(found[2]), int(found[1]), today)
    if found := _DAY_MONTH.fullmatch(text):
        return _in_year(found[3], _month(found[2]), int(found[1]), today)
    if found := _MONTH_DAY.fullmatch(text):
        return _in_year(found[3], _month(found[1]), int(found[2]), today)
    raise InvalidInput("date", "unread")


def _in_year(year: str | None, month: int, day: int, today: date) -> date:
    """Of that year, else the next there is: 29 Feb may be eight years ahead."""
    if year is not None:
        return _date(int(year), month, day)
    for ahead in range(9):
        try:
            found = date(today.year + ahead, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise InvalidInput("date", "unread")


def _month(text: str) -> int:
    for number, name in enumerate(_MONTHS, start=1):
        if name.startswith(text) or (name == "september" and text == "sept"):
            return number
    raise InvalidInput("date", "unread")


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidInput("date", "unread") from None
