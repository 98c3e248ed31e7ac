"""The period at the end of a line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import InvalidInput
from core.rules.spans import USUAL, span_of, split_period

NOW = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "before", "period"),
    [
        ("3 last 30 days", "3", "last 30 days"),
        ("3", "3", USUAL),
        ("3 when always then finish last week", "3 when always then finish", "last week"),
        ("3 Past 7 Days", "3", "Past 7 Days"),
        ("in a@b.c when x then tag last  2  days", "in a@b.c when x then tag", "last 2 days"),
        ("3 when subject contains last then finish", "3 when subject contains last then finish",
         USUAL),
        ("", "", USUAL),
        ("today", "", "today"),
    ],
)  # fmt: skip
def test_the_period_is_taken_off_the_end(text, before, period):
    assert split_period(text) == (before, period)


def test_days_are_those_of_the_zone_and_today_is_one_of_them():
    span = span_of("last 3 days", NOW, ZoneInfo("Europe/Berlin"))

    assert (span.first, span.last) == (date(2026, 3, 3), date(2026, 3, 5))


@pytest.mark.parametrize("text", ["last 0 days", "last 367 days", "last 9999 days", "sometime"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(InvalidInput):
        span_of(text, NOW, ZoneInfo("UTC"))
