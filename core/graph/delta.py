"""A folder's messages, page by page, from a delta link on; and where a vanished one has gone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.errors import GraphError
from core.graph.access import MailboxAccess
from core.graph.batch import BatchItem
from core.graph.client import IMMUTABLE_IDS, GraphClient, path
from core.graph.messages import ID_LIMIT, SELECT, MessageHeader, Skipped, read_message

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Removed:
    """A message that left the folder: moved, or deleted. `locate` tells which.

    `reason` is Graph's: `changed` or `deleted`.
    """

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeltaPage:
    """One page. A message may be in several pages, in any order, and present and removed.

    Exactly one link is set; both hold tokens and are secret.
    """

    present: tuple[MessageHeader, ...]
    removed: tuple[Removed, ...]
    skipped: tuple[Skipped, ...]
    next_link: str | None
    delta_link: str | None

    def __repr__(self) -> str:
        return f"DeltaPage({len(self.present)} present, {len(self.removed)} removed)"


async def pages(
    client: GraphClient,
    access: MailboxAccess,
    folder_id: str,
    *,
    link: str | None = None,
    since: datetime | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[DeltaPage]:
    """Yield pages from `link` (a next or a delta link) until one carries a delta link.

    Without a link the folder is read from the start; `since` then limits it to messages
    received from that moment on, of which Graph gives 5,000 at most. Raises
    DeltaLinkExpired where the link is no longer honoured.
    """
    where = link or path("users", access.mailbox, "mailFolders", folder_id, "messages", "delta")
    params = None if link else _first_request(since)
    prefer = (f"odata.maxpagesize={page_size}", IMMUTABLE_IDS)
    while True:
        body = await client.get(
            where, token=access.token, mailbox=access.mailbox, params=params, prefer=prefer
        )
        page = read_page(body)
        yield page
        if page.next_link is None:
            return
        if page.next_link == where:
            raise GraphError(200, "link_repeats")
        where, params = page.next_link, None


def _first_request(since: datetime | None) -> dict[str, str]:
    """The options; Graph puts them into its links, so they go into the first request only."""
    params = {"$select": SELECT}
    if since is not None:
        params["$filter"] = f"receivedDateTime ge {since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return params


def read_page(body: dict[str, Any]) -> DeltaPage:
    """Read a page; GraphError if it is none, while odd entries are skipped with a reason."""
    entries, next_link, delta_link = read_links(body)
    present: list[MessageHeader] = []
    removed: list[Removed] = []
    skipped: list[Skipped] = []
    for entry in entries:
        item = _read_removed(entry) or read_message(entry)
        if isinstance(item, MessageHeader):
            present.append(item)
        elif isinstance(item, Removed):
            removed.append(item)
        else:
            skipped.append(item)
    return DeltaPage(tuple(present), tuple(removed), tuple(skipped), next_link, delta_link)


def read_links(body: dict[str, Any]) -> tuple[list[Any], str | None, str | None]:
    """The entries of a delta page and its next or delta link."""
    entries = body.get("value")
    links = [body.get("@odata.nextLink"), body.get("@odata.deltaLink")]
    next_link, delta_link = (link if isinstance(link, str) and link else None for link in links)
    if not isinstance(entries, list) or (next_link is None) == (delta_link is None):
        raise GraphError(200, "not_a_delta_page")
    return entries, next_link, delta_link


def _read_removed(entry: object) -> Removed | Skipped | None:
    if not isinstance(entry, dict) or "@removed" not in entry:
        return None
    message_id, why = entry.get("id"), entry["@removed"]
    if not isinstance(message_id, str) or not 0 < len(message_id) <= ID_LIMIT:
        return Skipped("no_id")
    reason = why.get("reason") if isinstance(why, dict) else None
    return Removed(message_id, "changed" if reason == "changed" else "deleted")


async def locate(
    client: GraphClient, access: MailboxAccess, message_ids: Sequence[str]
) -> dict[str, str | None]:
    """The folder each message is in now; None for one that is gone.

    Raises the GraphError of the first message that Graph neither shows nor calls missing.
    """
    ids = list(dict.fromkeys(message_ids))
    items = [
        BatchItem(
            path("users", access.mailbox, "messages", message_id) + "?$select=id,parentFolderId",
            IMMUTABLE_IDS,
        )
        for message_id in ids
    ]
    found: dict[str, str | None] = {}
    answers = await client.batch(items, token=access.token, mailbox=access.mailbox)
    for message_id, answer in zip(ids, answers, strict=True):
        folder_id = answer.body.get("parentFolderId")
        if answer.status == 200 and isinstance(folder_id, str):
            found[message_id] = folder_id
        elif answer.status == 404:
            found[message_id] = None
        else:
            raise answer.error()
    return found
