"""Give tables that SQLite rebuilt their indexes back.

To alter a column, Tortoise makes the table anew and forgets what its `Meta` asked for:
indexes over several columns, unique ones too. Nothing would notice until the first duplicate.
"""

from __future__ import annotations

from collections.abc import Iterator

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.schema_generator.state import ModelState, State

Index = tuple[bool, tuple[str, ...]]
"""(unique, columns)"""


async def restore_indexes(connection: BaseDBAsyncClient, state: State) -> None:
    """Create every index that the migrations ask for, in `state`, and the file lacks."""
    for model in state.models.values():
        present = await _present(connection, model.table)
        for unique, columns in sorted(set(_wanted(model)) - present):
            name = f"{'uid' if unique else 'idx'}_{model.table}_{'_'.join(columns)}"
            listed = ", ".join(f'"{column}"' for column in columns)
            kind = "UNIQUE INDEX" if unique else "INDEX"
            await connection.execute_script(f'CREATE {kind} "{name}" ON "{model.table}" ({listed})')


def _wanted(model: ModelState) -> Iterator[Index]:
    for names in model.options.get("unique_together", ()):
        yield True, _columns(model, names)
    for index in model.options.get("indexes", ()):
        yield False, _columns(model, getattr(index, "fields", index))
    for name, field in model.fields.items():
        if field.unique and not field.pk:
            yield True, _columns(model, (name,))
        elif field.index and not field.pk:
            yield False, _columns(model, (name,))


def _columns(model: ModelState, names: tuple[str, ...]) -> tuple[str, ...]:
    """Column names of fields; an index names its columns directly."""
    fields = model.fields
    return tuple(fields[name].source_field or name if name in fields else name for name in names)


async def _present(connection: BaseDBAsyncClient, table: str) -> set[Index]:
    indexes = await connection.execute_query_dict(f'PRAGMA index_list("{table}")')
    found = set()
    for index in indexes:
        rows = await connection.execute_query_dict(f'PRAGMA index_info("{index["name"]}")')
        found.add((bool(index["unique"]), tuple(row["name"] for row in rows)))
    return found
