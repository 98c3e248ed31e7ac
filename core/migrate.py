"""Bring a database to the schema of this code, without losing a row.

Tortoise rebuilds a table to alter it on SQLite: with foreign keys on, dropping the old one
deletes every child row. Migrations therefore run with foreign keys off, are checked
afterwards, and get back the indexes that a rebuild loses. Each commits by itself, so it is a
copy that is migrated, whose content then replaces the original's in one transaction. On
PostgreSQL all migrations share one transaction.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.schema_generator.state import State
from tortoise.transactions import in_transaction
from tortoise.utils import generate_schema_for_client

from core.database import APP, APP_CONFIG, is_postgres, sqlite_path, tortoise_config
from core.errors import PostroomError
from core.lost_indexes import restore_indexes

LATEST = "__latest__"
MODELS_STAND_AT = "0002_assignment_and_rules"
"""The migration whose schema is that of the models. Up to it, an empty database is made from
the models at once: applying each operation to nothing takes Tortoise many seconds."""
ADVISORY_LOCK = 7_061_563
"""Keeps two migrations of one PostgreSQL database apart."""


class NewerDatabase(PostroomError):
    """The database was migrated by a newer version of Postroom."""

    def __init__(self, unknown: tuple[str, ...]) -> None:
        super().__init__()
        self.unknown = unknown


class BrokenReferences(PostroomError):
    """Rows would point at rows that are not there; nothing was changed."""

    def __init__(self, tables: tuple[str, ...]) -> None:
        super().__init__(f"broken references in {', '.join(tables)}; nothing was changed")
        self.tables = tables


class DatabaseInUse(PostroomError):
    """Another process wrote to the database while it was migrated; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Migrated:
    applied: tuple[str, ...]
    """Names of the migrations applied now, in order; empty when there was nothing to do."""
    backup: Path | None = None
    """Copy of an SQLite database as it was before, if there was one to change."""


async def pending(url: str, target: str = LATEST) -> tuple[str, ...]:
    """Names of the migrations that are still to be applied. Raises NewerDatabase."""
    config = tortoise_config(url)
    if not is_postgres(url) and not sqlite_path(url).exists():
        config["connections"] = {"default": "sqlite://:memory:"}
    async with _connected(config) as connection:
        return await _plan(_executor(connection), target)


async def migrate(url: str, *, target: str = LATEST) -> Migrated:
    """Apply what is missing up to the migration named `target`. Idempotent.

    Raises NewerDatabase, BrokenReferences or DatabaseInUse; after any error the database is
    as it was.
    """
    if is_postgres(url):
        return Migrated(await _migrate_postgres(url, target))
    path = sqlite_path(url)
    if not path.exists() or not path.stat().st_size:
        return await _create_file(path, target)
    todo = await pending(url, target)
    if not todo:
        return Migrated(())
    return await _change_file(path, target, backup=path.with_name(f"{path.name}.before-{todo[0]}"))


async def _create_file(path: Path, target: str) -> Migrated:
    async with _work_file(path) as work:
        applied = await _migrate_file(work, target)
        os.replace(work, path)
    return Migrated(applied)


async def _change_file(path: Path, target: str, backup: Path) -> Migrated:
    async with _work_file(path) as work:
        with closing(sqlite3.connect(path)) as watch:
            before = _data_version(watch)
            await asyncio.to_thread(_copy, path, backup)
            await asyncio.to_thread(_copy, backup, work)
            applied = await _migrate_file(work, target)
            if _data_version(watch) != before:
                raise DatabaseInUse
        await asyncio.to_thread(_copy, work, path)
    return Migrated(applied, backup)


async def _migrate_file(path: Path, target: str) -> tuple[str, ...]:
    url = f"sqlite://{path}"
    async with _connected(tortoise_config(url, foreign_keys=False)) as connection:
        applied = await _create(connection, target)
        changed = await _apply(connection, target)
        if changed:
            await restore_indexes(connection, await _state(connection))
        rows = await connection.execute_query_dict("PRAGMA foreign_key_check")
    if rows:
        raise BrokenReferences(tuple(sorted({str(row["table"]) for row in rows})))
    return applied + changed


async def _migrate_postgres(url: str, target: str) -> tuple[str, ...]:
    async with _connected(tortoise_config(url)), in_transaction() as connection:
        await connection.execute_query(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
        return await _create(connection, target) + await _apply(connection, target)


async def _create(connection: BaseDBAsyncClient, target: str) -> tuple[str, ...]:
    """The models' tables in an empty database, with the migrations on record that they are."""
    executor = _executor(connection)
    await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
    names = await _plan(executor, target)
    if executor.loader.applied_migrations or target != LATEST:
        return ()
    await generate_schema_for_client(connection, safe=False)
    done = names[: names.index(MODELS_STAND_AT) + 1]
    for name in done:
        await executor.recorder.record_applied(APP, name)
    return done


async def _apply(connection: BaseDBAsyncClient, target: str) -> tuple[str, ...]:
    executor = _executor(connection)
    names = await _plan(executor, target)
    if names:
        await executor.migrate([MigrationTarget(APP, target)], direction="forward")
    return names


def _executor(connection: BaseDBAsyncClient) -> MigrationExecutor:
    return MigrationExecutor(connection, {APP: APP_CONFIG})


async def _plan(executor: MigrationExecutor, target: str) -> tuple[str, ...]:
    steps = await executor.plan([MigrationTarget(APP, target)])
    unknown = executor.loader.applied_migrations - executor.loader.disk_migrations.keys()
    if unknown:
        raise NewerDatabase(tuple(sorted(key.name for key in unknown)))
    return tuple(step.migration.name for step in steps)


async def _state(connection: BaseDBAsyncClient) -> State:
    """The models as the migrations applied so far describe them."""
    executor = _executor(connection)
    await executor.loader.build_graph()
    return await executor._project_state(executor.loader.applied_migrations)


@asynccontextmanager
async def _connected(config: dict[str, object]) -> AsyncIterator[BaseDBAsyncClient]:
    """A connection of its own; the models, which an open database may use, are left alone."""
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        yield context.db()


@asynccontextmanager
async def _work_file(path: Path) -> AsyncIterator[Path]:
    """An empty file beside `path`, readable by its owner alone; removed at the end."""
    work = path.with_name(f"{path.name}.migrating")
    work.unlink(missing_ok=True)
    work.touch(mode=0o600)
    try:
        yield work
    finally:
        for suffix in ("", "-wal", "-shm"):
            work.with_name(work.name + suffix).unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    """Replace the content of `target` in one transaction."""
    if not target.exists():
        target.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _data_version(connection: sqlite3.Connection) -> int:
    """Changes when another connection commits."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
