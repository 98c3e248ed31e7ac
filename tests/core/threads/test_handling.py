"""Handling time, by table: what begins it, what ends it, what is taken out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.mail.models import EventKind as E
from core.threads.handling import Moment, handled, typical
from tests.clock import MONDAY_MORNING

ADA, BO = 1, 2


def at(minute: int, kind: E, member: int | None = ADA) -> Moment:
    return Moment(kind, MONDAY_MORNING + timedelta(minutes=minute), member)


@pytest.mark.parametrize(
    ("events", "minutes"),
    [
        ([], []),
        ([at(0, E.RECEIVED), at(5, E.ASSIGNED), at(9, E.ANSWERED)], []),
        ([at(5, E.TAKEN), at(9, E.ANSWERED)], [4]),
        ([at(5, E.TAKEN), at(9, E.FINISHED)], [4]),
        ([at(5, E.TAKEN), at(9, E.ANSWERED), at(20, E.FINISHED)], [4]),
        ([at(9, E.ANSWERED), at(5, E.TAKEN)], [4]),
        ([at(0, E.TAKEN), at(2, E.SNOOZED), at(60, E.WOKEN), at(63, E.ANSWERED)], [5]),
        ([at(0, E.TAKEN), at(2, E.SNOOZED), at(60, E.FINISHED)], [2]),
        ([at(0, E.TAKEN), at(2, E.SNOOZED), at(4, E.SNOOZED), at(9, E.WOKEN),
          at(10, E.FINISHED)], [3]),
        ([at(0, E.TAKEN), at(2, E.RELEASED), at(9, E.FINISHED)], []),
        ([at(0, E.TAKEN), at(2, E.ASSIGNED, BO), at(9, E.FINISHED, BO)], []),
        ([at(0, E.TAKEN), at(2, E.ASSIGNED), at(9, E.FINISHED)], [9]),
        ([at(0, E.TAKEN), at(2, E.TAKEN, BO), at(9, E.FINISHED, BO)], [7]),
        ([at(0, E.TAKEN), at(2, E.MERGED)], []),
        ([at(0, E.TAKEN), at(3, E.FINISHED), at(50, E.REOPENED), at(60, E.TAKEN),
          at(65, E.ANSWERED)], [3, 5]),
        ([at(0, E.TAKEN), at(2, E.SNOOZED), at(60, E.WOKEN), at(60, E.TAKEN),
          at(63, E.ANSWERED)], [5]),
        ([at(0, E.SNOOZED), at(5, E.TAKEN), at(6, E.WOKEN), at(9, E.FINISHED)], [4]),
    ],
)  # fmt: skip
def test_handling_time_is_from_taken_to_answered_or_done_without_snoozes(
    events: list[Moment], minutes: list[int]
) -> None:
    assert [one.time for one in handled(events)] == [timedelta(minutes=n) for n in minutes]


def test_it_is_told_for_who_took_the_thread_and_the_typical_one_is_the_median() -> None:
    times = handled([at(0, E.TAKEN), at(4, E.ANSWERED, BO)])
    times += handled([at(0, E.TAKEN, BO), at(9, E.FINISHED, BO)])
    times += handled([at(0, E.TAKEN, BO), at(30, E.FINISHED, BO)])
    assert [one.member_id for one in times] == [ADA, BO, BO]
    assert typical(times) == timedelta(minutes=9)
    assert typical(()) is None
