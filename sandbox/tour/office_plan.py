"""The office: who works when and where, who is away, and how much each may have at once.

Reckoned here by itself, with nothing of Postroom's own: what it decides is held against this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sandbox.tenant import User

CAPACITY = 12
"""Open threads a person may have at once."""
BUSINESS_HOURS = "mon-fri 08:00-18:00"

AFTER = (
    timedelta(hours=1, minutes=30),
    timedelta(hours=4, minutes=30),
    timedelta(hours=8),
    timedelta(hours=13),
    timedelta(hours=24),
)
"""The moments of the day that are looked at, from its beginning."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Monday to Friday, by the clock of `zone`."""

    zone: str
    spans: tuple[tuple[time, time], ...]
    away: bool = False
    """Throughout."""

    @property
    def words(self) -> str:
        spans = " ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in self.spans)
        return f"mon-fri {spans}"

    def at_work(self, at: datetime) -> bool:
        here = at.astimezone(ZoneInfo(self.zone))
        inside = any(start <= here.time() < end for start, end in self.spans)
        return not self.away and here.weekday() < 5 and inside

    def is_over(self, at: datetime) -> bool:
        """Not at work, and not in a break either."""
        here = at.astimezone(ZoneInfo(self.zone))
        in_day = self.spans[0][0] <= here.time() < self.spans[-1][1]
        return self.away or here.weekday() >= 5 or not in_day


def _spans(*hours: tuple[int, int]) -> tuple[tuple[time, time], ...]:
    return tuple((time(start), time(end)) for start, end in hours)


_SHIFTS = (
    Shift("Europe/Berlin", _spans((8, 12), (13, 17))),
    Shift("Europe/London", _spans((9, 17))),
    Shift("America/New_York", _spans((9, 17))),
    Shift("Asia/Kolkata", _spans((10, 18))),
)
_AWAY = Shift("Europe/Berlin", _spans((9, 17)), away=True)


def shifts(people: Sequence[User]) -> dict[str, Shift]:
    """By Entra object id. Where there are several, the last of them is on vacation."""
    found = {user.id: _SHIFTS[at % len(_SHIFTS)] for at, user in enumerate(people)}
    if len(people) > 1:
        found[people[-1].id] = _AWAY
    return found
