"""Read until when, as people say it: `monday 9:00`, `tomorrow`, `for 3 days`. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import InvalidInput
from core.people.spoken_dates import read_day

MORNING = time(9, 0)
"""Where a day is said and no hour."""
FURTHEST = timedelta(days=366)

_FOR = re.compile(r"(?:for )?([0-9]{1,4}) ?(hours?|h|days?|d|weeks?|w)")
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
    clock: time | None = None
    day = _day(said, here.date())
    if day is None:
        words, _, last = said.rpartition(" ")
        clock = _clock(last)
        words = words.removesuffix(" at").removesuffix("at")
        day = _day(words, here.date()) if words else _next(clock, here)
    if day is None:
        raise InvalidInput("until", "until_words")
    try:
        return datetime.combine(day, clock or MORNING, zone).astimezone(UTC)
    except OverflowError:  # the last day there is, elsewhere another year
        raise InvalidInput("until", "until_far") from None


def _day(said: str, today: date) -> date | None:
    """None: that is no day, or not only one."""
    try:
        return read_day(said, today)
    except InvalidInput as wrong:
        if wrong.hint == "unread":
            return None
        raise InvalidInput("until", f"until_{wrong.hint}") from None


def _clock(said: str) -> time:
    found = _CLOCK.fullmatch(said)
    if found is None or int(found[1]) > 23:
        raise InvalidInput("until", "until_words")
    return time(int(found[1]), int(found[2] or 0))


def _next(clock: time, here: datetime) -> date:
    """An hour alone is today's, or tomorrow's once that has passed."""
    return here.date() + timedelta(days=clock <= here.time())
