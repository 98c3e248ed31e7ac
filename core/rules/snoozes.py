"""The moment until which a rule snoozes. No I/O."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.rules.terms import Snooze

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def ends_at(snooze: Snooze, now: datetime, zone: ZoneInfo) -> datetime:
    """In UTC, and after `now`. `monday 9:00` on a Monday at 9 is a week later.

    A time that the clocks skip is as much later as they are put forward.
    """
    if snooze.until is None:
        return now + timedelta(hours=snooze.hours or 0)
    word, _, clock = snooze.until.partition(" ")
    hour, minute = map(int, clock.split(":"))
    today = now.astimezone(zone).date()
    if word == "tomorrow":
        day = today + timedelta(days=1)
    else:
        day = today + timedelta(days=(_DAYS.index(word) - today.weekday()) % 7)
    at = datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
    if at <= now:
        day += timedelta(days=7)
        at = datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
    return at
