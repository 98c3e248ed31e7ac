"""Read working hours as people type them in one line. No I/O.

`mon-fri 9:00-17:00 Europe/Berlin DE-BY`: a week, a time zone, whose public holidays; each of
them may be left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import InvalidInput
from core.people.public_holidays import Holidays
from core.people.week import Week
from core.people.zones import zone_named

_REGION = re.compile(r"[a-z]{2}(?:[-_][a-z0-9]+)?", re.IGNORECASE)
_ZONE = re.compile(r"utc|\w+/[\w/+-]+", re.IGNORECASE)
_NO_HOLIDAYS = re.compile(r"\s*\bno (?:public )?holidays\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HoursSaid:
    """None: nothing was said about it."""

    week: str | None = None
    timezone: str | None = None
    holidays: str | None = None


def read_hours(text: str) -> HoursSaid:
    """Raises InvalidInput: `week`, `timezone` or `holidays`, each as its own reader does."""
    text, none = _NO_HOLIDAYS.subn("", text[:1000])
    holidays = "" if none else None
    zone: str | None = None
    words = text.split()
    while words:
        word = words[-1].strip(",;")
        if zone is None and _is_zone(word):
            zone = zone_named(word).key
        elif holidays is None and _REGION.fullmatch(word) and word.casefold() not in ("am", "pm"):
            holidays = Holidays.parse(word).region
        else:
            break
        words.pop()
    week = str(Week.parse(" ".join(words))) if words else None
    if week is None and zone is None and holidays is None:
        raise InvalidInput("week", "unread")
    return HoursSaid(week, zone, holidays)


def _is_zone(word: str) -> bool:
    return _ZONE.fullmatch(word) is not None and word != "24/7"
