"""The people outside whom a page of mail brings: found again, or made with a key of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from core.graph.messages import Address
from core.mail.rows import Row, insert, reserve_ids, select
from core.sealing import DataKey, Vault

UNKNOWN = Address("")
"""Stands for a sender whom a message does not name."""

_COLUMNS = (
    "id",
    "organization_id",
    "address_hash",
    "domain_hash",
    "wrapped_key",
    "sealed_address",
    "sealed_name",
    "created_at",
)


@dataclass(slots=True)
class Known:
    """A correspondent and, unless it was destroyed, their key."""

    id: int
    key: DataKey | None

    def seal(self, column: bytes, text: str | None) -> bytes | None:
        """None where there is nothing to keep, or no key to keep it under."""
        return self.key.seal(column, text) if self.key is not None and text else None


class CorrespondentBook:
    """The correspondents of one page, inside one transaction."""

    def __init__(
        self,
        connection: BaseDBAsyncClient,
        vault: Vault,
        organization_id: int,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._vault = vault
        self._organization_id = organization_id
        self._now = now
        self._by_address: dict[str, Known] = {}
        self._by_id: dict[int, Known] = {}

    async def open(self, addresses: Iterable[Address]) -> None:
        """Load those whom the database knows and insert the others."""
        wanted = {address.address: address for address in addresses}
        lookup, organization = self._vault.ring.lookup, self._organization_id
        hashes = {lookup(organization, "address", text): text for text in wanted}
        found = await select(
            self._connection,
            "id, address_hash, wrapped_key",
            "correspondent",
            "organization_id = {}",
            [organization],
            ("address_hash", list(hashes)),
        )
        for row in found:
            self._add(hashes.pop(row["address_hash"]), row["id"], row["wrapped_key"])
        await self._insert([(wanted[text], digest) for digest, text in hashes.items()])

    async def open_ids(self, ids: Iterable[int]) -> None:
        """Load by id those that are not loaded yet."""
        missing = [identity for identity in set(ids) if identity not in self._by_id]
        for row in await select(
            self._connection,
            "id, wrapped_key",
            "correspondent",
            "organization_id = {}",
            [self._organization_id],
            ("id", missing),
        ):
            self._by_id[row["id"]] = Known(row["id"], self._vault.key(row["wrapped_key"]))

    def of(self, address: Address) -> Known:
        return self._by_address[address.address]

    def by_id(self, identity: int) -> Known:
        return self._by_id[identity]

    def _add(self, address: str, identity: int, wrapped: bytes | None) -> None:
        known = Known(identity, self._vault.key(wrapped))
        self._by_address[address] = self._by_id[identity] = known

    async def _insert(self, new: list[tuple[Address, str]]) -> None:
        rows: list[Row] = []
        ids = await reserve_ids(self._connection, "correspondent", len(new))
        for identity, (address, digest) in zip(ids, new, strict=True):
            wrapped, key = self._vault.new_key()
            known = Known(identity, key)
            self._by_address[address.address] = self._by_id[identity] = known
            domain = address.address.rpartition("@")[2]
            rows.append(
                (
                    identity,
                    self._organization_id,
                    digest,
                    self._vault.ring.lookup(self._organization_id, "domain", domain),
                    wrapped,
                    key.seal(b"correspondent.address", address.address),
                    known.seal(b"correspondent.name", address.name),
                    self._now,
                )
            )
        await insert(self._connection, "correspondent", _COLUMNS, rows)
