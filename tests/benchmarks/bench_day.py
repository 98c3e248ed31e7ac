"""A day of 20 people and 2,000 messages, by each strategy that shares equally.

Two shifts with breaks, absences, a cap, and everything handed back at the end, over the real
sync and service on SQLite, on the day's own clock. Every five minutes the rows are looked at
by other means than the service's: whoever is given something must be at work and under the
cap. Jain's index is of what each was given, by the time they were at work.

Run: python tests/benchmarks/bench_day.py [--members N] [--messages N] [--cap N]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from figures import Figure, report
from harness import ROOT

sys.path.insert(0, str(ROOT))

from core.assignment.fairness import jain
from core.database import database
from core.keyring import KeyRing
from core.mailboxes.models import Strategy
from core.migrate import migrate
from core.sealing import Vault
from tests.core.assignment.day import Day, DayFigures

WANTED = 0.95
EQUAL = (Strategy.LOAD_BALANCED, Strategy.ROUND_ROBIN, Strategy.WEIGHTED)


def main() -> None:
    parser = argparse.ArgumentParser(description="Play a team's day.")
    parser.add_argument("--members", type=int, default=20)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--cap", type=int, default=15)
    options = parser.parse_args()

    print(
        f"{'strategy':<16}{'done':>6}{'open':>6}{'waits':>6}{'most':>6}{'Jain':>8}{'raw':>8}{'s':>6}"
    )
    fair, fullest = 1.0, 0
    for strategy in EQUAL:
        started = time.perf_counter()
        figures = asyncio.run(_play(strategy, options.members, options.messages, options.cap))
        index = jain(figures.loads, figures.at_work)
        fair, fullest = min(fair, index), max(fullest, figures.fullest)
        print(
            f"{strategy:<16}{figures.done:>6}{figures.open_with_somebody:>6}"
            f"{sum(figures.waiting.values()):>6}{figures.fullest:>6}{index:>8.4f}"
            f"{jain(figures.loads):>8.4f}{time.perf_counter() - started:>6.0f}"
        )
    what = f"a day of {options.members} people and {options.messages} messages"
    report(
        (
            Figure(f"{what}: Jain's index", f"{WANTED}", f"{fair:.3f}", fair >= WANTED),
            Figure(
                f"{what}: most open with one",
                f"<= {options.cap}",
                f"{fullest}",
                fullest <= options.cap,
            ),
            Figure(f"{what}: given to somebody absent", "0", "0", True),  # or it had failed
        )
    )


async def _play(strategy: Strategy, members: int, messages: int, cap: int) -> DayFigures:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{Path(folder) / 'postroom.db'}"
        await migrate(url)
        async with database(url):
            vault = Vault(KeyRing({"k1": b"1" * 32}, b"2" * 32))
            day = await Day.open(vault, strategy, members, messages, cap)
            return await day.run()


if __name__ == "__main__":
    main()
