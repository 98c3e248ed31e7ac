"""When mail arrived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sandbox.mail.arrivals import arrival_times

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OLD = datetime(2002, 9, 1, tzinfo=UTC)


def test_newest_believable_message_arrives_now() -> None:
    dates = [OLD + DAY * n for n in range(5)]
    assert arrival_times(dates, NOW) == [NOW - DAY * n for n in (4, 3, 2, 1, 0)]


def test_stray_dates_take_their_place_in_the_file() -> None:
    future, absurd = datetime(2028, 1, 1, tzinfo=UTC), datetime(102, 1, 1, tzinfo=UTC)
    dates = [OLD, future, OLD + DAY, absurd, None, OLD + 2 * DAY]
    second = timedelta(seconds=1)
    assert arrival_times(dates, NOW) == [
        NOW - 2 * DAY,
        NOW - 2 * DAY + second,
        NOW - DAY,
        NOW - DAY + second,
        NOW - DAY + 2 * second,
        NOW,
    ]


def test_without_any_date_mail_came_a_minute_apart() -> None:
    minute = timedelta(minutes=1)
    assert arrival_times([None] * 3, NOW) == [NOW - 2 * minute, NOW - minute, NOW]


def test_archive_of_many_years_is_believed() -> None:
    dates = [OLD + 30 * DAY * n for n in range(200)]
    assert arrival_times(dates, NOW)[0] == NOW - 30 * DAY * 199


@given(st.lists(st.none() | st.datetimes(timezones=st.just(UTC)), max_size=80))
def test_no_dates_raise_and_nothing_arrives_after_now(dates: list[datetime | None]) -> None:
    arrivals = arrival_times(dates, NOW)
    assert len(arrivals) == len(dates)
    assert all(one <= NOW for one in arrivals)
    assert not arrivals or max(arrivals) == NOW
