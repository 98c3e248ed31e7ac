"""What a tour claims, how long it waits, and what it writes down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.tour.checks import Checks
from sandbox.tour.clock import TourClock
from sandbox.tour.waiting import NotInTime, until

SUNDAY = datetime(2026, 3, 29, 3, 0, tzinfo=UTC)


def test_what_was_found_otherwise_fails_and_is_kept() -> None:
    checks = Checks(step="report")

    assert checks.equal("the figures agree", 3, 3)
    assert not checks.equal("nothing waits", 0, 2)

    assert not checks.ok
    (failed,) = checks.failed
    assert (failed.step, failed.claim, failed.expected, failed.actual) == (
        "report",
        "nothing waits",
        0,
        2,
    )


def test_a_tour_that_checked_nothing_is_not_fine() -> None:
    assert not Checks().ok


def test_its_clock_runs_on_from_a_moment_of_its_own() -> None:
    ticks = iter([100.0, 100.0, 107.5])
    clock = TourClock(SUNDAY, ticks=lambda: next(ticks))

    assert clock() == SUNDAY
    assert clock() == SUNDAY + timedelta(seconds=7.5)


async def test_waiting_ends_with_what_was_found() -> None:
    found = iter([None, "", "the card"])

    async def look() -> str | None:
        return next(found)

    assert await until(look, "a card") == "the card"


async def test_waiting_in_vain_says_for_what() -> None:
    async def look() -> bool:
        return False

    with pytest.raises(NotInTime, match="a card that never comes"):
        await until(look, "a card that never comes", 0.1)
