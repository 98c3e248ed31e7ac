"""Where processor time goes, by the part of the house, sampled on the event loop's thread."""

from __future__ import annotations

import json
import signal
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Self

EVERY = 0.002
"""Seconds of the process's time on a processor between two samples."""

PARTS = (
    ("selectors.py", "database thread and waiting"),
    ("aiosqlite/", "database"),
    ("tortoise/", "database"),
    ("pypika_tortoise/", "database"),
    ("core/sealing", "decrypt"),
    ("core/keyring", "decrypt"),
    ("bot/authentication", "authentication"),
    ("bot/callers", "authentication"),
    ("aiohttp/client", "connector"),
    ("aiohttp/connector", "connector"),
    ("bot/connector", "connector"),
    ("bot/outgoing", "connector"),
    ("bot/pacer", "connector"),
    ("dialogs/", "card and dialog"),
    ("core/", "core services"),
    ("bot/", "turn"),
    ("aiohttp/web", "HTTP server"),
    ("asyncio/", "event loop"),
)
"""A sample belongs to the innermost frame that is listed."""


class Samples:
    """Samples while the block lasts, and writes counts as JSON to `target`, if there is one."""

    def __init__(self, target: str | None) -> None:
        self._target = target
        self._counts: Counter[str] = Counter()

    def __enter__(self) -> Self:
        if self._target is not None:
            signal.signal(signal.SIGPROF, self._sample)
            signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
        return self

    def __exit__(self, *_: object) -> None:
        if self._target is not None:
            signal.setitimer(signal.ITIMER_PROF, 0)
            Path(self._target).write_text(json.dumps(self._counts))

    def _sample(self, _: int, frame: FrameType | None) -> None:
        self._counts[_part(frame)] += 1


def _part(frame: FrameType | None) -> str:
    while frame is not None:
        name = frame.f_code.co_filename
        for marker, part in PARTS:
            if f"/{marker}" in name:
                return part
        frame = frame.f_back
    return "elsewhere"
