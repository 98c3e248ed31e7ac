"""The mailboxes of an organization in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.errors import NotFound
from core.mailboxes.models import Strategy
from core.mailboxes.views import (
    MailboxPersonView,
    MailboxView,
    ProgressView,
)
from core.people.views import Actor
from tests.dialogs.sample import (
    ADDRESS,
    ANNA,
    BEN,
    MAILBOX,
    NOW,
)

if TYPE_CHECKING:
    from tests.dialogs.world import World


class MailboxPort:
    """Mailboxes; `find` means another thing here than among people."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def mailboxes(self, actor: Actor) -> tuple[MailboxView, ...]:
        world = self._world
        if not actor.is_admin and MAILBOX not in actor.mailboxes:
            return ()
        people = tuple(
            MailboxPersonView(i, world.names[i], lead, True) for i, lead in world.workers.items()
        )
        return (
            MailboxView(
                MAILBOX,
                world.address,
                world.mailbox_state,
                Strategy.LOAD_BALANCED,
                world.kind,
                world.kind,
                None,
                NOW,
                3,
                1,
                people,
            ),
        )

    async def find(self, actor: Actor, text: str) -> int:
        if text.casefold() != self._world.address:
            raise NotFound("mailbox")
        return MAILBOX

    async def progress(self, mailbox_id: int) -> ProgressView:
        return ProgressView(
            mailbox_id,
            ADDRESS,
            1,
            3,
            1200,
            2,
            700,
            600,
            100,
            False,
            (("Anna Admin", 300), ("Ben Busy", 300)),
            (ANNA, BEN),
        )

    async def pause(self, actor: Actor, mailbox_id: int) -> None:
        self._change(actor, mailbox_id, "pause")

    async def resume(self, actor: Actor, mailbox_id: int) -> None:
        self._change(actor, mailbox_id, "resume")

    async def set_people(
        self, actor: Actor, mailbox_id: int, member_ids: Collection[int], leads: Collection[int]
    ) -> None:
        for member_id in member_ids:
            self._world._member(member_id)
        self._change(actor, mailbox_id, "people", tuple(member_ids), tuple(leads))

    async def set_strategy(self, actor: Actor, mailbox_id: int, strategy: Strategy) -> None:
        self._change(actor, mailbox_id, "strategy", strategy)

    async def set_folders(self, actor: Actor, mailbox_id: int, folder_ids: Collection[int]) -> None:
        self._change(actor, mailbox_id, "folders", tuple(folder_ids))

    async def set_live_from(
        self, actor: Actor, mailbox_id: int, live_from: datetime | None
    ) -> None:
        self._change(actor, mailbox_id, "live_from", live_from)

    def _change(self, actor: Actor, mailbox_id: int, what: str, *facts: Any) -> None:
        self._world._mailbox_admin(actor, mailbox_id)
        self._world.changes.append((what, mailbox_id, *facts))
