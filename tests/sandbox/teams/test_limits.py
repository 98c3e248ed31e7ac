"""The connector's sliding windows."""

from __future__ import annotations

import pytest

from sandbox.teams.limits import RateLimits


@pytest.fixture
def limits(clock) -> RateLimits:
    return RateLimits(clock)


def sent(limits, count, thread="chat", bot="bot"):
    return [limits.admit(bot, "tenant", "send", thread) for _ in range(count)]


def test_admits_seven_sends_in_a_second_and_asks_for_a_pause_at_the_eighth(limits):
    assert sent(limits, 8) == [None] * 7 + [1]


def test_admits_eight_sends_in_two_seconds(limits, clock):
    sent(limits, 7)
    clock.advance(1.0)
    assert sent(limits, 2) == [None, 1]


def test_admits_sixty_sends_in_thirty_seconds(limits, clock):
    for _ in range(60):
        assert sent(limits, 1) == [None]
        clock.advance(0.3)
    assert sent(limits, 1) == [12]


def test_admits_eighteen_hundred_sends_in_an_hour(limits, clock):
    for _ in range(1800):
        assert sent(limits, 1) == [None]
        clock.advance(1)
    assert sent(limits, 1) == [1800]
    clock.advance(1800)
    assert sent(limits, 1) == [None]


def test_a_refused_operation_does_not_count(limits, clock):
    sent(limits, 40)
    clock.advance(1.1)
    assert sent(limits, 1) == [None]


def test_threads_are_counted_apart(limits):
    assert sent(limits, 7, "one") == sent(limits, 7, "two") == [None] * 7


def test_all_bots_of_a_thread_share_its_own_limit(limits):
    assert sent(limits, 7, bot="a") == sent(limits, 7, bot="b") == [None] * 7
    assert sent(limits, 1, bot="c") == [1]


def test_admits_fourteen_roster_reads_in_a_second(limits):
    reads = [limits.admit("bot", "tenant", "members", "chat") for _ in range(15)]
    assert reads == [None] * 14 + [1]


def test_admits_fifty_requests_a_second_of_an_app_in_a_tenant(limits, clock):
    assert [sent(limits, 1, f"chat {n}") for n in range(51)] == [[None]] * 50 + [[1]]
    clock.advance(1)
    assert sent(limits, 1) == [None]


def test_switched_off_it_admits_everything(limits):
    limits.enabled = False
    assert sent(limits, 100) == [None] * 100
