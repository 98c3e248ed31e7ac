"""A day of a small team; `tests/benchmarks/bench_day.py` plays that of a large one."""

from __future__ import annotations

import pytest

from core.assignment.fairness import jain
from core.mailboxes.models import Strategy
from core.sealing import Vault
from tests.core.assignment.day import Day

CAP = 6


@pytest.mark.parametrize(
    "strategy", [Strategy.LOAD_BALANCED, Strategy.ROUND_ROBIN, Strategy.WEIGHTED]
)
async def test_a_day_is_shared_fairly_and_nobody_is_over_the_cap_or_absent(
    database: str, vault: Vault, strategy: Strategy
) -> None:
    day = await Day.open(vault, strategy, members=6, messages=240, capacity=CAP)
    figures = await day.run()
    waiting = sum(figures.waiting.values())
    assert figures.fullest <= CAP
    assert len(figures.loads) == 5  # one is on leave
    assert figures.threads == 240
    assert figures.done + figures.open_with_somebody + waiting == 240
    assert set(figures.waiting) <= {"nobody_free"}
    assert jain(figures.loads, figures.at_work) >= 0.95
