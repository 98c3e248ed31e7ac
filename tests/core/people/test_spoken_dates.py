"""Dates and absences as people type them, on a Tuesday in Berlin."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.people.spoken_dates import read_absence, read_day
from tests.clock_changes import unhurried

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 11, 30, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("today", date(2026, 11, 24)),
        ("Tomorrow", date(2026, 11, 25)),
        ("friday", date(2026, 11, 27)),
        ("on Fri", date(2026, 11, 27)),
        ("tuesday", date(2026, 12, 1)),
        ("next monday", date(2026, 11, 30)),
        ("3 Dec", date(2026, 12, 3)),
        ("3rd of December", date(2026, 12, 3)),
        ("Dec 3", date(2026, 12, 3)),
        ("December 3rd, 2027", date(2027, 12, 3)),
        ("24 Nov", date(2026, 11, 24)),
        ("23 Nov", date(2027, 11, 23)),
        ("1 sept", date(2027, 9, 1)),
        ("24.12.", date(2026, 12, 24)),
        ("24.12.2027", date(2027, 12, 24)),
        ("2026-12-03", date(2026, 12, 3)),
    ],
)
def test_reads_a_day(typed, day):
    assert read_day(typed, TODAY) == day


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "unread"),
        ("soon", "unread"),
        ("12/3", "unread"),
        ("31 Feb", "unread"),
        ("2026-13-01", "unread"),
        ("3 Foo", "unread"),
        ("2026-11-23", "past"),
        ("2030-01-01", "far"),
        ("29 Feb", "far"),
    ],
)
def test_says_why_a_day_cannot_be_read(typed, code):
    with pytest.raises(InvalidInput) as refused:
        read_day(typed, date(2028, 3, 1) if typed == "29 Feb" else TODAY)

    assert (refused.value.field, refused.value.hint) == ("date", code)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("typed", "starts", "ends"),
    [
        ("", NOW, None),
        ("until friday", NOW, at(2026, 11, 27)),
        ("until 3 Dec", NOW, at(2026, 12, 3)),
        ("until 14:00", NOW, at(2026, 11, 24, 14)),
        ("until tomorrow at 9:30", NOW, at(2026, 11, 25, 9, 30)),
        ("back on monday", NOW, at(2026, 11, 30)),
        ("through friday", NOW, at(2026, 11, 28)),
        ("for 3 days", NOW, at(2026, 11, 27)),
        ("for a week", NOW, at(2026, 12, 1)),
        ("1 Dec to 12 Dec", at(2026, 12, 1), at(2026, 12, 13)),
        ("from 1 Dec - 12 Dec", at(2026, 12, 1), at(2026, 12, 13)),
        ("1-12 Dec", at(2026, 12, 1), at(2026, 12, 13)),
        ("24 Dec – 2 Jan", at(2026, 12, 24), at(2027, 1, 3)),
        ("2026-12-01 to 2026-12-12", at(2026, 12, 1), at(2026, 12, 13)),
        ("monday to friday", at(2026, 11, 30), at(2026, 12, 5)),
        ("today to friday", NOW, at(2026, 11, 28)),
        ("from 1 Dec", at(2026, 12, 1), None),
        ("24 Dec", at(2026, 12, 24), at(2026, 12, 25)),
        ("today", NOW, at(2026, 11, 25)),
    ],
)
def test_reads_an_absence(typed, starts, ends):
    assert read_absence(typed, NOW, BERLIN) == (starts, ends)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("until", "unread"),
        ("until 9:00", "past"),
        ("until today", "past"),
        ("until 25:00", "unread"),
        ("2026-12-12 to 2026-12-01", "order"),
        ("1 Dec to 2 Dec to 3 Dec", "unread"),
        ("for 0 days", "unread"),
        ("for 900 days", "far"),
        ("with the flu", "unread"),
    ],
)
def test_says_why_an_absence_cannot_be_read(typed, code):
    with pytest.raises(InvalidInput) as refused:
        read_absence(typed, NOW, BERLIN)

    assert (refused.value.field, refused.value.hint) == ("date", code)


def test_a_day_begins_when_the_clock_there_says_so():
    now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)

    assert read_absence("tomorrow", now, BERLIN)[0] == at(2026, 11, 26)
    assert read_absence("tomorrow", now, ZoneInfo("UTC"))[0] == datetime(2026, 11, 25, tzinfo=UTC)


def test_a_day_of_a_change_is_as_long_as_it_is():
    starts, ends = read_absence("2027-03-28", NOW, BERLIN)

    assert ends is not None
    assert (ends - starts).total_seconds() == 23 * 3600


@unhurried
@given(
    st.text(max_size=40) | st.from_regex(r"(until |from )?\d{1,4}[-. ][a-z0-9]{1,4}( to .{1,9})?")
)
def test_any_text_is_an_absence_to_come_or_refused(text):
    with suppress(InvalidInput):
        starts, ends = read_absence(text, NOW, BERLIN)
        assert starts >= NOW
        assert ends is None or ends > starts
