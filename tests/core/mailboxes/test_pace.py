"""Pace: many hints, few starts, and none forgotten."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.mailboxes.pace import GAP, Pace
from tests.clock import MONDAY_MORNING

SECOND = timedelta(seconds=1)


def test_the_first_hint_starts_at_once_and_the_next_waits_for_the_gap():
    pace = Pace()

    assert pace.start_of(1, MONDAY_MORNING) == MONDAY_MORNING
    assert pace.start_of(1, MONDAY_MORNING + SECOND) == MONDAY_MORNING + GAP
    assert pace.start_of(1, MONDAY_MORNING + 2 * SECOND) == MONDAY_MORNING + GAP
    assert pace.start_of(2, MONDAY_MORNING + SECOND) == MONDAY_MORNING + SECOND


@given(st.lists(st.integers(0, 120), min_size=1).map(sorted))
def test_starts_are_a_gap_apart_and_every_hint_is_followed_by_one_within_a_gap(seconds):
    pace, starts = Pace(), []

    for second in seconds:
        now = MONDAY_MORNING + second * SECOND
        start = pace.start_of(1, now)
        assert now <= start <= now + GAP
        starts.append(start)

    different = sorted(set(starts))
    assert all(b - a >= GAP for a, b in pairwise(different))
