"""Moments as a driver returns them → aware datetimes in UTC. SQLite keeps them as text."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(value: datetime | str) -> datetime:
    parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    return parsed if parsed.tzinfo is UTC else parsed.astimezone(UTC)


def some_moment(value: datetime | str | None) -> datetime | None:
    return None if value is None else moment(value)
