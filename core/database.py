"""The database: where the models are, and opening and closing it on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from tortoise import Tortoise
from tortoise.context import TortoiseContext

from core.errors import ConfigError

MODELS = [
    "core.people.models",
    "core.mailboxes.models",
    "core.mail.models",
    "core.assignment.models",
    "core.conversations.models",
    "core.outbox.models",
    "core.audit.models",
    "core.jobs.models",
]

SQLITE_OPTIONS = "busy_timeout=5000&synchronous=NORMAL&secure_delete=ON"


def is_postgres(url: str) -> bool:
    return url.startswith(("postgres://", "postgresql://", "asyncpg://"))


def tortoise_url(url: str, *, foreign_keys: bool = True) -> str:
    """The URL as Tortoise reads it. Raises ConfigError unless SQLite (absolute path) or PostgreSQL.

    `sqlite:///absolute/path.db` names an absolute path.
    """
    if is_postgres(url):
        return "asyncpg://" + url.split("://", 1)[1]
    if not url.startswith("sqlite:///") or len(urlsplit(url).path) < 2:
        raise ConfigError(
            ["POSTROOM_DATABASE_URL: sqlite:///absolute/path.db or postgres://… is needed"]
        )
    path = urlsplit(url).path
    keys = "ON" if foreign_keys else "OFF"
    return f"sqlite://{path}?{SQLITE_OPTIONS}&foreign_keys={keys}"


def tortoise_config(url: str, *, foreign_keys: bool = True) -> dict[str, Any]:
    return {
        "connections": {"default": tortoise_url(url, foreign_keys=foreign_keys)},
        "apps": {
            "postroom": {
                "models": MODELS,
                "migrations": "core.migrations",
                "default_connection": "default",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


@asynccontextmanager
async def database(url: str) -> AsyncIterator[TortoiseContext]:
    """Open the database for as long as the block lasts."""
    context = await Tortoise.init(config=tortoise_config(url), _enable_global_fallback=True)
    try:
        yield context
    finally:
        await context.close_connections()
