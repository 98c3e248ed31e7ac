"""What conversations ask about mailboxes, their consents and their onboarding."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.mailboxes.features import Feature
from core.mailboxes.models import GrantKind, Strategy
from core.mailboxes.views import (
    CallbackOutcome,
    ConsentView,
    FolderView,
    MailboxView,
    OffboardView,
    ProbeView,
    ProgressView,
)
from core.people.views import Actor


class Mailboxes(Protocol):
    async def mailboxes(self, actor: Actor) -> tuple[MailboxView, ...]:
        """For an admin all of them, for others those they work."""
        ...

    async def find(self, actor: Actor, text: str) -> int: ...

    async def pause(self, actor: Actor, mailbox_id: int) -> None: ...

    async def resume(self, actor: Actor, mailbox_id: int) -> None: ...

    async def set_people(
        self, actor: Actor, mailbox_id: int, member_ids: Collection[int], leads: Collection[int]
    ) -> None: ...

    async def set_strategy(self, actor: Actor, mailbox_id: int, strategy: Strategy) -> None: ...

    async def set_folders(
        self, actor: Actor, mailbox_id: int, folder_ids: Collection[int]
    ) -> None: ...

    async def set_live_from(
        self, actor: Actor, mailbox_id: int, live_from: datetime | None
    ) -> None: ...

    async def progress(self, mailbox_id: int) -> ProgressView: ...


class Onboarding(Protocol):
    async def begin(self, actor: Actor, address: str, kind: GrantKind) -> int:
        """The mailbox's id. Asked again before consent, it changes the kind of grant."""
        ...

    async def accept_wider(self, actor: Actor, mailbox_id: int) -> None:
        """An explicit yes to a scope that can read bodies."""
        ...

    async def admin_sign_in_url(self, actor: Actor) -> str:
        """Where to show an Entra administrator role, to become the first admin."""
        ...

    async def sign_in_url(self, actor: Actor, mailbox_id: int) -> str: ...

    async def feature_sign_in_url(self, actor: Actor, mailbox_id: int, feature: Feature) -> str:
        """Where an admin signs in with a feature's further scope."""
        ...

    async def callback(self, state: str, query: Mapping[str, str]) -> CallbackOutcome: ...

    async def probe(self, mailbox_id: int) -> ProbeView: ...

    async def folders(self, actor: Actor, mailbox_id: int) -> tuple[FolderView, ...]: ...

    async def start(self, actor: Actor, mailbox_id: int) -> None: ...

    async def offboard(self, actor: Actor, mailbox_id: int, *, purge: bool) -> OffboardView: ...

    async def revoke(self, actor: Actor, mailbox_id: int) -> str:
        """The code of what is left for a person to take back at Microsoft."""
        ...

    async def consents(self, actor: Actor) -> tuple[ConsentView, ...]: ...


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """What an administrator pastes to grant rights on one mailbox."""

    client_id: str
    """Of the Graph app registration."""
