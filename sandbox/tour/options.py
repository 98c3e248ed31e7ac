"""What a tour can be told."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from core.database import is_postgres, sqlite_path
from core.errors import ConfigError

USUAL_START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
"""A Tuesday."""
MOST_MEMBERS = 40


@dataclass(frozen=True, slots=True)
class TourOptions:
    """Without `mail`, about 200 believable messages; without `database_url`, one that is removed
    afterwards. The tour's own clock starts at `starts_at`.
    """

    mail: Path | None = None
    members: int = 5
    database_url: str | None = None
    json: bool = False
    starts_at: datetime = USUAL_START

    @classmethod
    def from_arguments(cls, given: argparse.Namespace) -> Self:
        return cls(given.mail, given.members, given.database, given.json)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The tour's options, for the command line that offers it."""
    parser.add_argument(
        "--mail", type=_mail, metavar="PATH", help="an mbox or .mbox.gz for the shared mailbox"
    )
    parser.add_argument(
        "--members", type=_members, default=5, metavar="N", help="who work it (%(default)s)"
    )
    parser.add_argument(
        "--database",
        type=_database,
        metavar="URL",
        help="an empty one: sqlite:///absolute/path.db or postgres://…; kept afterwards",
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")


def _mail(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError("there is no such file")
    return path


def _members(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_MEMBERS:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_MEMBERS}")
    return int(text)


def _database(text: str) -> str:
    try:
        if not is_postgres(text):
            sqlite_path(text)
    except ConfigError:
        raise argparse.ArgumentTypeError(
            "sqlite:///absolute/path.db or postgres://user:password@host/name"
        ) from None
    return text
