"""Migrating a database that is full, old, newer, in use or broken."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tortoise.exceptions import OperationalError

import core.migrations
from core import migrate as migrations
from core.database import APP_CONFIG, MODELS, database, is_postgres, sqlite_path
from core.migrate import BrokenReferences, DatabaseInUse, NewerDatabase, migrate, pending
from tests.databases import new_postgres
from tests.schemas import Table, looking_into, populate, row_counts, schema

FOLDER = Path(core.migrations.__file__).parent
VERSIONS = sorted(path.stem for path in FOLDER.glob("[0-9]*.py"))
BOTH = pytest.mark.parametrize("empty_url", ["sqlite", "postgres"], indirect=True)

ALTER_A_PARENT = """
    ops.AlterField("Mailbox", "strategy", fields.CharField(max_length=32, default="x")),
"""
FAIL_HALFWAY = """
    ops.RunSQL("CREATE TABLE half_done (id INT)"),
    ops.RunSQL("INSERT INTO no_such_table VALUES (1)"),
"""


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        url: str = request.getfixturevalue("empty_postgres_url")
        return url
    return f"sqlite://{tmp_path}/new.db"


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give the code one migration more than it has: `next_version(operations)`."""

    def add(operations: str) -> str:
        package = tmp_path / "next_migrations"
        package.mkdir()
        (package / "__init__.py").touch()
        for version in VERSIONS:
            (package / f"{version}.py").write_text((FOLDER / f"{version}.py").read_text())
        (package / "9000_next.py").write_text(
            "from tortoise import fields, migrations\n"
            "from tortoise.migrations import operations as ops\n"
            "class Migration(migrations.Migration):\n"
            f"    dependencies = [('postroom', '{VERSIONS[-1]}')]\n"
            f"    operations = [{operations}]\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setitem(APP_CONFIG, "migrations", "next_migrations")
        return "9000_next"

    yield add
    for name in [name for name in sys.modules if name.startswith("next_migrations")]:
        del sys.modules[name]


@pytest.fixture
def second_url(empty_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Another empty database of the same engine."""
    if is_postgres(empty_url):
        yield from new_postgres(request.getfixturevalue("postgres_folder"), "template0")
    else:
        yield f"sqlite://{tmp_path}/models.db"


@BOTH
@pytest.mark.parametrize("version", VERSIONS)
async def test_a_full_database_of_any_version_keeps_its_rows_and_gets_the_models_schema(
    empty_url: str, version: str, second_url: str
) -> None:
    await migrate(empty_url, target=version)
    populate(empty_url)
    before = row_counts(empty_url)

    done = await migrate(empty_url)

    assert done.applied == tuple(VERSIONS[VERSIONS.index(version) + 1 :])
    after = row_counts(empty_url)
    assert {name: after[name] for name in before.keys() & after.keys()} == before
    async with database(second_url) as context:
        await context.generate_schemas(safe=False)
    assert schema(empty_url) == schema(second_url)


def test_an_empty_database_is_made_as_the_last_migration_leaves_it() -> None:
    assert VERSIONS[-1] == migrations.MODELS_STAND_AT


@BOTH
async def test_what_is_made_at_once_is_what_every_migration_makes(
    empty_url: str, second_url: str
) -> None:
    await migrate(empty_url)
    await migrate(second_url, target=VERSIONS[-1])

    assert schema(empty_url) == schema(second_url)
    assert await pending(empty_url) == await pending(second_url) == ()


def keys_of(tables: dict[str, Table]) -> dict[str, Any]:
    return {name: (table.foreign_keys, table.indexes) for name, table in tables.items()}


@BOTH
async def test_altering_a_parent_table_keeps_its_indexes_and_the_rows_that_point_at_it(
    empty_url: str, next_version: Any
) -> None:
    await migrate(empty_url)
    populate(empty_url)
    before, keys = row_counts(empty_url), keys_of(schema(empty_url))
    next_version(ALTER_A_PARENT)

    done = await migrate(empty_url)

    assert done.applied == ("9000_next",)
    assert row_counts(empty_url) == before
    assert keys_of(schema(empty_url)) == keys


@BOTH
async def test_does_nothing_the_second_time(empty_url: str) -> None:
    assert await pending(empty_url) == tuple(VERSIONS)
    assert (await migrate(empty_url)).applied == tuple(VERSIONS)

    assert await pending(empty_url) == ()
    again = await migrate(empty_url)

    assert (again.applied, again.backup) == ((), None)


@BOTH
async def test_refuses_a_database_newer_than_the_code(empty_url: str) -> None:
    await migrate(empty_url)
    with looking_into(empty_url) as engine:
        engine.insert(
            "tortoise_migrations",
            {
                "id": 99,
                "app": "postroom",
                "name": "9999_future",
                "applied_at": "2030-01-01 00:00:00+00:00",
            },
        )

    with pytest.raises(NewerDatabase) as refusal:
        await migrate(empty_url)
    assert refusal.value.unknown == ("9999_future",)


@BOTH
async def test_a_migration_that_fails_changes_nothing(empty_url: str, next_version: Any) -> None:
    await migrate(empty_url)
    populate(empty_url)
    before = schema(empty_url), row_counts(empty_url)
    next_version(FAIL_HALFWAY)

    with pytest.raises(OperationalError):
        await migrate(empty_url)

    assert (schema(empty_url), row_counts(empty_url)) == before
    assert await pending(empty_url) == ("9000_next",)


def modes_in(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


async def test_the_old_file_is_kept_and_every_file_is_the_owners_alone(
    tmp_path: Path, next_version: Any
) -> None:
    url = f"sqlite://{tmp_path}/postroom.db"
    await migrate(url)
    populate(url)
    before = schema(url), row_counts(url)
    next_version(ALTER_A_PARENT)

    done = await migrate(url)

    assert done.backup == tmp_path / "postroom.db.before-9000_next"
    assert (schema(f"sqlite://{done.backup}"), row_counts(f"sqlite://{done.backup}")) == before
    modes = {name: mode for name, mode in modes_in(tmp_path).items() if "postroom.db" in name}
    assert modes == {"postroom.db": 0o600, "postroom.db.before-9000_next": 0o600}


async def test_refuses_to_finish_when_rows_point_nowhere(tmp_path: Path, next_version: Any) -> None:
    url = f"sqlite://{tmp_path}/postroom.db"
    await migrate(url)
    populate(url)
    with looking_into(url) as engine:
        engine.run("DELETE FROM mailbox WHERE id = 1")
    next_version(ALTER_A_PARENT)

    with pytest.raises(BrokenReferences) as refusal:
        await migrate(url)

    assert "mailbox_member" in refusal.value.tables
    assert await pending(url) == ("9000_next",)


async def test_refuses_to_overwrite_what_another_process_wrote_meanwhile(
    tmp_path: Path, next_version: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite://{tmp_path}/postroom.db"
    await migrate(url)
    populate(url)
    next_version(ALTER_A_PARENT)
    migrate_file = migrations._migrate_file

    async def slowly(path: Path, target: str) -> tuple[str, ...]:
        with looking_into(url) as engine:
            engine.run("DELETE FROM handled_activity WHERE id = 1")
        return await migrate_file(path, target)

    monkeypatch.setattr(migrations, "_migrate_file", slowly)

    with pytest.raises(DatabaseInUse):
        await migrate(url)
    assert await pending(url) == ("9000_next",)


async def test_looking_for_what_is_to_be_done_makes_no_file(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/new.db"

    assert await pending(url) == tuple(VERSIONS)

    assert not sqlite_path(url).exists()


async def test_indexes_of_models_name_columns_not_relations(sqlite_url: str) -> None:
    """With a relation's name, makemigrations writes a migration that does not run."""
    async with database(sqlite_url) as context:
        for model in context.apps["postroom"].values():  # type: ignore[index]
            columns = set(model._meta.fields_db_projection.values())
            for index in model._meta.indexes:
                assert set(getattr(index, "fields", index)) <= columns, model


async def test_no_docstring_ends_a_statement(sqlite_url: str) -> None:
    """A model's docstring becomes a comment in CREATE TABLE, which is split at semicolons."""
    assert len(MODELS) > 1
    async with database(sqlite_url) as context:
        for model in context.apps["postroom"].values():  # type: ignore[index]
            assert ";" not in (model._meta.table_description or ""), model
            for field in model._meta.fields_map.values():
                assert ";" not in (field.description or ""), (model, field)
