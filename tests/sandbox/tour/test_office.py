"""The office's own reckoning of who is at work, and its clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from sandbox.sample import sample_tenant
from sandbox.tour.clock import TourClock
from sandbox.tour.office_figures import Moment, day_table
from sandbox.tour.office_plan import Shift, shifts

TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
BERLIN = Shift("Europe/Berlin", ((time(8), time(12)), (time(13), time(17))))


@pytest.mark.parametrize(
    ("at", "at_work", "is_over"),
    [
        (TUESDAY, True, False),
        (TUESDAY.replace(hour=11, minute=30), False, False),
        (TUESDAY.replace(hour=16), False, True),
        (TUESDAY.replace(hour=6), False, True),
        (TUESDAY + timedelta(days=4), False, True),
        (datetime(2026, 7, 7, 6, 30, tzinfo=UTC), True, False),
    ],
    ids=["at work", "at lunch", "in the evening", "early", "on a Saturday", "in summer time"],
)
def test_hours_are_those_of_the_zone(at: datetime, at_work: bool, is_over: bool) -> None:
    assert (BERLIN.at_work(at), BERLIN.is_over(at)) == (at_work, is_over)


def test_the_words_are_what_a_person_types() -> None:
    assert BERLIN.words == "mon-fri 08:00-12:00 13:00-17:00"


def test_the_last_of_several_is_on_vacation() -> None:
    people = list(sample_tenant(5).users.values())
    planned = shifts(people)
    assert [planned[user.id].away for user in people] == [False, False, False, False, True]
    assert len({planned[user.id].zone for user in people[:4]}) == 4
    assert not shifts(people[:1])[people[0].id].away
    assert not planned[people[-1].id].at_work(TUESDAY)


def test_the_clock_is_set_on_and_never_back() -> None:
    clock = TourClock(TUESDAY, ticks=lambda: 5.0)
    clock.move_to(TUESDAY + timedelta(hours=3))
    clock.move_to(TUESDAY)
    assert clock() == TUESDAY + timedelta(hours=3)


def test_the_day_is_a_row_a_moment() -> None:
    moment = Moment(TUESDAY, ("Ada", "Bo"), 30, 24, {"nobody_free": 6}, 12)
    table = day_table([moment], 12)
    assert table.row_count == 1
    assert moment.as_facts()["at"] == "2026-03-03T10:00:00+00:00"
