"""A mailbox's folders: all of them by delta query, and the ones Outlook itself makes by name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from core.errors import GraphError
from core.graph.access import MailboxAccess
from core.graph.batch import BatchItem
from core.graph.client import IMMUTABLE_IDS, GraphClient, path
from core.graph.delta import PAGE_SIZE, read_links
from core.graph.messages import ID_LIMIT

WELL_KNOWN = ("inbox", "sentitems", "drafts", "deleteditems", "junkemail", "archive", "outbox")
"""Graph takes these in place of a folder's id, whatever the mailbox's language."""

_SELECT = "id,displayName,parentFolderId,totalItemCount"


@dataclass(frozen=True, slots=True)
class Folder:
    """`name` and `total` are None where a delta query did not repeat them."""

    id: str
    name: str | None
    parent_id: str | None
    total: int | None


@dataclass(frozen=True, slots=True)
class FolderPage:
    present: tuple[Folder, ...]
    removed: tuple[str, ...]
    next_link: str | None
    delta_link: str | None

    def __repr__(self) -> str:
        return f"FolderPage({len(self.present)} present, {len(self.removed)} removed)"


async def folder_pages(
    client: GraphClient, access: MailboxAccess, *, link: str | None = None
) -> AsyncIterator[FolderPage]:
    """Every folder at any depth, then, from a delta link on, those that came, changed or went.

    Tells of folders only: messages have a delta query for each folder.
    """
    where = link or path("users", access.mailbox, "mailFolders", "delta")
    params = None if link else {"$select": _SELECT}
    prefer = (f"odata.maxpagesize={PAGE_SIZE}", IMMUTABLE_IDS)
    while True:
        body = await client.get(
            where, token=access.token, mailbox=access.mailbox, params=params, prefer=prefer
        )
        page = read_folder_page(body)
        yield page
        if page.next_link is None:
            return
        if page.next_link == where:
            raise GraphError(200, "link_repeats")
        where, params = page.next_link, None


async def list_folders(client: GraphClient, access: MailboxAccess) -> tuple[Folder, ...]:
    """All folders now, each once."""
    found: dict[str, Folder] = {}
    async for page in folder_pages(client, access):
        found.update((folder.id, folder) for folder in page.present)
        for folder_id in page.removed:
            found.pop(folder_id, None)
    return tuple(found.values())


async def well_known_folders(client: GraphClient, access: MailboxAccess) -> dict[str, str]:
    """Well-known name → folder id, for those that the mailbox has."""
    items = [
        BatchItem(path("users", access.mailbox, "mailFolders", name) + "?$select=id")
        for name in WELL_KNOWN
    ]
    answers = await client.batch(items, token=access.token, mailbox=access.mailbox)
    found: dict[str, str] = {}
    for name, answer in zip(WELL_KNOWN, answers, strict=True):
        folder_id = answer.body.get("id")
        if answer.status == 200 and isinstance(folder_id, str):
            found[name] = folder_id
        elif answer.status != 404:
            raise answer.error()
    return found


def read_folder_page(body: dict[str, Any]) -> FolderPage:
    """Read a page of the folders' delta query; GraphError if it is none."""
    entries, next_link, delta_link = read_links(body)
    present: list[Folder] = []
    removed: list[str] = []
    for entry in entries:
        folder_id = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(folder_id, str) or not 0 < len(folder_id) <= ID_LIMIT:
            continue
        if "@removed" in entry:
            removed.append(folder_id)
        else:
            present.append(_folder(folder_id, entry))
    return FolderPage(tuple(present), tuple(removed), next_link, delta_link)


def _folder(folder_id: str, entry: dict[str, Any]) -> Folder:
    name, parent_id, total = (
        entry.get(key) for key in ("displayName", "parentFolderId", "totalItemCount")
    )
    return Folder(
        folder_id,
        name[:256] if isinstance(name, str) else None,
        parent_id if isinstance(parent_id, str) else None,
        total if type(total) is int else None,
    )
