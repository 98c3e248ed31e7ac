"""A mailbox that plays Graph's feed in memory: pages, removals, faults."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from core.graph.delta import DeltaPage, Removed
from core.graph.messages import Address, MessageHeader
from tests.clock import MONDAY_MORNING


def header(
    message_id: str,
    conversation: str | None = None,
    *,
    at: datetime = MONDAY_MORNING,
    sender: str | None = "grace@customer.example",
    by: str | None = None,
    subject: str | None = "The printer is on fire",
    **more: Any,
) -> MessageHeader:
    """`sender` is its From; `by` its Sender, who really sent it."""
    values: dict[str, Any] = {
        "conversation_id": conversation or f"c-{message_id}",
        "subject": subject,
        "from_": Address(sender, "Grace Hopper") if sender else None,
        "sender": Address(by) if by else None,
        "received_at": at,
        "sent_at": at,
        "modified_at": at,
        "is_read": False,
    } | more
    return MessageHeader(id=message_id, fields=frozenset(values), **values)


class FakeFeed:
    """`script` maps a folder's graph id to the pages its next reading gives."""

    def __init__(self) -> None:
        self.script: dict[str, list[DeltaPage | Exception]] = {}
        self.places: dict[str, str | None] = {}
        self.headers: dict[str, MessageHeader] = {}
        self.bodies: dict[str, str | Exception] = {}
        self.opened: list[str] = []
        """Messages whose body was asked for."""
        self.links: list[tuple[str, str | None]] = []
        self.located: list[str] = []

    def give(
        self,
        folder: str,
        *headers: MessageHeader,
        removed: Sequence[str] = (),
        more: bool = False,
    ) -> None:
        pages = self.script.setdefault(folder, [])
        number = len(self.links) + len(pages)
        pages.append(
            DeltaPage(
                tuple(headers),
                tuple(Removed(item, "deleted") for item in removed),
                (),
                f"next-{number}" if more else None,
                None if more else f"delta-{number}",
            )
        )

    def fail(self, folder: str, error: Exception) -> None:
        self.script.setdefault(folder, []).append(error)

    async def open(self, mailbox_id: int) -> FakeFeed:
        return self

    async def pages(self, folder_id: str, link: str | None) -> AsyncIterator[DeltaPage]:
        self.links.append((folder_id, link))
        pages = self.script.setdefault(folder_id, [])
        if not pages:
            self.give(folder_id)
        while pages:
            page = pages.pop(0)
            if isinstance(page, Exception):
                raise page
            yield page
            if page.delta_link is not None:
                return

    async def header(self, message_id: str) -> MessageHeader | None:
        return self.headers.get(message_id)

    async def locate(self, message_ids: Sequence[str]) -> dict[str, str | None]:
        self.located += message_ids
        return {message_id: self.places.get(message_id) for message_id in message_ids}

    async def body(self, message_id: str) -> str | None:
        self.opened.append(message_id)
        body = self.bodies.get(message_id)
        if isinstance(body, Exception):
            raise body
        return body


class FakeJobs:
    def __init__(self) -> None:
        self.deferred: list[str] = []

    async def defer(self, task: str, *args: Any, **kwargs: Any) -> None:
        self.deferred.append(task)


def later(minutes: int) -> datetime:
    return MONDAY_MORNING + timedelta(minutes=minutes)
