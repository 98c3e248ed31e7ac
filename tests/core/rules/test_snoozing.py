"""A snooze ends when its words say, in the mailbox's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.rules.snoozing import snooze_end
from core.rules.terms import Snooze

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("snooze", "at", "end"),
    [
        (Snooze(hours=4), "2026-03-28 23:00", "2026-03-29 03:00"),
        (Snooze(until="tomorrow 9:00"), "2026-03-02 12:00", "2026-03-03 08:00"),
        (Snooze(until="tomorrow 9:00"), "2026-03-02 23:30", "2026-03-04 08:00"),
        (Snooze(until="monday 9:00"), "2026-03-06 12:00", "2026-03-09 08:00"),
        (Snooze(until="monday 9:00"), "2026-03-02 07:59", "2026-03-02 08:00"),
        (Snooze(until="monday 9:00"), "2026-03-02 08:00", "2026-03-09 08:00"),
        (Snooze(until="monday 9:00"), "2026-03-28 08:00", "2026-03-30 07:00"),
        (Snooze(until="sunday 2:30"), "2026-03-28 08:00", "2026-03-29 01:30"),
        (Snooze(until="sunday 2:30"), "2026-10-24 08:00", "2026-10-25 00:30"),
    ],
)
def test_a_snooze_ends_when_its_words_say(snooze, at, end):
    begun = datetime.fromisoformat(at).replace(tzinfo=UTC)

    assert snooze_end(snooze, begun, BERLIN) == datetime.fromisoformat(end).replace(tzinfo=UTC)
