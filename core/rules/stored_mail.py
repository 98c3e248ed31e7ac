"""Read what is kept of a mailbox's mail as arrivals, in the order in which it came.

First the ids of the period, in order; then batches of them, each in a short reading of its
own, so that reports and turns are answered between two. Only what the rules at hand look at
is decrypted, and a correspondent's key is unwrapped once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from core.database import reports_connection
from core.mail.models import Automatic
from core.mail.moments import moment, some_moment
from core.mail.rows import is_sqlite, marks, worded
from core.rules.facts import Facts
from core.rules.replay import Arrival
from core.rules.terms import Field
from core.sealing import DataKey, Vault

MOST_KEYS = 20_000
"""Correspondents whose key is held at once; then all are let go."""

_IDS = """
SELECT id FROM mail_message
 WHERE mailbox_id = {} AND direction = 'in' AND received_at >= {} AND received_at < {}
 ORDER BY received_at, id
"""
_MESSAGES = """
SELECT m.id, m.thread_id, m.correspondent_id, m.received_at, m.has_attachments, m.importance,
       m.automatic, m.sealed_subject, m.sealed_categories,
       t.received_at AS began_at, t.first_answered_at, t.finished_at
  FROM mail_message m JOIN mail_thread t ON t.id = m.thread_id
 WHERE m.id {among}
"""
_PEOPLE = "SELECT id, wrapped_key, sealed_address FROM correspondent WHERE id {among}"
_AUTOMATIC = {kind.value: kind for kind in Automatic}
_HOUR = 3600.0

IsOpen = Callable[[datetime], bool]
"""Whether the mailbox's business hours are on at that moment."""
Person = tuple[DataKey | None, str | None]
"""Key and address of a correspondent; None where the key was destroyed."""


class StoredMail:
    """One mailbox's incoming messages, with as much of each as some fields ask for."""

    def __init__(
        self,
        vault: Vault,
        mailbox_id: int,
        key: DataKey | None,
        fields: Collection[Field],
        is_open: IsOpen,
        now: datetime,
    ) -> None:
        """`key` is the organization's; `now` ends the waiting of what is unanswered."""
        self._vault = vault
        self._mailbox_id = mailbox_id
        self._key = key
        self._subject = Field.SUBJECT in fields
        self._sender = Field.FROM in fields
        self._categories = Field.CATEGORY in fields
        self._hours = Field.TIME in fields
        self._is_open = is_open
        self._now = now
        self._people: dict[int, Person] = {}

    async def ids(self, start: datetime, end: datetime) -> list[int]:
        """Ids of all that came in from `start` on and before `end`, in that order."""
        async with reports_connection() as connection:
            _, rows = await connection.execute_query(
                worded(connection, _IDS), [self._mailbox_id, start, end]
            )
        return [row["id"] for row in rows]

    async def read(self, ids: Sequence[int]) -> list[Arrival]:
        """Arrivals in the order of the ids; what is gone meanwhile is left out."""
        async with reports_connection() as connection:
            rows = {row["id"]: row for row in await _among(connection, _MESSAGES, ids)}
            if self._subject or self._sender:
                await self._open(connection, {row["correspondent_id"] for row in rows.values()})
        return [self._arrival(rows[i]) for i in ids if i in rows]

    async def _open(self, connection: BaseDBAsyncClient, people: set[int | None]) -> None:
        missing = [i for i in people if i is not None and i not in self._people]
        if len(self._people) + len(missing) > MOST_KEYS:
            self._people.clear()
            missing = [i for i in people if i is not None]
        for row in await _among(connection, _PEOPLE, missing):
            key = self._vault.key(row["wrapped_key"])
            address = None
            if self._sender and key is not None and row["sealed_address"] is not None:
                address = key.open(b"correspondent.address", bytes(row["sealed_address"]))
            self._people[row["id"]] = (key if self._subject else None, address)

    def _arrival(self, row: Mapping[str, Any]) -> Arrival:
        at, began = moment(row["received_at"]), moment(row["began_at"])
        finished = some_moment(row["finished_at"])
        key, address = self._people.get(row["correspondent_id"], (None, None))
        answered = some_moment(row["first_answered_at"]) or finished or self._now
        facts = Facts(
            sender=address,
            recipients=None,
            subject=self._subject_of(row["sealed_subject"], key),
            body=None,
            has_attachments=bool(row["has_attachments"]),
            importance=row["importance"],
            categories=self._categories_of(row["sealed_categories"]),
            received_at=at,
            in_hours=self._is_open(at) if self._hours else None,
            automatic=_AUTOMATIC[row["automatic"]],
            is_first=at <= began,
            unanswered_hours=0.0,
        )
        waited = (answered - began).total_seconds() / _HOUR
        sender_id = row["correspondent_id"]
        return Arrival(row["thread_id"], facts, sender_id, finished, max(waited, 0.0))

    def _subject_of(self, sealed: bytes | None, key: DataKey | None) -> str | None:
        """An empty subject is not stored; one whose key was destroyed is not known."""
        if key is None:
            return None
        return "" if sealed is None else key.open(b"message.subject", bytes(sealed))

    def _categories_of(self, sealed: bytes | None) -> tuple[str, ...] | None:
        if not self._categories or self._key is None:
            return None
        if sealed is None:
            return ()
        return tuple(orjson.loads(self._key.open(b"organization.categories", bytes(sealed))))


async def _among(
    connection: BaseDBAsyncClient, query: str, ids: Sequence[int]
) -> Sequence[Mapping[str, Any]]:
    if not ids:
        return ()
    if is_sqlite(connection):
        among = f"IN ({marks(connection, len(ids))})"
        _, rows = await connection.execute_query(query.format(among=among), list(ids))
    else:
        _, rows = await connection.execute_query(
            query.format(among="= ANY($1::bigint[])"), [list(ids)]
        )
    return rows
