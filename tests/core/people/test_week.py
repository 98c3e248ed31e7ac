"""A week: how it is read and written, and its spans where the clocks change."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.people.week import Week
from tests.clock_changes import ALL, ZONES, change_and_zone, changes, moments_near, unhurried, weeks

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("", ""),
        ("Always", ""),
        ("mon-fri 9-17", "mon-fri 09:00-17:00"),
        ("Mon–Fri 9:00–12:30, 13:30–17:00", "mon-fri 09:00-12:30 13:30-17:00"),
        ("monday to friday 9am to 5:30 pm", "mon-fri 09:00-17:30"),
        ("Mo, We & Fr 8.30-12; sat 10-12", "mon,wed,fri 08:30-12:00; sat 10:00-12:00"),
        ("weekdays 9-17; weekend 10-12", "mon-fri 09:00-17:00; sat-sun 10:00-12:00"),
        ("fri-mon 22-6", "mon,fri-sun 22:00-06:00"),
        ("mon 9-12; mon 13-17", "mon 09:00-12:00 13:00-17:00"),
        ("mon 9-12 12-17", "mon 09:00-17:00"),
        ("daily 0-24", "mon-sun 00:00-24:00"),
        ("sun 22:00-0:00", "sun 22:00-24:00"),
    ],
)
def test_reads_what_people_type_and_writes_it_one_way(typed, written):
    week = Week.parse(typed)

    assert str(week) == written
    assert Week.parse(written) == week


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("sometimes", "unread"),
        ("mon", "unread"),
        ("mon 9", "unread"),
        ("mon 9-25", "unread"),
        ("mon 9:70-10", "unread"),
        ("mon 13pm-14pm", "unread"),
        ("m 9-17", "unread"),
        ("mon 9-17 please", "unread"),
        ("mon 9-9", "empty"),
        ("mon-fri 9-5", "night"),
        ("mon 24:00-6", "empty"),
        ("mon 9-12 11-13", "overlap"),
        (
            "; ".join(
                f"{day} {' '.join(f'{h}:{m}-{h}:{m + 5}' for h in range(10, 16))}"
                for m, day in enumerate(("mon", "tue", "wed", "thu", "fri"), start=10)
            ),
            "long",
        ),
    ],
)
def test_says_what_cannot_be_read(typed, code):
    with pytest.raises(InvalidInput) as refused:
        Week.parse(typed)

    assert (refused.value.field, refused.value.hint) == ("week", code)


@unhurried
@given(weeks())
def test_what_is_written_is_read_back(week):
    if len(str(week)) <= 255:
        assert Week.parse(str(week)) == week


@unhurried
@given(st.text(max_size=60))
def test_any_text_is_a_week_or_refused(text):
    with suppress(InvalidInput):
        week = Week.parse(text)
        assert Week.parse(str(week)) == week


def test_a_week_without_hours_is_the_whole_day():
    assert Week().spans(date(2026, 3, 29), BERLIN) == (
        (utc(2026, 3, 28, 23), utc(2026, 3, 29, 22)),
    )


def test_a_skipped_time_means_the_moment_of_the_change():
    week = Week.parse("sun 1-2:30 2:45-3:15")

    assert week.spans(date(2026, 3, 29), BERLIN) == (
        (utc(2026, 3, 29, 0), utc(2026, 3, 29, 1)),
        (utc(2026, 3, 29, 1), utc(2026, 3, 29, 1, 15)),
    )


def test_a_span_in_a_skipped_hour_is_none():
    assert Week.parse("sun 2:10-2:50").spans(date(2026, 3, 29), BERLIN) == ()


def test_a_span_covers_both_passes_of_a_repeated_hour():
    week = Week.parse("sun 2:15-2:45")

    assert week.spans(date(2026, 10, 25), BERLIN) == (
        (utc(2026, 10, 25, 0, 15), utc(2026, 10, 25, 1, 45)),
    )


def test_a_repeated_half_hour_is_half_an_hour_longer():
    ((start, end),) = Week.parse("sun 0-6").spans(date(2026, 4, 5), LORD_HOWE)

    assert end - start == timedelta(hours=6.5)


def test_a_night_shift_is_an_hour_shorter_when_the_clocks_go_forward():
    ((start, end),) = Week.parse("sat 22-6").spans(date(2026, 3, 28), BERLIN)

    assert end - start == timedelta(hours=7)


def test_every_change_of_the_clocks_is_known():
    assert [len(changes(zone)) for zone in ZONES] == [32, 32, 32]


@pytest.mark.parametrize(("zone", "change"), ALL)
def test_days_meet_at_every_change(zone, change):
    zone = ZoneInfo(zone)
    today = change.astimezone(zone).date()
    days = [Week().spans(today + timedelta(days=i), zone) for i in (-1, 0, 1)]

    ends = [span[-1][1] for span in days]
    starts = [span[0][0] for span in days]

    assert ends[:-1] == starts[1:]


@unhurried
@given(st.data(), change_and_zone, weeks())
def test_a_moment_is_within_a_span_when_the_wall_clock_is(data, where, week):
    """But for the second pass of a repeated time and what lies between the passes."""
    zone = ZoneInfo(where[0])
    at = data.draw(moments_near(where[1]))
    wall = at.astimezone(zone)
    today = wall.date()
    spans = [s for i in (-1, 0, 1) for s in week.spans(today + timedelta(days=i), zone)]
    minute = wall.hour * 60 + wall.minute

    hours = [
        *week.days[today.weekday()],
        *((a - 1440, b - 1440) for a, b in week.days[today.weekday() - 1]),
    ]
    by_the_wall = any(start <= minute < end for start, end in hours)
    within = any(start <= at < end for start, end in spans)

    repeated = wall.utcoffset() != (at + timedelta(hours=1)).astimezone(zone).utcoffset() or (
        wall.utcoffset() != (at - timedelta(hours=1)).astimezone(zone).utcoffset()
    )
    assert within == by_the_wall or (repeated and within)
