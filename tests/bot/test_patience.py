"""Which failures are tried again, and when."""

from __future__ import annotations

import pytest

from bot.patience import BACKGROUND, IN_TURN, UNSENT, pause_before_retry


@pytest.mark.parametrize("status", [412, 429, 502, 504, UNSENT])
def test_tries_again_what_teams_says_to_try_again(status):
    assert pause_before_retry(status, 1, None, BACKGROUND, 0.5) == 2.0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 500, 503])
def test_leaves_the_rest_to_the_caller(status):
    assert pause_before_retry(status, 1, None, BACKGROUND, 0.5) is None


def test_pauses_grow_to_twenty_seconds_and_end():
    pauses = [pause_before_retry(502, attempt, None, BACKGROUND, 0.5) for attempt in range(1, 6)]

    assert pauses == [2.0, 4.0, 8.0, 16.0, None]


def test_pauses_spread_by_a_fifth():
    assert pause_before_retry(502, 2, None, BACKGROUND, 0.0) == pytest.approx(3.2)
    assert pause_before_retry(502, 2, None, BACKGROUND, 0.9999) == pytest.approx(4.8, abs=0.01)


def test_the_server_says_how_long():
    assert pause_before_retry(429, 1, 7.0, BACKGROUND, 0.5) == 7.0


def test_a_longer_pause_than_patience_is_the_callers_to_wait_out():
    assert pause_before_retry(429, 1, 31.0, BACKGROUND, 0.5) is None
    assert pause_before_retry(429, 1, 7.0, IN_TURN, 0.5) is None


def test_a_person_waits_for_one_more_attempt_at_most():
    assert pause_before_retry(502, 1, None, IN_TURN, 0.5) == 2.0
    assert pause_before_retry(502, 2, None, IN_TURN, 0.5) is None
