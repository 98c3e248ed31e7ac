"""The period at the end of a line: `last 30 days`, `last week`… No I/O."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.errors import InvalidInput
from core.reports.periods import Period, between, period_of

USUAL = "last 30 days"
LONGEST = 366
"""Days."""
_DAYS = re.compile(r"(?:last|past) ([0-9]{1,4}) days?")
_MOST_WORDS = 3


def span_of(text: str, now: datetime, zone: ZoneInfo) -> Period:
    """As reports read periods, and any number of days. Raises InvalidInput("period")."""
    words = " ".join(text.casefold().split()) or USUAL
    days = _DAYS.fullmatch(words)
    if days is None:
        return period_of(words, now, zone)
    count = int(days[1])
    if not 1 <= count <= LONGEST:
        raise InvalidInput("period", "too_long")
    today = now.astimezone(zone).date()
    return between(today - timedelta(days=count - 1), today, zone)


def split_period(text: str) -> tuple[str, str]:
    """(what stands before, the period in words); the usual one if none is at the end."""
    words = text.split()
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        ending = " ".join(words[-count:])
        if _is_period(ending):
            before = text.rstrip()
            for word in reversed(words[-count:]):
                before = before[: len(before) - len(word)].rstrip()
            return before, ending
    return text.strip(), USUAL


def _is_period(words: str) -> bool:
    if _DAYS.fullmatch(words.casefold()):
        return True
    try:
        period_of(words, datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")), ZoneInfo("UTC"))
    except InvalidInput:
        return False
    return True
