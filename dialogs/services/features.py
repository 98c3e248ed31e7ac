"""What conversations ask about what a mailbox is allowed, and about its reply texts."""

from __future__ import annotations

from typing import Protocol

from core.mailboxes.features import Feature
from core.mailboxes.views import FeatureView, ProbeView
from core.people.views import Actor
from core.rules.reply_texts import ReplyTextView


class Features(Protocol):
    """For admins."""

    async def asked(self, actor: Actor, mailbox_id: int, feature: Feature) -> FeatureView:
        """What allowing it means."""
        ...

    async def allow(self, actor: Actor, mailbox_id: int, feature: Feature) -> ProbeView:
        """The admin's yes; Microsoft is tried at once."""
        ...

    async def disallow(self, actor: Actor, mailbox_id: int, feature: Feature) -> str:
        """The code of what is left for a person to take back at Microsoft; may be empty."""
        ...


class ReplyTexts(Protocol):
    async def texts(self, actor: Actor, mailbox_id: int) -> tuple[ReplyTextView, ...]: ...

    async def save(self, actor: Actor, mailbox_id: int, name: str, text: str) -> int:
        """Raises InvalidInput("reply_text" | "reply_name")."""
        ...

    async def remove(self, actor: Actor, mailbox_id: int, name: str) -> None: ...
