"""Look at a database as its engine describes it, and fill it, whatever version it is of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg

from core.database import is_postgres, sqlite_path

ROWS = 3
NOT_OURS = ("tortoise_migrations", "sqlite_sequence")
ON_DELETE = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL"}

COLUMNS = """
    SELECT column_name, data_type, is_nullable = 'NO', character_maximum_length
    FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'
"""
FOREIGN_KEYS = """
    SELECT a.attname, confrelid::regclass::text, confdeltype::text
    FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.conrelid = %s::regclass
"""
INDEXES = """
    SELECT i.indisunique, array_agg(a.attname ORDER BY k.place)
    FROM pg_index i
    CROSS JOIN unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(number, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
    WHERE i.indrelid = %s::regclass AND NOT i.indisprimary
    GROUP BY i.indexrelid, i.indisunique
"""


@dataclass(frozen=True)
class Table:
    columns: dict[str, tuple[str, bool]]
    """(type, not null) by name."""
    foreign_keys: dict[str, tuple[str, str]]
    """(table, on delete) by column."""
    indexes: list[tuple[bool, tuple[str, ...]]]
    """(unique, columns), sorted; the primary key is left out."""


class Engine(Protocol):
    def run(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]: ...

    def tables(self) -> dict[str, Table]: ...

    def insert(self, table: str, row: dict[str, Any]) -> None: ...


class Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        return self._connection.execute(query, values).fetchall()

    def tables(self) -> dict[str, Table]:
        names = self.run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {name: self._table(name) for (name,) in names if name not in NOT_OURS}

    def insert(self, table: str, row: dict[str, Any]) -> None:
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
        self.run(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(row.values()))

    def _table(self, name: str) -> Table:
        columns = self.run(f'PRAGMA table_info("{name}")')
        keys = self.run(f'PRAGMA foreign_key_list("{name}")')
        indexes = self.run(f'PRAGMA index_list("{name}")')
        return Table(
            {row[1]: (row[2].lower(), bool(row[3])) for row in columns},
            {row[3]: (row[2], row[6]) for row in keys},
            sorted((bool(row[2]), self._index(row[1])) for row in indexes),
        )

    def _index(self, name: str) -> tuple[str, ...]:
        return tuple(row[2] for row in self.run(f'PRAGMA index_info("{name}")'))


class Postgres:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def run(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        cursor = self._connection.execute(query.encode(), values)
        return cursor.fetchall() if cursor.description else []

    def tables(self) -> dict[str, Table]:
        names = self.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return {name: self._table(name) for (name,) in names if name not in NOT_OURS}

    def insert(self, table: str, row: dict[str, Any]) -> None:
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
        self.run(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(row.values()))

    def _table(self, name: str) -> Table:
        quoted = f'"{name}"'
        return Table(
            {row[0]: (_sized(row[1], row[3]), row[2]) for row in self.run(COLUMNS, (name,))},
            {row[0]: (row[1], ON_DELETE[row[2]]) for row in self.run(FOREIGN_KEYS, (quoted,))},
            sorted((row[0], tuple(row[1])) for row in self.run(INDEXES, (quoted,))),
        )


@contextmanager
def looking_into(url: str) -> Iterator[Engine]:
    """Work on the database with its plain driver; committed at the end."""
    if is_postgres(url):
        with psycopg.connect(url) as connection:
            yield Postgres(connection)
    else:
        with closing(sqlite3.connect(sqlite_path(url))) as file, file:
            yield Sqlite(file)


def schema(url: str) -> dict[str, Table]:
    with looking_into(url) as engine:
        return engine.tables()


def row_counts(url: str) -> dict[str, int]:
    with looking_into(url) as engine:
        return {
            name: engine.run(f'SELECT count(*) FROM "{name}"')[0][0] for name in engine.tables()
        }


def populate(url: str) -> None:
    """Three rows in every table, each pointing at its namesakes."""
    with looking_into(url) as engine:
        tables = engine.tables()
        for name in _parents_first(tables):
            for number in range(1, ROWS + 1):
                engine.insert(name, _row(tables[name], number))


def _parents_first(tables: dict[str, Table]) -> list[str]:
    order: list[str] = []
    while len(order) < len(tables):
        for name, table in tables.items():
            parents = {parent for parent, _ in table.foreign_keys.values()} - {name}
            if name not in order and parents <= set(order):
                order.append(name)
    return order


def _row(table: Table, number: int) -> dict[str, Any]:
    return {
        name: number if name == "id" or name in table.foreign_keys else _value(kind, number)
        for name, (kind, _) in table.columns.items()
    }


def _value(kind: str, number: int) -> Any:
    if "json" in kind:
        return "{}"
    if "timestamp" in kind:
        return f"2026-03-0{number} 09:00:00+00:00"
    if "bool" in kind:
        return True
    if "blob" in kind or "bytea" in kind:
        return bytes([number])
    if "char" in kind or "text" in kind:
        return str(number)
    return number


def _sized(kind: str, length: int | None) -> str:
    return f"{kind}({length})" if length else kind
