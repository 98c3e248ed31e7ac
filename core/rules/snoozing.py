"""When a thread that a rule snoozes comes back. No I/O."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.rules.checking import UNTIL
from core.rules.mistakes import RuleMistake
from core.rules.terms import Snooze

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def snooze_end(snooze: Snooze, at: datetime, zone: ZoneInfo) -> datetime:
    """After its hours, or at the first such moment of the zone after `at`. In UTC.

    A time of day that a change of the clocks leaves out comes an hour later; one that it
    repeats is the earlier.
    """
    if snooze.hours is not None:
        return at.astimezone(UTC) + timedelta(hours=snooze.hours)
    until = UNTIL.fullmatch(snooze.until or "")
    if until is None:
        raise RuleMistake("bad_snooze")
    name, hour, minute = until.groups()
    today = at.astimezone(zone).date()
    days = 1 if name == "tomorrow" else (DAYS.index(name) - today.weekday()) % 7
    for day in (today + timedelta(days=days), today + timedelta(days=days + 7)):
        end = datetime.combine(day, time(int(hour), int(minute)), zone).astimezone(UTC)
        if end > at:
            break
    return end
