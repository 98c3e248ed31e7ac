"""Which folders a mailbox has, and which of them are followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.clock import Clock
from core.graph import folders as graph
from core.mailboxes.access import Access
from core.mailboxes.models import Folder, FolderKind, Mailbox
from core.mailboxes.ports import Folders
from core.mailboxes.texts import Texts
from core.mailboxes.views import FolderView
from core.sealing import Vault
from core.transactions import transaction

MOST = 1_000
"""Folders of a mailbox that are known; beyond that the rest stay unseen."""

LONGEST_ID = 512

_KINDS = {
    kind.value: kind
    for kind in (FolderKind.INBOX, FolderKind.SENT, FolderKind.DELETED, FolderKind.JUNK)
}
_FOLLOWED = (FolderKind.INBOX, FolderKind.SENT)
_HIDDEN = ("drafts", "outbox")
"""Mail on its way out: neither received nor sent."""


class FolderFinder:
    def __init__(self, vault: Vault, now: Clock, access: Access, folders: Folders) -> None:
        self._vault = vault
        self._now = now
        self._access = access
        self._folders = folders

    async def find(self, mailbox_id: int) -> tuple[FolderView, ...]:
        """Ask Graph, keep what is new, and mark what is gone. Choices made before stay.

        Inbox and Sent Items are followed from the start; the others are known by id.
        """
        access = await self._access.for_mailbox(mailbox_id)
        names = await self._folders.well_known(access)
        there = await self._folders.all(access)
        mailbox = await Mailbox.get(id=mailbox_id)
        texts = await Texts.of(self._vault, mailbox.organization_id)
        await self._keep(mailbox_id, texts, _usable(names, there), names)
        return await folder_views(texts, mailbox_id)

    async def _keep(
        self,
        mailbox_id: int,
        texts: Texts,
        there: Sequence[graph.Folder],
        names: Mapping[str, str],
    ) -> None:
        kinds = {folder_id: _KINDS[name] for name, folder_id in names.items() if name in _KINDS}
        rows = [
            Folder(
                mailbox_id=mailbox_id,
                graph_id=folder.id,
                kind=kinds.get(folder.id, FolderKind.OTHER),
                sealed_name=texts.seal_folder_name(folder.name or ""),
                followed=kinds.get(folder.id) in _FOLLOWED,
            )
            for folder in there
        ]
        known = Folder.filter(mailbox_id=mailbox_id)
        async with transaction():
            if rows:
                await Folder.bulk_create(
                    rows,
                    on_conflict=["mailbox_id", "graph_id"],
                    update_fields=["kind", "sealed_name"],
                )
            present = [row.graph_id for row in rows]
            await known.filter(graph_id__in=present).update(gone_at=None)
            gone = known.filter(gone_at=None).exclude(graph_id__in=present)
            await gone.update(gone_at=self._now())


async def folder_views(texts: Texts, mailbox_id: int) -> tuple[FolderView, ...]:
    """Known folders that are still there: inbox first, then by name."""
    rows = await Folder.filter(mailbox_id=mailbox_id, gone_at=None).limit(MOST)
    views = [FolderView(row.id, texts.folder_name(row), row.kind, row.followed) for row in rows]
    order = list(FolderKind)
    return tuple(sorted(views, key=lambda view: (order.index(view.kind), view.name.casefold())))


def _usable(names: Mapping[str, str], there: Sequence[graph.Folder]) -> list[graph.Folder]:
    hidden = {names[name] for name in _HIDDEN if name in names}
    kept = [folder for folder in there if folder.id not in hidden and len(folder.id) <= LONGEST_ID]
    known = set(names.values())
    return sorted(kept, key=lambda folder: folder.id not in known)[:MOST]
