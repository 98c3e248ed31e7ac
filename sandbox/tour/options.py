"""What a tour can be told."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

Policy = Literal["open", "office"]

USUAL_START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
"""A Tuesday."""


@dataclass(frozen=True, slots=True)
class TourOptions:
    """Without `mail`, about 200 believable messages; without `database_url`, one that is removed
    afterwards. The tour's own clock starts at `starts_at`. Under the policy `open` nobody has a
    limit and everyone is available; `office` has working hours, an absence and a capacity.
    """

    mail: Path | None = None
    members: int = 5
    database_url: str | None = None
    json: bool = False
    starts_at: datetime = USUAL_START
    policy: Policy = "open"

    @classmethod
    def of(cls, given: argparse.Namespace) -> Self:
        """From the command line: `--mail`, `--members`, `--database`, `--json`, `--policy`."""
        return cls(given.mail, given.members, given.database, given.json, policy=given.policy)
