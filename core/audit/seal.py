"""Seal audit entries into their organization's chain, within seconds of being written.

Writers never wait for it: it locks the organization's row in a way that inserts do not mind,
so one process seals at a time, and a unique number refuses what would fork the chain.
"""

from __future__ import annotations

from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from core.audit.chain import Head, digest_of
from core.audit.models import AuditEntry
from core.keyring import KeyRing
from core.people.models import Organization
from core.transactions import transaction

BATCH = 500


class Sealer:
    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    async def seal(self, organization_id: int) -> None:
        """Seal every entry that is not: the task `seal_audit`."""
        while await self._seal_batch(organization_id) == BATCH:
            pass

    async def _seal_batch(self, organization_id: int) -> int:
        async with transaction() as connection:
            await Organization.select_for_update(no_key=True).get(id=organization_id)
            head = await head_of(organization_id)
            unsealed = AuditEntry.filter(organization_id=organization_id, number=None)
            entries = await unsealed.order_by("id").limit(BATCH)
            seals: list[list[Any]] = []
            for entry in entries:
                digest = digest_of(entry, head.number + 1, head.digest)
                key_id, mac = self._ring.sign(digest.encode())
                seals.append([head.number + 1, head.digest, digest, key_id, mac.hex(), entry.id])
                head = Head(head.number + 1, digest)
            if seals:
                await connection.execute_many(_seal_statement(connection), seals)
        return len(entries)


async def head_of(organization_id: int) -> Head:
    """The newest sealed entry."""
    sealed = AuditEntry.filter(organization_id=organization_id, number__isnull=False)
    last = await sealed.order_by("-number").first()
    if last is None or last.number is None or last.digest is None:
        return Head()
    return Head(last.number, last.digest)


def _seal_statement(connection: BaseDBAsyncClient) -> str:
    """Unsealed entries only: a seal is never written over."""
    mark = "${}" if connection.capabilities.dialect == "postgres" else "?"
    columns = ("number", "previous", "digest", "key_id", "mac", "id")
    marks = [f"{name} = {mark.format(n)}" for n, name in enumerate(columns, start=1)]
    return (
        f"UPDATE audit_entry SET {', '.join(marks[:5])} "  # noqa: S608  our own column names
        f"WHERE {marks[5]} AND number IS NULL"
    )
