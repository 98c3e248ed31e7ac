"""Who of a mailbox is absent while mail is gone through, looked up once for both sides. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from core.people.availability import Availability

_NOT_YET = datetime.min.replace(tzinfo=UTC)


class Attendance:
    """Of people by member id, at moments of which none is before the one asked last."""

    def __init__(self, hours: Mapping[int, Availability]) -> None:
        self._hours = {i: own for i, own in hours.items() if not _is_always_there(own)}
        self._at = _NOT_YET
        self._absent: dict[int, tuple[str, datetime | None]] = {}

    @property
    def people(self) -> set[int]:
        """Those who are ever absent."""
        return set(self._hours)

    def absent(self, at: datetime) -> Mapping[int, tuple[str, datetime | None]]:
        """The code of why, and the next moment at work if that is known.

        Whoever is absent stays so until then, and is not looked up again before.
        """
        if at == self._at:
            return self._absent
        before, self._absent, self._at = self._absent, {}, at
        for member_id, hours in self._hours.items():
            known = before.get(member_id)
            if known is None or known[1] is None or known[1] <= at:
                code = hours.why_not(at)
                known = None if code is None else (code, hours.next_free(at))
            if known is not None:
                self._absent[member_id] = known
        return self._absent


def _is_always_there(hours: Availability) -> bool:
    return hours.week.is_always and not hours.holidays.region and not hours.absences
