"""Tours in processes of their own, and what they print."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from sandbox.mail.believable import believable

ROOT = Path(__file__).parents[2]
HOSTILE = ROOT / "tests" / "mail" / "hostile.mbox"
STARTED_AT = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from sandbox.tour import TourOptions, run
from wiring import serving

mail, starts_at = sys.argv[1:]
options = TourOptions(Path(mail), json=True, starts_at=datetime.fromisoformat(starts_at))
sys.exit(asyncio.run(run(options, serving)))
"""


class Tour:
    """A tour under way. Each mostly waits for Teams and Graph: let several run at once."""

    def __init__(self, arguments: list[str], **environ: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=os.environ | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @cached_property
    def _ended(self) -> tuple[str, str]:
        return self._process.communicate()

    @property
    def code(self) -> int:
        """Its exit code; waits for its end."""
        _ = self._ended
        return self._process.returncode

    @property
    def text(self) -> str:
        return self._ended[0]

    @property
    def errors(self) -> str:
        return self._ended[1]

    @property
    def figures(self) -> dict[str, Any]:
        """The JSON of the last line."""
        return dict(json.loads(self.text.splitlines()[-1]))

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        _ = self._ended


def small_mbox(folder: Path, count: int = 40) -> Path:
    """The first so many believable messages."""
    path = folder / "small.mbox"
    source = believable(count)
    with path.open("wb") as file:
        for number in range(count):
            file.write(b"From - Mon Jan  5 08:00:00 2026\n")
            file.write(source.raw(number).replace(b"\nFrom ", b"\n>From ") + b"\n\n")
    return path


def tour(*arguments: str) -> Tour:
    """`python app.py tour` with these arguments."""
    return Tour(["app.py", "tour", *arguments])


def tour_at(mail: Path, starts_at: str, timezone: str) -> Tour:
    """A tour whose clock starts at that moment, on a machine in that zone."""
    return Tour(["-c", STARTED_AT, str(mail), starts_at], TZ=timezone)
