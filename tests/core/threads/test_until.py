"""A moment said in words is the moment meant, in the zone of who says it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import InvalidInput
from core.threads.until import read_until

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = datetime(2026, 3, 24, 10, 0, tzinfo=UTC)
"""11:00 in Berlin; summer time begins there on the 29th."""


@pytest.mark.parametrize(
    ("said", "month", "day", "hour"),
    [
        ("monday", 3, 30, 7),
        ("until Monday 9:00", 3, 30, 7),
        ("tue", 3, 31, 7),
        ("next tuesday", 3, 31, 7),
        ("friday at 14", 3, 27, 13),
        ("tomorrow", 3, 25, 8),
        ("today 18:00", 3, 24, 17),
        ("12:00", 3, 24, 11),
        ("9:00", 3, 25, 8),
        ("for 3 days", 3, 27, 10),
        ("4 hours", 3, 24, 14),
        ("2 w", 4, 7, 10),
        ("2026-12-01", 12, 1, 8),
        ("3 Apr at 14:00", 4, 3, 12),
        ("24.12.", 12, 24, 8),
    ],
)
def test_it_is_the_moment_meant(said: str, month: int, day: int, hour: int) -> None:
    assert read_until(said, TUESDAY, BERLIN) == datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", "until_words"),
        ("m", "until_words"),
        ("someday", "until_words"),
        ("monday 25:00", "until_words"),
        ("2026-02-31", "until_words"),
        ("today 9:00", "until_past"),
        ("2026-01-01", "until_past"),
        ("for 0 days", "until_past"),
        ("for 60 weeks", "until_far"),
    ],
)
def test_what_is_no_moment_to_come_is_refused(said: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_until(said, TUESDAY, BERLIN)
    assert (refused.value.field, refused.value.hint) == ("until", code)


@pytest.mark.parametrize(
    ("said", "zone", "code"),
    [
        ("0001-01-01", "Asia/Tokyo", "until_past"),
        ("9999-12-31 23:59", "America/New_York", "until_far"),
    ],
)
def test_the_ends_of_the_calendar_are_refused_too(said: str, zone: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_until(said, TUESDAY, ZoneInfo(zone))
    assert (refused.value.field, refused.value.hint) == ("until", code)
