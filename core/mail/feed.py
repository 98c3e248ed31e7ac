"""One mailbox's mail as Graph feeds it: what sync asks for, and nothing it decides."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from core.graph.access import MailboxAccess
from core.graph.bodies import get_body_text
from core.graph.client import GraphClient
from core.graph.delta import DeltaPage, locate, pages
from core.graph.mail_actions import get_header
from core.graph.messages import MessageHeader


class Feed(Protocol):
    """A mailbox that is open for reading."""

    def pages(self, folder_id: str, link: str | None) -> AsyncIterator[DeltaPage]:
        """The folder's pages from a link on, or from the start. Raises DeltaLinkExpired."""
        ...

    async def header(self, message_id: str) -> MessageHeader | None:
        """The whole header of one message; None if it is gone."""
        ...

    async def locate(self, message_ids: Sequence[str]) -> dict[str, str | None]:
        """Graph id of the folder each message is in now; None for one that is gone."""
        ...

    async def body(self, message_id: str) -> str | None:
        """The text of one message; None if it is not to be had. Raises GraphAuthFailed where the
        grant covers no bodies."""
        ...


class Feeds(Protocol):
    """Opens mailboxes."""

    async def open(self, mailbox_id: int) -> Feed:
        """Raises GraphAuthFailed where no grant opens the mailbox."""
        ...


class Accesses(Protocol):
    async def for_mailbox(self, mailbox_id: int) -> MailboxAccess: ...


class GraphFeed:
    def __init__(self, client: GraphClient, access: MailboxAccess) -> None:
        self._client = client
        self._access = access

    def pages(self, folder_id: str, link: str | None) -> AsyncIterator[DeltaPage]:
        return pages(self._client, self._access, folder_id, link=link)

    async def header(self, message_id: str) -> MessageHeader | None:
        return await get_header(self._client, self._access, message_id)

    async def locate(self, message_ids: Sequence[str]) -> dict[str, str | None]:
        return await locate(self._client, self._access, message_ids)

    async def body(self, message_id: str) -> str | None:
        return await get_body_text(self._client, self._access, message_id)


class GraphFeeds:
    def __init__(self, client: GraphClient, accesses: Accesses) -> None:
        self._client = client
        self._accesses = accesses

    async def open(self, mailbox_id: int) -> Feed:
        return GraphFeed(self._client, await self._accesses.for_mailbox(mailbox_id))
