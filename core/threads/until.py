"""Read until when, as people say it: `monday 9:00`, `tomorrow`, `for 3 days`. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import InvalidInput

MORNING = time(9, 0)
"""Where a day is said and no hour."""
FURTHEST = timedelta(days=366)

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FOR = re.compile(r"(?:for )?([0-9]{1,4}) ?(hours?|h|days?|d|weeks?|w)")
_AT = re.compile(r"(?P<day>[a-z]+|[0-9]{4}-[0-9]{2}-[0-9]{2})?(?: ?(?:at )?(?P<clock>[0-9:]+))?")
_CLOCK = re.compile(r"([0-9]{1,2})(?::([0-5][0-9]))?")
_HOURS = {"h": 1, "d": 24, "w": 168}


def read_until(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment in UTC. Days and hours are those of `zone`; a day said by name is the next one.

    Raises InvalidInput("until", code): `until_words`, `until_past`, `until_far`.
    """
    said = " ".join(text.casefold().split()).removeprefix("until ").removeprefix("next ")
    at = _later(said, now) or _at(said, now.astimezone(zone), zone)
    if at <= now:
        raise InvalidInput("until", "until_past")
    if at - now > FURTHEST:
        raise InvalidInput("until", "until_far")
    return at


def _later(said: str, now: datetime) -> datetime | None:
    found = _FOR.fullmatch(said)
    return now + timedelta(hours=int(found[1]) * _HOURS[found[2][0]]) if found else None


def _at(said: str, here: datetime, zone: ZoneInfo) -> datetime:
    found = _AT.fullmatch(said)
    if found is None or not said:
        raise InvalidInput("until", "until_words")
    clock = _clock(found["clock"])
    day = _day(found["day"], here, clock)
    try:
        return datetime.combine(day, clock, zone).astimezone(UTC)
    except OverflowError:  # the first or the last day there is, elsewhere another year
        far = day > here.date()
        raise InvalidInput("until", "until_far" if far else "until_past") from None


def _clock(said: str | None) -> time:
    if said is None:
        return MORNING
    found = _CLOCK.fullmatch(said)
    if found is None or int(found[1]) > 23:
        raise InvalidInput("until", "until_words")
    return time(int(found[1]), int(found[2] or 0))


def _day(said: str | None, here: datetime, clock: time) -> date:
    """An hour alone is today's, or tomorrow's once that has passed."""
    today = here.date()
    if said in (None, "today"):
        passed = said is None and clock <= here.time()
        return today + timedelta(days=passed)
    if said == "tomorrow":
        return today + timedelta(days=1)
    for number, name in enumerate(_DAYS):
        if said and len(said) >= 3 and name.startswith(said):
            return today + timedelta(days=(number - here.weekday() - 1) % 7 + 1)
    try:
        return date.fromisoformat(said or "")
    except ValueError:
        raise InvalidInput("until", "until_words") from None
