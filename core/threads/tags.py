"""Tags of threads: found or made by name, put on and taken off, and the effort they mean.

A name is known by a keyed hash of its folded letters and sealed under the organization's key:
"Invoice", "INVOICE" and "ｉｎｖｏｉｃｅ" are one tag, shown as it was first written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tortoise.backends.base.client import BaseDBAsyncClient

from core.errors import InvalidInput
from core.mail.rows import is_sqlite, marks, select, worded
from core.sealing import Vault

TAG_NAME = b"organization.tag_name"
LONGEST = 255
"""Characters of a name: as many as an Outlook category may have."""
HEAVIEST = 100
"""Greatest weight of a tag, in ordinary threads."""

_MADE = """
INSERT INTO tag (organization_id, mailbox_id, name_hash, sealed_name, weight, created_at)
VALUES ({}, {}, {}, {}, 1, {}) ON CONFLICT (mailbox_id, name_hash) DO NOTHING
"""
_PUT_ON = """
INSERT INTO thread_tag (thread_id, tag_id, by_outlook) VALUES ({}, {}, {})
ON CONFLICT (thread_id, tag_id) DO NOTHING
"""
_EFFORT = """
UPDATE mail_thread SET effort = COALESCE((
    SELECT MAX(t.weight) FROM thread_tag x JOIN tag t ON t.id = x.tag_id
     WHERE x.thread_id = mail_thread.id), 1)
 WHERE id IN ({ids})
"""
_BATCH = 500


class InMailbox(Protocol):
    """A mailbox's row, or what sync knows of it."""

    @property
    def id(self) -> int: ...

    @property
    def organization_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class TagView:
    tag_id: int
    name: str
    """`#7` where the organization's key is gone."""
    weight: int


def tidy(name: str) -> str:
    """One line, single spaces, nothing invisible. Raises InvalidInput("tag")."""
    text = unicodedata.normalize("NFC", name[: LONGEST * 2])
    visible = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)
    text = " ".join(visible.split())
    if not text or len(text) > LONGEST or "," in text:
        raise InvalidInput("tag", "tag_comma" if "," in text else "")
    return text


def folded(name: str) -> str:
    """What two spellings of one tag have in common."""
    once = unicodedata.normalize("NFKC", tidy(name)).casefold()
    return " ".join(unicodedata.normalize("NFKC", once).split())


def name_hash(vault: Vault, organization_id: int, name: str) -> str:
    return vault.ring.lookup(organization_id, "tag", folded(name))


async def tag_ids(
    connection: BaseDBAsyncClient,
    mailbox: InMailbox,
    names: Iterable[str],
    vault: Vault,
    now: datetime,
) -> dict[str, int]:
    """The id for each name as given; tags that are missing are made. Raises InvalidInput("tag")."""
    hashes = {name: name_hash(vault, mailbox.organization_id, name) for name in names}
    known = await _known(connection, mailbox.id, hashes.values())
    missing = {digest: tidy(name) for name, digest in hashes.items() if digest not in known}
    if missing:
        await _make(connection, mailbox, missing, vault, now)
        known |= await _known(connection, mailbox.id, missing)
    return {name: known[digest] for name, digest in hashes.items()}


async def known_tag_ids(
    connection: BaseDBAsyncClient, mailbox: InMailbox, names: Iterable[str], vault: Vault
) -> dict[str, int]:
    """The same without making any: names of no tag are left out."""
    hashes = {name: name_hash(vault, mailbox.organization_id, name) for name in names}
    known = await _known(connection, mailbox.id, hashes.values())
    return {name: known[digest] for name, digest in hashes.items() if digest in known}


async def add_tags(
    connection: BaseDBAsyncClient,
    tags: Mapping[int, Collection[int]],
    *,
    by_outlook: bool = False,
) -> None:
    """Put tags on threads (thread id → tag ids) and set the threads' effort.

    Neither the threads' version nor their deadlines: see `core.threads.targets.renew`.
    """
    rows = [(thread, tag, by_outlook) for thread, some in tags.items() for tag in some]
    if rows:
        await connection.execute_many(worded(connection, _PUT_ON), rows)  # type: ignore[arg-type]
        await set_effort(connection, tags)


async def remove_tags(connection: BaseDBAsyncClient, tags: Mapping[int, Collection[int]]) -> None:
    """Take tags off threads (thread id → tag ids) and set the threads' effort."""
    rows = [(thread, tag) for thread, some in tags.items() for tag in some]
    if rows:
        statement = "DELETE FROM thread_tag WHERE thread_id = {} AND tag_id = {}"
        await connection.execute_many(worded(connection, statement), rows)  # type: ignore[arg-type]
        await set_effort(connection, tags)


async def set_effort(connection: BaseDBAsyncClient, thread_ids: Collection[int]) -> None:
    """Effort is the greatest weight of a thread's tags."""
    ids = sorted(thread_ids)
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        statement = _EFFORT.format(ids=marks(connection, len(batch)))
        await connection.execute_query(statement, list(batch))


async def tags_of_threads(
    connection: BaseDBAsyncClient, thread_ids: Collection[int]
) -> dict[int, frozenset[int]]:
    """Thread id → ids of its tags; threads without any are left out."""
    found: dict[int, set[int]] = {}
    for row in await select(
        connection,
        "thread_id, tag_id",
        "thread_tag",
        "tag_id > {}",
        [0],
        ("thread_id", sorted(thread_ids)),
    ):
        found.setdefault(row["thread_id"], set()).add(row["tag_id"])
    return {thread: frozenset(tags) for thread, tags in found.items()}


async def views(
    connection: BaseDBAsyncClient, vault: Vault, tag_ids: Collection[int]
) -> dict[int, TagView]:
    """Tags as people see them, by id."""
    ids = sorted(tag_ids)
    if not ids:
        return {}
    rows = await connection.execute_query_dict(
        "SELECT t.id, t.sealed_name, t.weight, o.wrapped_key FROM tag t"  # noqa: S608 marks alone
        " JOIN organization o ON o.id = t.organization_id"
        f" WHERE t.id IN ({marks(connection, len(ids))})",
        list(ids),
    )
    keys = {wrapped: vault.key(wrapped) for wrapped in {_bytes(row["wrapped_key"]) for row in rows}}
    found = {}
    for row in rows:
        key, sealed = keys[_bytes(row["wrapped_key"])], _bytes(row["sealed_name"])
        name = key.open(TAG_NAME, sealed) if key is not None and sealed is not None else None
        found[row["id"]] = TagView(row["id"], name or f"#{row['id']}", row["weight"])
    return found


async def tags_of_mailbox(
    connection: BaseDBAsyncClient, vault: Vault, mailbox_id: int
) -> tuple[TagView, ...]:
    """All tags of a mailbox, by name."""
    mark = "?" if is_sqlite(connection) else "$1"
    rows = await connection.execute_query_dict(
        f"SELECT id FROM tag WHERE mailbox_id = {mark}",  # noqa: S608 a mark alone
        [mailbox_id],
    )
    found = await views(connection, vault, [row["id"] for row in rows])
    return tuple(sorted(found.values(), key=lambda tag: tag.name.casefold()))


async def _known(
    connection: BaseDBAsyncClient, mailbox_id: int, hashes: Iterable[str]
) -> dict[str, int]:
    rows = await select(
        connection,
        "id, name_hash",
        "tag",
        "mailbox_id = {}",
        [mailbox_id],
        ("name_hash", sorted(set(hashes))),
    )
    return {row["name_hash"]: row["id"] for row in rows}


async def _make(
    connection: BaseDBAsyncClient,
    mailbox: InMailbox,
    names: Mapping[str, str],
    vault: Vault,
    now: datetime,
) -> None:
    mark = "?" if is_sqlite(connection) else "$1"
    owner = await connection.execute_query_dict(
        f"SELECT wrapped_key FROM organization WHERE id = {mark}",  # noqa: S608 a mark alone
        [mailbox.organization_id],
    )
    key = vault.key(_bytes(owner[0]["wrapped_key"]))
    rows = [
        (
            mailbox.organization_id,
            mailbox.id,
            digest,
            key.seal(TAG_NAME, name) if key is not None else None,
            now,
        )
        for digest, name in names.items()
    ]
    await connection.execute_many(worded(connection, _MADE), rows)  # type: ignore[arg-type]


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)
