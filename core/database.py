"""The database: where the models are, and opening and closing it on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connections
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from core.errors import ConfigError
from core.transactions import refuse_inside_transaction, transaction

MODELS = [
    "core.people.models",
    "core.mailboxes.models",
    "core.mail.models",
    "core.threads.models",
    "core.rules.models",
    "core.assignment.models",
    "core.conversations.models",
    "core.outbox.models",
    "core.audit.models",
    "core.jobs.models",
]

APP = "postroom"
APP_CONFIG = {
    "models": MODELS,
    "migrations": "core.migrations",
    "default_connection": "default",
}

REPORTS = "reports"
"""A second connection to SQLite, which cannot write."""
SQLITE_OPTIONS = "busy_timeout=5000&synchronous=NORMAL&secure_delete=ON"


def is_postgres(url: str) -> bool:
    return url.startswith(("postgres://", "postgresql://", "asyncpg://"))


def tortoise_url(url: str, *, foreign_keys: bool = True) -> str:
    """The URL as Tortoise reads it. Raises ConfigError unless SQLite (absolute path) or PostgreSQL.

    `sqlite:///absolute/path.db` names an absolute path.
    """
    if is_postgres(url):
        return "asyncpg://" + url.split("://", 1)[1]
    keys = "ON" if foreign_keys else "OFF"
    return f"sqlite://{sqlite_path(url)}?{SQLITE_OPTIONS}&foreign_keys={keys}"


def sqlite_path(url: str) -> Path:
    """The file that an SQLite URL names. Raises ConfigError."""
    path = urlsplit(url).path
    if not url.startswith("sqlite:///") or len(path) < 2:
        raise ConfigError(
            ["POSTROOM_DATABASE_URL: sqlite:///absolute/path.db or postgres://… is needed"]
        )
    return Path(path)


def tortoise_config(url: str, *, foreign_keys: bool = True) -> dict[str, Any]:
    connections = {"default": tortoise_url(url, foreign_keys=foreign_keys)}
    if not is_postgres(url):
        connections[REPORTS] = f"{connections['default']}&query_only=ON"
    return {
        "connections": connections,
        "apps": {APP: APP_CONFIG},
        "use_tz": True,
        "timezone": "UTC",
    }


@asynccontextmanager
async def database(url: str) -> AsyncIterator[TortoiseContext]:
    """Open the database for as long as the block lasts. One at a time in a process.

    Models find it from every task, whatever context that task was started in (request
    handlers, timers, jobs): it is set as Tortoise's global, and no context variable is.
    """
    context = TortoiseContext()
    EXECUTOR_CACHE.clear()  # statements worded for the engine that was open before
    try:
        with context:
            await context.init(config=tortoise_config(url), _enable_global_fallback=True)
        yield context
    finally:
        await context.close_connections()


@asynccontextmanager
async def reports_connection() -> AsyncIterator[BaseDBAsyncClient]:
    """A connection that sees one moment of the database, however long the block lasts.

    It refuses to write. On SQLite it is a second connection, so that reading neither waits
    for writers nor keeps them waiting; on PostgreSQL one of the pool. Not within a transaction.
    """
    refuse_inside_transaction()
    if REPORTS in get_connections().db_config:
        async with in_transaction(REPORTS) as connection:
            yield connection
    else:
        async with transaction() as connection:
            await connection.execute_query(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
            )
            yield connection
