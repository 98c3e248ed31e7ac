"""Whether somebody is at work, and when again: by example, and at every change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.people.availability import HORIZON, Availability
from core.people.public_holidays import Holidays
from core.people.week import Week
from tests.clock_changes import change_and_zone, moments_near, regions, unhurried, weeks

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Week.parse("mon-fri 9-12:30 13:30-17")


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)


def somebody(week: Week = OFFICE, region: str = "", *absences) -> Availability:
    return Availability(week, BERLIN, Holidays(region), absences)


def test_who_has_no_hours_is_always_at_work():
    always = somebody(Week())

    assert always.why_not(berlin(2026, 12, 24, 3)) is None
    assert always.next_free(berlin(2026, 12, 24, 3)) == berlin(2026, 12, 24, 3)
    assert always.shift_end(berlin(2026, 12, 24, 3)) is None


def test_a_break_is_off_hours_but_ends_no_shift():
    at = berlin(2026, 11, 24, 13)

    assert somebody().why_not(at) == "off_hours"
    assert somebody().next_free(at) == berlin(2026, 11, 24, 13, 30)
    assert somebody().shift_end(at) == berlin(2026, 11, 24, 17)


def test_at_night_the_last_shift_is_the_one_of_the_day():
    at = berlin(2026, 11, 29, 3)

    assert somebody().why_not(at) == "off_hours"
    assert somebody().shift_end(at) == berlin(2026, 11, 27, 17)
    assert somebody().next_free(at) == berlin(2026, 11, 30, 9)


def test_a_holiday_is_named_as_one():
    christmas = berlin(2026, 12, 25, 10)

    assert somebody(OFFICE, "DE").why_not(christmas) == "holiday"
    assert somebody(OFFICE, "DE").next_free(christmas) == berlin(2026, 12, 28, 9)
    assert somebody(Week(), "DE").shift_end(christmas) == berlin(2026, 12, 25, 0)


def test_an_absence_comes_first_and_ends_a_shift():
    away = somebody(OFFICE, "", (berlin(2026, 11, 24, 11), berlin(2026, 11, 26, 10)))

    assert away.why_not(berlin(2026, 11, 24, 10, 59)) is None
    assert away.why_not(berlin(2026, 11, 24, 22)) == "away"
    assert away.why_not(berlin(2026, 11, 26, 10)) is None
    assert away.next_free(berlin(2026, 11, 24, 22)) == berlin(2026, 11, 26, 10)
    assert away.shift_end(berlin(2026, 11, 25, 12)) == berlin(2026, 11, 24, 11)


def test_absences_may_follow_one_another():
    away = somebody(
        OFFICE,
        "",
        (berlin(2026, 11, 25), berlin(2026, 11, 27)),
        (berlin(2026, 11, 24), berlin(2026, 11, 25)),
    )

    assert away.next_free(berlin(2026, 11, 24, 10)) == berlin(2026, 11, 27, 9)
    assert away.shift_end(berlin(2026, 11, 26, 10)) == berlin(2026, 11, 23, 17)


def test_nobody_knows_when_who_is_away_without_an_end_comes_back():
    away = somebody(OFFICE, "", (berlin(2026, 11, 24, 11), None))

    assert away.next_free(berlin(2026, 11, 24, 12)) is None
    assert away.next_free(berlin(2026, 11, 24, 10)) == berlin(2026, 11, 24, 10)
    assert away.shift_end(berlin(2027, 11, 24, 12)) == berlin(2026, 11, 24, 11)


def test_no_moment_is_named_beyond_the_horizon():
    away = somebody(OFFICE, "", (berlin(2026, 11, 24), berlin(2027, 2, 1)))

    assert away.next_free(berlin(2026, 11, 24)) is None


def test_a_night_shift_goes_on_past_midnight():
    night = somebody(Week.parse("fri 22-6"))

    assert night.why_not(berlin(2026, 11, 28, 5, 59)) is None
    assert night.why_not(berlin(2026, 11, 28, 6)) == "off_hours"
    assert night.shift_end(berlin(2026, 11, 28, 2)) == berlin(2026, 11, 28, 6)


def test_shifts_that_touch_are_one():
    weekend = somebody(Week.parse("fri 22-24; sat 0-24; sun 0-6"))

    assert weekend.shift_end(berlin(2026, 11, 27, 23)) == berlin(2026, 11, 29, 6)


@st.composite
def people_near_a_change(draw):
    """Somebody, and a moment about which the clocks change where they live."""
    zone, change = draw(change_and_zone)
    absences = []
    for _ in range(draw(st.integers(0, 2))):
        start = draw(moments_near(change))
        length = draw(st.one_of(st.none(), st.integers(1, 3000)))
        absences.append((start, None if length is None else start + timedelta(minutes=length)))
    someone = Availability(draw(weeks()), ZoneInfo(zone), draw(regions), tuple(absences))
    return someone, draw(moments_near(change))


@unhurried
@given(people_near_a_change())
def test_the_next_free_moment_is_at_work_and_none_before_it_is(case):
    someone, at = case

    free = someone.next_free(at)

    assert (free == at) == (someone.why_not(at) is None)
    if free is None:
        free = at + timedelta(days=3)
    else:
        assert someone.why_not(free) is None
        assert free.utcoffset() == timedelta()
    step = max(timedelta(minutes=1), (free - at) / 12)
    moment = at
    while moment < free:
        assert someone.why_not(moment) is not None
        moment += step
    if free > at:
        assert someone.why_not(free - timedelta(microseconds=1)) is not None


@unhurried
@given(people_near_a_change())
def test_a_shift_ends_where_work_does(case):
    someone, at = case

    end = someone.shift_end(at)

    if end is None:
        return
    left_in_a_break = any(start == end for start, _ in someone.absences)
    assert someone.why_not(end - timedelta(microseconds=1)) is None or left_in_a_break
    assert someone.why_not(end) is not None
    if end > at:
        assert someone.why_not(at) in (None, "off_hours")
        assert someone.shift_end(end - timedelta(microseconds=1)) == end
    else:
        assert someone.shift_end(end) == end
        moment, step = end, max(timedelta(minutes=1), (at - end) / 12)
        while moment <= at:
            assert someone.why_not(moment) is not None
            moment += step


@unhurried
@given(people_near_a_change())
def test_who_is_at_work_has_a_shift_that_ends_later(case):
    someone, at = case

    if someone.why_not(at) is None:
        end = someone.shift_end(at)
        assert end is None or at < end < at + HORIZON


@unhurried
@given(people_near_a_change())
def test_the_zone_a_moment_is_given_in_does_not_matter(case):
    someone, at = case
    elsewhere = at.astimezone(ZoneInfo("Asia/Kolkata"))

    assert someone.why_not(elsewhere) == someone.why_not(at)
    assert someone.next_free(elsewhere) == someone.next_free(at.astimezone(UTC))
    assert someone.shift_end(elsewhere) == someone.shift_end(at)
