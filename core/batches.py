"""Several batches of rows in one transaction, on SQLite in one visit to the driver's thread.

Begun, filled and committed statement by statement, a transaction goes to that thread and
back five times, and each time costs as much as the statement itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.exceptions import IntegrityError, OperationalError

from core.transactions import transaction

Batch = tuple[str, Sequence[tuple[Any, ...]]]
"""A statement, and the values of each time that it is carried out."""


async def write(connection: BaseDBAsyncClient, batches: Sequence[Batch]) -> None:
    """All or nothing; within a transaction that is open, a part of it.

    Raises Tortoise's IntegrityError and OperationalError.
    """
    if isinstance(connection, SqliteClient) and not isinstance(connection, TransactionalDBClient):
        async with connection.acquire_connection() as driver:
            await _write_at_once(driver, batches)
        return
    async with transaction() as joined:
        for statement, rows in batches:
            await joined.execute_many(statement, rows)  # type: ignore[arg-type]  # tuples serve


async def _write_at_once(driver: Any, batches: Sequence[Batch]) -> None:
    try:
        # aiosqlite has no public way to run more than one statement a visit.
        await driver._execute(_write, driver._conn, batches)
    except sqlite3.IntegrityError as error:
        raise IntegrityError(error) from error
    except sqlite3.OperationalError as error:
        raise OperationalError(error) from error


def _write(driver: sqlite3.Connection, batches: Sequence[Batch]) -> None:
    driver.execute("BEGIN IMMEDIATE")
    try:
        for statement, rows in batches:
            driver.executemany(statement, rows)
        driver.execute("COMMIT")
    except BaseException:
        driver.rollback()
        raise
