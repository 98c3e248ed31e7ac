"""What a tour leaves on stdout: the transcript, the closing table, one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sandbox.tour.checks import Checks
from sandbox.tour.figures import Figures
from sandbox.tour.office_figures import OfficeFigures
from sandbox.tour.transcript import WIDTH

_FIGURES = (
    ("messages_synced", "Messages synced"),
    ("messages_skipped", "Messages skipped"),
    ("answers_synced", "Answers from Sent Items"),
    ("replies_matched", "Threads with an answer found"),
    ("threads", "Threads"),
    ("open", "open"),
    ("assigned", "assigned"),
    ("waiting", "waiting for somebody"),
    ("done", "done"),
    ("notifications_delivered", "Notices delivered in Teams"),
    ("throttled", "Requests refused for their pace (429)"),
)


def print_summary(transcript: str, checks: Checks, tables: Sequence[Table]) -> None:
    console = Console(width=WIDTH, highlight=False, markup=False, emoji=False)
    console.print(Text(transcript))
    console.print()
    for table in tables:
        console.print(table)
    for reason in checks.left_out:
        console.print(f"Left out: {reason}")
    for check in checks.failed:
        console.print(f"FAILED [{check.step}] {check.claim}")
        console.print(f"    expected {check.expected!r}")
        console.print(f"    found    {check.actual!r}")
    passed = len(checks.made) - len(checks.failed)
    console.print(f"{passed} of {len(checks.made)} checks passed.")


def print_json(figures: Figures | OfficeFigures) -> None:
    print(json.dumps(figures.as_json(), ensure_ascii=False), flush=True)


def figures_table(figures: Figures) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="The tour in figures", title_justify="left")
    table.add_column("What")
    table.add_column("Count", justify="right")
    facts = figures.as_json()
    for name, label in _FIGURES:
        table.add_row(label, f"{facts[name]:,}")
    table.add_section()
    for person, count in figures.per_member.items():
        table.add_row(Text(f"{person}: open threads"), f"{count:,}")
    table.add_section()
    for step, spent in figures.seconds.items():
        table.add_row(f"Seconds for “{step}”", f"{spent:.1f}")
    return table
