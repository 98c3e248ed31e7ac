"""The figures of an office tour: the day moment by moment, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from rich import box
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime
    at_work: tuple[str, ...]
    """First names."""
    open: int
    assigned: int
    waiting: Mapping[str, int]
    """Reason to number."""
    most: int
    """Open threads of who has the most."""

    def as_facts(self) -> dict[str, object]:
        return asdict(self) | {"at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class OfficeFigures:
    """Field by field what `--json` prints."""

    mailboxes: int
    messages_synced: int
    threads: int
    open: int
    assigned: int
    waiting: dict[str, int]
    done: int
    capacity: int
    most_at_any_moment: int
    per_member: dict[str, int]
    moments: list[dict[str, object]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    ok: bool = False

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def day_table(moments: list[Moment], capacity: int) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD, title=f"The office's day: {capacity} at most", title_justify="left"
    )
    for name in ("Moment (UTC)", "At work", "Open", "Assigned", "Waiting", "Most"):
        right = name in ("Open", "Assigned", "Most")
        table.add_column(name, justify="right" if right else "left")
    for one in moments:
        reasons = ", ".join(f"{n:,} {reason}" for reason, n in sorted(one.waiting.items()))
        table.add_row(
            f"{one.at:%a %H:%M}",
            Text(", ".join(one.at_work) or "nobody"),
            f"{one.open:,}",
            f"{one.assigned:,}",
            reasons or "0",
            f"{one.most:,}",
        )
    return table
