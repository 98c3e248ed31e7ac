"""Mailbox addresses and folder names, opened where they are needed."""

from __future__ import annotations

from core.mailboxes.access import ADDRESS
from core.mailboxes.models import Folder, Mailbox
from core.people.models import Organization
from core.sealing import DataKey, Vault

FOLDER_NAME = b"organization.folder_name"


class Texts:
    """One organization's key, unwrapped for the work at hand."""

    def __init__(self, key: DataKey | None) -> None:
        self._key = key

    @classmethod
    async def of(cls, vault: Vault, organization_id: int) -> Texts:
        organization = await Organization.get(id=organization_id)
        return cls(vault.key(organization.wrapped_key))

    def address(self, mailbox: Mailbox) -> str:
        """`#3` where it was purged."""
        return self._open(ADDRESS, mailbox.sealed_address) or f"#{mailbox.id}"

    def folder_name(self, folder: Folder) -> str:
        return self._open(FOLDER_NAME, folder.sealed_name) or f"#{folder.id}"

    def seal_folder_name(self, name: str) -> bytes | None:
        return None if self._key is None else self._key.seal(FOLDER_NAME, name)

    def _open(self, column: bytes, sealed: bytes | None) -> str | None:
        if self._key is None or sealed is None:
            return None
        return self._key.open(column, bytes(sealed))
