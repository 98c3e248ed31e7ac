"""Periods: whole days of the organization's zone, whatever its clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.reports.periods import between, period_of, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
THURSDAY = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "Asia/Beirut",
    "Pacific/Apia",
)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", (3, 12), (3, 12)),
        ("yesterday", (3, 11), (3, 11)),
        ("this week", (3, 9), (3, 12)),
        ("last week", (3, 2), (3, 8)),
        ("this month", (3, 1), (3, 12)),
        ("last month", (2, 1), (2, 28)),
        ("past 7 days", (3, 6), (3, 12)),
        ("past 30 days", (2, 11), (3, 12)),
        ("", (3, 6), (3, 12)),
        ("  Last   WEEK ", (3, 2), (3, 8)),
    ],
)
def test_words_name_whole_days(text: str, first: tuple[int, int], last: tuple[int, int]):
    period = period_of(text, THURSDAY, BERLIN)

    assert (period.first, period.last) == (date(2026, *first), date(2026, *last))
    assert period.days[0] == period.first
    assert period.days[-1] == period.last


@pytest.mark.parametrize("text", ["last year", "7", "past -1 days", "week", "today; DROP TABLE"])
def test_other_words_are_refused(text: str):
    with pytest.raises(InvalidInput) as caught:
        period_of(text, THURSDAY, BERLIN)
    assert caught.value.field == "period"


def test_today_is_the_organizations_and_not_the_servers():
    late = datetime(2026, 3, 12, 23, 30, tzinfo=UTC)

    assert period_of("today", late, BERLIN).first == date(2026, 3, 13)
    assert period_of("today", late, ZoneInfo("America/New_York")).first == date(2026, 3, 12)


def test_a_week_in_which_clocks_go_forward_is_an_hour_short():
    period = between(date(2026, 3, 23), date(2026, 3, 29), BERLIN)

    assert period.start == datetime(2026, 3, 22, 23, tzinfo=UTC)
    assert period.end == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert period.end - period.start == timedelta(hours=167)


def test_a_week_in_which_clocks_go_back_is_an_hour_long():
    period = between(date(2026, 10, 19), date(2026, 10, 25), BERLIN)

    assert period.end - period.start == timedelta(hours=169)


def test_a_day_without_a_midnight_begins_when_clocks_jump():
    period = between(date(2026, 4, 24), date(2026, 4, 24), ZoneInfo("Africa/Cairo"))

    assert period.start == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert period.end - period.start == timedelta(hours=23)


@given(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.integers(0, 40), st.sampled_from(ZONES))
def test_days_follow_each_other_without_a_gap_and_hold_the_moments_of_their_date(
    first: date, more: int, name: str
):
    zone = ZoneInfo(name)
    period = between(first, first + timedelta(days=more), zone)

    assert len(period.days) == more + 1
    assert list(period.edges) == sorted(period.edges)
    moment = timedelta(microseconds=1)
    for day, start, end in zip(period.days, period.edges, period.edges[1:], strict=False):
        if start < end:  # Samoa left a day out in 2011
            assert start.astimezone(zone).date() == day
            assert (end - moment).astimezone(zone).date() == day
            assert (start - moment).astimezone(zone).date() < day


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "\0"])
def test_a_zone_unknown_here_is_utc(name: str):
    assert zone_of(name).key == "UTC"
