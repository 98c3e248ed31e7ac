"""The channel of a mailbox of a world in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import InvalidInput, NotAllowed, NotFound
from core.mailboxes.channel_views import ChannelNews, ChannelPlace
from core.people.views import Actor
from tests.dialogs.sample import MAILBOX

if TYPE_CHECKING:
    from tests.dialogs.world import World


class ChannelPort:
    def __init__(self, world: World) -> None:
        self._world = world

    async def choose(self, actor: Actor, mailbox_id: int, place: ChannelPlace) -> None:
        self._check(actor, mailbox_id)
        self._world.changes.append(("channel", mailbox_id, place.conversation_id))
        self._world.channel = place

    async def drop(self, actor: Actor, mailbox_id: int, place: ChannelPlace) -> None:
        self._check(actor, mailbox_id)
        known = self._world.channel
        if known is None or known.conversation_id != place.conversation_id:
            raise InvalidInput("channel", "not_here")
        self._world.changes.append(("channel", mailbox_id, None))
        self._world.channel = None

    async def left(self, place: ChannelPlace) -> None:
        known = self._world.channel
        if known and place.conversation_id == known.conversation_id:
            self._world.channel = None

    async def refused(self, mailbox_id: int, place: ChannelPlace) -> None:
        await self.left(place)

    async def news(self, mailbox_id: int, thread_id: int, rule_id: int) -> ChannelNews:
        view = self._world.threads_by_id.get(thread_id)
        if self._world.channel is None or view is None or view.mailbox_id != mailbox_id:
            raise NotFound("channel")
        return ChannelNews(
            1, self._world.channel, thread_id, view.state, rule_id, view.assignee_id, view.assignee
        )

    def _check(self, actor: Actor, mailbox_id: int) -> None:
        if mailbox_id != MAILBOX or not (actor.is_admin or mailbox_id in actor.mailboxes):
            raise NotFound("mailbox")
        if not (actor.is_admin or mailbox_id in actor.leads):
            raise NotAllowed("lead")
