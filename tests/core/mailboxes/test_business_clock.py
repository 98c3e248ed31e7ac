"""The business clock: by example, and at every change of the clocks."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mailboxes.business_clock import BusinessClock
from core.people.public_holidays import Holidays
from core.people.week import Week
from tests.clock_changes import ALL, change_and_zone, moments_near, regions, unhurried, weeks

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)


def clock(hours: str, region: str = "") -> BusinessClock:
    return BusinessClock(Week.parse(hours), BERLIN, Holidays(region))


def test_time_passes_in_business_hours_only():
    office = clock("mon-fri 9-12 13-17", "DE")

    assert office.add(berlin(2026, 12, 24, 16), 120) == berlin(2026, 12, 28, 10)
    assert office.between(berlin(2026, 12, 24, 11), berlin(2026, 12, 28, 10)) == 6 * 60
    assert office.is_open(berlin(2026, 12, 24, 9))
    assert not office.is_open(berlin(2026, 12, 24, 12))
    assert not office.is_open(berlin(2026, 12, 25, 10))


def test_a_mailbox_that_never_closes_counts_real_time():
    always = clock("")

    assert always.is_open(berlin(2026, 3, 29, 2))
    assert always.between(berlin(2026, 3, 29), berlin(2026, 3, 30)) == 23 * 60
    assert always.add(berlin(2026, 3, 29), 23 * 60) == berlin(2026, 3, 30)


def test_no_time_passes_backwards():
    office = clock("mon-fri 9-17")

    assert office.between(berlin(2026, 11, 25, 12), berlin(2026, 11, 24, 12)) == 0
    assert office.add(berlin(2026, 11, 28, 12), 0) == berlin(2026, 11, 28, 12)


@st.composite
def clocks_near_a_change(draw):
    zone, change = draw(change_and_zone)
    week = draw(st.one_of(weeks(), st.just(Week())))
    found = BusinessClock(week, ZoneInfo(zone), draw(regions))
    first, second = sorted((draw(moments_near(change)), draw(moments_near(change))))
    return found, first, second


@unhurried
@given(clocks_near_a_change(), st.integers(1, 4 * 24 * 60))
def test_adding_and_measuring_are_inverse(case, minutes):
    business, at, _ = case

    end = business.add(at, minutes)

    assert business.between(at, end) == minutes
    assert business.is_open(end - timedelta(microseconds=1))


@unhurried
@given(clocks_near_a_change())
def test_business_minutes_are_the_minutes_it_is_open(case):
    """Every span begins and ends on a quarter of an hour."""
    business, start, end = case
    quarter = timedelta(minutes=15)
    start = start.replace(minute=start.minute // 15 * 15)
    quarters = int((end - start) / quarter)

    opened = sum(business.is_open(start + i * quarter) for i in range(quarters))

    assert business.between(start, start + quarters * quarter) == opened * 15


@unhurried
@given(clocks_near_a_change(), st.floats(0, 1))
def test_two_parts_are_as_long_as_the_whole(case, part):
    business, start, end = case
    middle = start + (end - start) * part

    whole = business.between(start, end)
    parts = business.between(start, middle) + business.between(middle, end)

    assert abs(whole - parts) < 1e-6


@pytest.mark.parametrize(("zone", "change"), ALL)
@pytest.mark.parametrize(
    "hours", ["", "mon-fri 9-12:30 13:30-17; sun 1-4", "daily 22-6", "sat-sun 0-2:15 2:30-24"]
)
def test_at_every_change_open_minutes_are_real_minutes(zone, change, hours):
    business = BusinessClock(Week.parse(hours), ZoneInfo(zone), Holidays())
    quarter, start = timedelta(minutes=15), change - timedelta(days=1)

    opened = [start + i * quarter for i in range(192) if business.is_open(start + i * quarter)]

    assert business.between(start, start + 192 * quarter) == 15 * len(opened)
    for number, moment in list(enumerate(opened))[::12]:
        assert business.between(start, moment) == 15 * number
    if opened:
        assert business.add(start, 15 * len(opened)) == opened[-1] + quarter
