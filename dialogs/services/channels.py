"""What conversations ask about the channels that mailboxes speak in."""

from __future__ import annotations

from typing import Protocol

from core.mailboxes.channel_views import ChannelNews, ChannelPlace
from core.people.views import Actor


class Channels(Protocol):
    """Changes are for leads of the mailbox and admins."""

    async def choose(self, actor: Actor, mailbox_id: int, place: ChannelPlace) -> None: ...

    async def drop(self, actor: Actor, mailbox_id: int, place: ChannelPlace) -> None: ...

    async def left(self, place: ChannelPlace) -> None:
        """The bot was taken out of there."""
        ...

    async def refused(self, mailbox_id: int, place: ChannelPlace) -> None:
        """Teams takes nothing for that place any more."""
        ...

    async def news(self, mailbox_id: int, thread_id: int, rule_id: int) -> ChannelNews:
        """Raises NotFound where there is nowhere to say it, or nothing to say."""
        ...
