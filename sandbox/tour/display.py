"""How far the tour is, on stderr; stdout is for its results."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from sandbox.tour.checks import Checks
from sandbox.tour.stage import Stage


class Display:
    """A line for each step; away from a terminal, plain lines as steps end."""

    def __init__(self, checks: Checks) -> None:
        self._checks = checks
        self._console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✔[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._heading = ""
        self._made = 0
        self._stage: Stage | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._end()
        self._progress.stop()

    def watch(self, stage: Stage) -> None:
        """Count what the connector takes as the step's progress."""
        self._stage = stage
        stage.client.service.history.listeners.append(lambda _: self._count())

    def step(self, name: str, heading: str) -> None:
        self._end()
        self._heading, self._made = heading, len(self._checks.made)
        self._task = self._progress.add_task(heading, total=None, note="")

    def say(self, text: str) -> None:
        self._console.print(text, markup=False)

    def _count(self) -> None:
        if self._task is not None and self._stage is not None:
            taken = len(self._stage.box.teams.received)
            self._progress.update(self._task, note=f"{taken} messages and changes in Teams")

    def _end(self) -> None:
        if self._task is None:
            return
        made = self._checks.made[self._made :]
        failed = sum(not check.passed for check in made)
        note = f"{len(made)} checks" + (f", {failed} FAILED" if failed else "")
        note = note if made else ""
        self._progress.update(self._task, total=1, completed=1, note=note)
        if not self._console.is_terminal:
            mark = "✘" if failed else "✔"
            self.say(f"{mark} {self._heading}" + (f": {note}" if note else ""))
        self._task = None
