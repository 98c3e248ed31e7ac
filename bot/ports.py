"""What the channel edge asks of core, beside what conversations ask."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from core.outbox.posted import Posted, Shown
from core.people.views import Actor, Conversation
from dialogs.services import People as TalkedAbout


class People(TalkedAbout, Protocol):
    async def arrive(
        self,
        tenant_id: str,
        entra_id: str,
        *,
        name: str | None = None,
        address: str | None = None,
        teams_id: str | None = None,
        reference: Conversation | None = None,
    ) -> Actor: ...

    async def actor(self, tenant_id: str, entra_id: str) -> Actor | None: ...

    async def uninstalled(self, tenant_id: str, entra_id: str) -> None: ...


class Cards(Protocol):
    """What has been shown in Teams."""

    async def record(
        self,
        organization_id: int,
        member_id: int | None,
        service_url: str,
        conversation_id: str,
        activity_id: str,
        shown: Shown,
    ) -> None: ...

    async def showing(self, thread_id: int) -> tuple[Posted, ...]: ...

    async def newest(
        self, member_id: int, kind: str, *, since: datetime | None = None, **facts: int
    ) -> Posted | None: ...

    async def count(self, member_id: int, kinds: Collection[str], since: datetime) -> int: ...

    async def forget(self, conversation_id: str, activity_id: str) -> None: ...

    async def claim(
        self,
        organization_id: int,
        member_id: int | None,
        service_url: str,
        conversation_id: str,
        kind: str,
    ) -> bool: ...

    async def unclaim(self, conversation_id: str, kind: str) -> None: ...


class Outlook(Protocol):
    async def link(self, thread_id: int) -> str:
        """Where the thread's newest message opens. Raises NotFound, GraphError."""
        ...


class Notifications(Protocol):
    async def receive(self, body: bytes) -> None:
        """Take a POST of Graph; what is not believed is passed over. Raises InvalidInput."""
        ...
