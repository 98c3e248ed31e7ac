"""Read and write rows through the driver, inside Tortoise's transaction.

The ORM's own bulk insert is two to seven times slower, so a page of sync comes here, and
its single insert three times, so what every turn writes does too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

Row = tuple[Any, ...]


def is_sqlite(connection: BaseDBAsyncClient) -> bool:
    return connection.capabilities.dialect == "sqlite"


def marks(connection: BaseDBAsyncClient, count: int, start: int = 1) -> str:
    """Placeholders for `count` values: `?, ?` on SQLite, `$1, $2` on PostgreSQL."""
    if is_sqlite(connection):
        return ", ".join("?" * count)
    return ", ".join(f"${number}" for number in range(start, start + count))


def worded(connection: BaseDBAsyncClient, statement: str) -> str:
    """The statement with a placeholder for each `{}`."""
    if is_sqlite(connection):
        return statement.replace("{}", "?")
    return statement.format(*(f"${number}" for number in range(1, statement.count("{}") + 1)))


async def reserve_ids(connection: BaseDBAsyncClient, table: str, count: int) -> range | list[int]:
    """`count` ids that nobody else will use, for rows inserted in this transaction."""
    if count == 0:
        return []
    if is_sqlite(connection):
        rows = await connection.execute_query_dict(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", [table]
        )
        start = (rows[0]["seq"] if rows else 0) + 1
        return range(start, start + count)
    rows = await connection.execute_query_dict(
        "SELECT nextval(pg_get_serial_sequence($1, 'id')) AS id FROM generate_series(1, $2)",
        [table, count],
    )
    return [row["id"] for row in rows]


@asynccontextmanager
async def planned_anew(connection: BaseDBAsyncClient) -> AsyncIterator[None]:
    """Reads inside are planned by their values and by how full the tables are.

    PostgreSQL would go on with a plan it made while they were nearly empty, which reads all
    of a mailbox for each page. Writes gain nothing, and take longer.
    """
    if is_sqlite(connection):
        yield
        return
    await connection.execute_query("SET LOCAL plan_cache_mode = force_custom_plan")
    yield
    await connection.execute_query("SET LOCAL plan_cache_mode = auto")


async def insert(
    connection: BaseDBAsyncClient, table: str, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Insert all rows; the values stand in the order of `columns`."""
    if rows:
        names = ", ".join(f'"{column}"' for column in columns)
        values = marks(connection, len(columns))
        await connection.execute_many(
            f'INSERT INTO "{table}" ({names}) VALUES ({values})',  # noqa: S608 names are ours
            rows,  # type: ignore[arg-type]  # a sequence of tuples serves both drivers
        )


async def insert_new(
    connection: BaseDBAsyncClient, table: str, row: Mapping[str, Any], unique: Sequence[str]
) -> int | None:
    """Insert one row; its id, or None where one with the same `unique` columns is there."""
    names, key = (", ".join(f'"{column}"' for column in columns) for columns in (row, unique))
    added = await connection.execute_query_dict(
        f'INSERT INTO "{table}" ({names}) VALUES ({marks(connection, len(row))})'  # noqa: S608 names are ours
        f' ON CONFLICT ({key}) DO NOTHING RETURNING "id"',
        list(row.values()),
    )
    return added[0]["id"] if added else None


async def update(
    connection: BaseDBAsyncClient, table: str, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Update by id: each row holds the values of `columns`, then the id."""
    if rows:
        sqlite = is_sqlite(connection)
        changes = ", ".join(
            f'"{column}" = ' + ("?" if sqlite else f"${place}")
            for place, column in enumerate(columns, start=1)
        )
        mark = "?" if sqlite else f"${len(columns) + 1}"
        await connection.execute_many(
            f'UPDATE "{table}" SET {changes} WHERE "id" = {mark}',  # noqa: S608 names are ours
            rows,  # type: ignore[arg-type]  # a sequence of tuples serves both drivers
        )


async def select(
    connection: BaseDBAsyncClient,
    columns: str,
    table: str,
    where: str,
    values: Sequence[Any],
    among: tuple[str, Sequence[Any]],
    *,
    lock: bool = False,
) -> list[dict[str, Any]]:
    """Rows where `where` holds (with `{}` for each of `values`) and a column is among some.

    With `lock`, PostgreSQL locks them in the order of their ids; SQLite needs no lock, since
    a transaction has the connection to itself.
    """
    column, options = among
    if not options:
        return []
    fixed = [marks(connection, 1, place) for place in range(1, len(values) + 1)]
    query = f'SELECT {columns} FROM "{table}" WHERE {where.format(*fixed)} AND "{column}"'  # noqa: S608 names are ours
    if is_sqlite(connection):
        query += f" IN ({marks(connection, len(options))})"
        return await connection.execute_query_dict(query, [*values, *options])
    kind = "bigint" if isinstance(options[0], int) else "text"
    query += f" = ANY(${len(values) + 1}::{kind}[])"  # one text whatever their number: planned once
    if lock:
        query += ' ORDER BY "id" FOR UPDATE'
    return await connection.execute_query_dict(query, [*values, list(options)])
