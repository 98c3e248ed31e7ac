"""A figure that was measured, beside what is wanted; and the table of all that were."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = "BENCH_RESULTS"
"""Names the file that figures are added to, one JSON object a line."""


@dataclass(frozen=True)
class Figure:
    what: str
    wanted: str
    measured: str
    reached: bool


def report(figures: Iterable[Figure]) -> None:
    """Print them; where a run of all the benchmarks collects figures, add them to its file."""
    found = list(figures)
    show(found)
    if target := os.environ.get(RESULTS):
        with Path(target).open("a") as results:
            results.writelines(json.dumps(asdict(figure)) + "\n" for figure in found)


def collected(target: Path) -> list[Figure]:
    return [Figure(**json.loads(line)) for line in target.read_text().splitlines()]


def show(figures: list[Figure]) -> None:
    print(f"\n{'figure':<58} {'wanted':>10} {'measured':>10} {'reached':>8}")
    for figure in figures:
        reached = "yes" if figure.reached else "no"
        print(f"{figure.what:<58} {figure.wanted:>10} {figure.measured:>10} {reached:>8}")
