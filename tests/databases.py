"""Migrated databases for tests: each test has its own, copied from one migrated template."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import pytest_asyncio

from core.database import database as open_database
from core.migrate import migrate
from tests.postgres import admin_connection, postgres_server

_numbers = itertools.count(1)


def migrate_now(url: str, target: str = "__latest__") -> None:
    """Migrate from outside any event loop of the test."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(migrate(url, target=target))).result()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "postroom.db"
    migrate_now(f"sqlite://{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    path = shutil.copy(sqlite_template, tmp_path / "postroom.db")
    return f"sqlite://{path}"


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[str]:
    """Where the session's PostgreSQL server listens."""
    with postgres_server() as folder:
        yield folder


@pytest.fixture
def empty_postgres_url(postgres_folder: str) -> Iterator[str]:
    """A PostgreSQL database with nothing in it."""
    yield from new_postgres(postgres_folder, "template0")


@pytest.fixture(scope="session")
def postgres_template(postgres_folder: str) -> str:
    name = "migrated"
    with admin_connection(postgres_folder) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    migrate_now(postgres_address(postgres_folder, name))
    return name


@pytest.fixture
def postgres_url(postgres_folder: str, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    yield from new_postgres(postgres_folder, postgres_template)


@pytest.fixture(params=["sqlite", "postgres"])
def any_database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest_asyncio.fixture
async def database(sqlite_url: str) -> AsyncIterator[str]:
    """Its URL, with the database open."""
    async with open_database(sqlite_url):
        yield sqlite_url


@pytest_asyncio.fixture
async def postgres(postgres_url: str) -> AsyncIterator[str]:
    async with open_database(postgres_url):
        yield postgres_url


@pytest_asyncio.fixture
async def any_database(any_database_url: str) -> AsyncIterator[str]:
    """The test runs twice: once on SQLite, once on PostgreSQL."""
    async with open_database(any_database_url):
        yield any_database_url


def postgres_address(folder: str, name: str) -> str:
    return f"postgres://postroom@/{name}?host={folder}"


def new_postgres(folder: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with admin_connection(folder) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        yield postgres_address(folder, name)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
