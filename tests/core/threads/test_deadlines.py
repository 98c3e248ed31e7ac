"""When an answer and the end are due: which target holds, and what stops the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.mail.models import EventKind as E
from core.mail.models import Priority, ThreadState
from core.mailboxes.business_clock import BusinessClock
from core.people.public_holidays import Holidays
from core.people.week import Week
from core.threads.deadlines import (
    Aim,
    Deadlines,
    Happened,
    Standing,
    aim_for,
    deadlines,
    warn_within,
)
from core.threads.models import TargetKind
from tests.clock import MONDAY_MORNING
from tests.core.threads.business import NineToFive

ANSWER, FINISH = TargetKind.ANSWER, TargetKind.FINISH
HOUR = 60


def at(hours: float) -> datetime:
    return MONDAY_MORNING + timedelta(hours=hours)


def standing(**changes: Any) -> Standing:
    values: dict[str, Any] = {
        "state": ThreadState.OPEN,
        "received_at": MONDAY_MORNING,
        "last_received_at": MONDAY_MORNING,
        "first_answered_at": None,
        "snoozed_until": None,
        "is_history": False,
        "priority": Priority.NORMAL,
        "tags": frozenset(),
    }
    return Standing(**values | changes)


AIMS = (
    Aim(ANSWER, 8 * HOUR),
    Aim(ANSWER, HOUR, priority=Priority.URGENT),
    Aim(ANSWER, 5 * HOUR, tag_id=1),
    Aim(ANSWER, 4 * HOUR, tag_id=2),
    Aim(FINISH, 16 * HOUR),
)


@pytest.mark.parametrize(
    ("tags", "priority", "hours"),
    [
        ((), Priority.NORMAL, 8),
        ((), Priority.URGENT, 1),
        ((3,), Priority.URGENT, 1),
        ((1,), Priority.URGENT, 5),
        ((1, 2), Priority.NORMAL, 4),
    ],
)
def test_a_tags_target_before_a_prioritys_before_the_mailboxs_own(
    tags: tuple[int, ...], priority: Priority, hours: int
) -> None:
    aim = aim_for(AIMS, ANSWER, frozenset(tags), priority)
    assert aim is not None
    assert aim.minutes == hours * HOUR


def test_deadlines_run_on_business_time() -> None:
    due = deadlines(standing(), AIMS, NineToFive())
    assert due == Deadlines(at(8), at(24 + 8))


@pytest.mark.parametrize(
    "changes",
    [{"state": ThreadState.DONE}, {"is_history": True}, {"last_received_at": None}],
)
def test_nothing_is_due_of_what_is_no_work(changes: dict[str, Any]) -> None:
    assert deadlines(standing(**changes), AIMS, NineToFive()) == Deadlines()


def test_an_answered_thread_is_due_to_be_finished_only() -> None:
    due = deadlines(standing(first_answered_at=at(1)), AIMS, NineToFive())
    assert due == Deadlines(None, at(24 + 8))


def test_without_targets_nothing_is_due() -> None:
    assert deadlines(standing(), (), NineToFive()) == Deadlines()


def test_a_reopened_thread_begins_anew() -> None:
    thread = standing(events=(Happened(E.REOPENED, at(24)),))
    assert deadlines(thread, AIMS, NineToFive()) == Deadlines(at(32), at(48 + 8))


def test_a_snooze_stops_the_clock_of_finishing_and_not_that_of_answering() -> None:
    slept = standing(events=(Happened(E.SNOOZED, at(2)), Happened(E.WOKEN, at(5))))
    assert deadlines(slept, AIMS, NineToFive()) == Deadlines(at(8), at(48 + 3))


def test_a_snooze_that_lasts_counts_until_it_is_to_wake() -> None:
    asleep = standing(
        state=ThreadState.SNOOZED,
        snoozed_until=at(48),
        events=(Happened(E.SNOOZED, at(4)),),
    )
    assert deadlines(asleep, AIMS, NineToFive()).finish == at(48 + 24 + 4)


def test_a_snooze_after_the_deadline_moves_it_no_more() -> None:
    late = standing(events=(Happened(E.SNOOZED, at(50)), Happened(E.WOKEN, at(55))))
    assert deadlines(late, AIMS, NineToFive()).finish == at(24 + 8)


@pytest.mark.parametrize(("minutes", "within"), [(240, 48), (1, 1), (5, 1), (60, 12)])
def test_the_assignee_is_warned_in_the_last_fifth(minutes: int, within: int) -> None:
    assert warn_within(Aim(ANSWER, minutes)) == within


def moments(due: Deadlines) -> tuple[datetime, datetime]:
    assert due.answer is not None
    assert due.finish is not None
    return due.answer, due.finish


DAYS = st.sets(st.integers(0, 20), max_size=8).map(
    lambda days: frozenset(date(2026, 3, 2) + timedelta(days=day) for day in days)
)
SNOOZES = st.lists(st.integers(0, 60 * 24 * 10), max_size=6, unique=True).map(sorted)


@given(
    DAYS,
    DAYS,
    st.integers(1, 60 * 24),
    st.integers(0, 60 * 24 * 6),
    SNOOZES,
)
def test_adding_holidays_never_brings_a_deadline_forward(
    some: frozenset[date],
    more: frozenset[date],
    minutes: int,
    received: int,
    snoozes: list[int],
) -> None:
    kinds = (E.SNOOZED, E.WOKEN)
    start = MONDAY_MORNING + timedelta(minutes=received)
    thread = standing(
        received_at=start,
        events=tuple(
            Happened(kinds[place % 2], start + timedelta(minutes=minute))
            for place, minute in enumerate(snoozes)
        ),
    )
    aims = (Aim(ANSWER, minutes), Aim(FINISH, minutes))
    before = deadlines(thread, aims, NineToFive(some))
    after = deadlines(thread, aims, NineToFive(some | more))
    for later, earlier in zip(moments(after), moments(before), strict=True):
        assert later >= earlier


WEEKS = ("", "mon-fri 09:00-12:30 13:30-17:00", "mon-sat 22:00-06:00", "sun 01:00-04:00")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(WEEKS),
    st.integers(1, 60 * 24 * 5),
    st.integers(0, 60 * 24 * 365),
    SNOOZES,
)
def test_nor_do_the_public_holidays_of_a_mailbox(
    week: str, minutes: int, received: int, snoozes: list[int]
) -> None:
    """Bavaria keeps all holidays of Germany and some more."""
    start = MONDAY_MORNING + timedelta(minutes=received)
    kinds = (E.SNOOZED, E.WOKEN)
    thread = standing(
        received_at=start,
        events=tuple(
            Happened(kinds[place % 2], start + timedelta(minutes=minute))
            for place, minute in enumerate(snoozes)
        ),
    )
    aims = (Aim(ANSWER, minutes), Aim(FINISH, minutes))
    found = [
        moments(
            deadlines(
                thread,
                aims,
                BusinessClock(Week.parse(week), ZoneInfo("Europe/Berlin"), Holidays(region)),
            )
        )
        for region in ("", "DE", "DE-BY")
    ]
    for fewer, more in pairwise(found):
        assert more[0] >= fewer[0]
        assert more[1] >= fewer[1]
