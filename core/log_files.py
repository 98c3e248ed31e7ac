"""A log file for its owner's eyes alone: a new one each day, old ones deleted by their age."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from io import TextIOWrapper
from logging.handlers import TimedRotatingFileHandler
from pathlib import Path

from core.clock import Clock, utc_now


class DailyFile(TimedRotatingFileHandler):
    """Days are UTC; yesterday's file is `name.2026-11-24`. One process a file."""

    def __init__(self, path: Path, days: int, *, now: Clock = utc_now) -> None:
        self._days = days
        self._now = now
        super().__init__(path, when="midnight", utc=True, backupCount=days, encoding="utf-8")
        self._delete_old()

    def _open(self) -> TextIOWrapper:
        os.close(os.open(self.baseFilename, os.O_CREAT | os.O_WRONLY, 0o600))
        os.chmod(self.baseFilename, 0o600)
        return super()._open()

    def getFilesToDelete(self) -> list[str]:
        """By age rather than by number: quiet days leave no file."""
        first_kept = self._now().date() - timedelta(days=self._days)
        base = Path(self.baseFilename)
        return [
            str(path)
            for path in sorted(base.parent.glob(f"{base.name}.*"))
            if (day := _day(path.name[len(base.name) + 1 :])) and day < first_kept
        ]

    def _delete_old(self) -> None:
        for path in self.getFilesToDelete():
            Path(path).unlink(missing_ok=True)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        return None
