"""Where messages are in the mailbox, and what moving them does to their threads.

Outlook tells no more of a moved message than that it left a folder; where it went was looked
up before. A thread of which all that came in is in Deleted or Junk, or gone, is done "in
Outlook"; one of which something comes back is reopened for the same person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from core.mail.fold import settle_places
from core.mail.models import Direction, EventKind
from core.mail.rows import Row, select, update
from core.mail.thread_rows import ThreadBook
from core.mailboxes.models import FolderKind

AWAY = (FolderKind.DELETED, FolderKind.JUNK)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message is now: `folder_id` None means gone from the mailbox."""

    folder_id: int | None


async def apply_places(
    connection: BaseDBAsyncClient,
    known: Mapping[str, dict[str, Any]],
    places: Mapping[str, Place],
    now: datetime,
) -> set[int]:
    """Write where the messages went that left a folder. Returns the threads this touches.

    `known` are message rows by Graph id; one that is present again is no longer gone.
    """
    back: list[Row] = [
        (None, row["id"])
        for key, row in known.items()
        if row["source_gone_at"] is not None and key not in places
    ]
    moved: list[Row] = []
    gone: list[Row] = []
    touched: set[int] = set()
    for key, place in places.items():
        row = known.get(key)
        if row is None or place.folder_id == row["folder_id"]:
            continue
        touched.add(row["thread_id"])
        if place.folder_id is None:
            gone.append((now, row["id"]))
        else:
            moved.append((place.folder_id, row["id"]))
    await update(connection, "mail_message", ("source_gone_at",), back)
    await update(connection, "mail_message", ("folder_id",), moved)
    await update(connection, "mail_message", ("source_gone_at",), gone)
    return touched


async def settle_moved(
    connection: BaseDBAsyncClient,
    mailbox_id: int,
    threads: ThreadBook,
    touched: set[int],
    now: datetime,
) -> None:
    """Finish or reopen the threads whose messages moved."""
    if not touched:
        return
    away_folders = {
        row["id"]
        for row in await select(
            connection, "id", "folder", "mailbox_id = {}", [mailbox_id], ("kind", list(AWAY))
        )
    }
    counts = {thread_id: [0, 0] for thread_id in touched}
    for row in await select(
        connection,
        "thread_id, folder_id, source_gone_at",
        "mail_message",
        "direction = {}",
        [Direction.IN],
        ("thread_id", list(touched)),
    ):
        away = row["source_gone_at"] is not None or row["folder_id"] in away_folders
        counts[row["thread_id"]][0 if away else 1] += 1
    for thread_id, (away_count, here) in counts.items():
        thread = threads.by_id(thread_id)
        fresh = any(event.kind is EventKind.RECEIVED for event in thread.events)
        settle_places(thread, away=away_count, here=here + fresh, now=now)
