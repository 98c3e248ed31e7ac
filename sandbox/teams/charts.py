"""Charts of Teams cards as bars in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sandbox.teams.card_tree import children
from sandbox.teams.text import one_line, plain

WIDTH = 24
"""Characters of the longest bar."""
EIGHTHS = " ▏▎▍▌▋▊▉"


def draw_chart(chart: dict[str, Any]) -> RenderableType:
    """One labelled bar for each value; title above."""
    rows = list(_values(chart))
    largest = max((value for _, value in rows), default=0) or 1
    table = Table.grid(padding=(0, 1))
    for label, value in rows:
        bar = Text(_bar(value / largest), style="cyan")
        table.add_row(plain(one_line(label)), bar, f"{value:g}")
    title = one_line(chart.get("title", ""))
    return Group(plain(title, "bold"), table) if title else table


def _bar(share: float) -> str:
    eighths = round(max(0.0, min(1.0, share)) * WIDTH * 8)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def _values(chart: dict[str, Any]) -> Iterator[tuple[str, float]]:
    if chart.get("type") == "Chart.Gauge":
        yield str(chart.get("subLabel") or "value"), _number(chart.get("value"))
        for segment in children(chart, "segments"):
            yield str(segment.get("legend", "")), _number(segment.get("size"))
        return
    for series in children(chart, "data"):
        name = str(series.get("legend") or series.get("title") or series.get("x") or "")
        points = [*children(series, "values"), *children(series, "data")]
        if not points:
            yield name, _number(series.get("y", series.get("value")))
        for point in points:
            label = str(point.get("x") or point.get("legend") or "")
            yield f"{name} {label}".strip(), _number(point.get("y", point.get("value")))


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
