"""The policy of a mailbox of a world in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import NotAllowed, NotFound
from core.mailboxes.models import HandBack, Sticky, Strategy
from core.mailboxes.policy_views import PolicyChange, PolicyPersonView, PolicyView
from core.people.views import Actor
from tests.dialogs.sample import MAILBOX

if TYPE_CHECKING:
    from tests.dialogs.world import World


class PolicyPort:
    def __init__(self, world: World) -> None:
        self._world = world
        self.view = PolicyView(
            mailbox_id=MAILBOX,
            mailbox=world.address,
            strategy=Strategy.LOAD_BALANCED,
            capacity=None,
            counts_effort=False,
            fair_share=True,
            sticky=Sticky.IF_AVAILABLE,
            sticky_hours=4,
            sticky_sender_days=None,
            hand_back=HandBack.KEEP,
            hand_back_to_id=None,
            week="",
            timezone="Europe/Berlin",
            holidays="DE",
            people=tuple(
                PolicyPersonView(i, world.names[i], lead, True, False, 1, ())
                for i, lead in world.workers.items()
            ),
        )

    async def policy(self, actor: Actor, mailbox_id: int) -> PolicyView:
        if mailbox_id != MAILBOX or not (actor.is_admin or mailbox_id in actor.mailboxes):
            raise NotFound("mailbox")
        return self.view

    async def change(self, actor: Actor, mailbox_id: int, change: PolicyChange) -> None:
        await self._change(actor, mailbox_id, "policy", dict(change))
        self.view = replace(self.view, **change)

    async def set_weights(self, actor: Actor, mailbox_id: int, weights: Mapping[int, int]) -> None:
        await self._change(actor, mailbox_id, "weights", dict(weights))

    async def set_pool(self, actor: Actor, mailbox_id: int, member_ids: Collection[int]) -> None:
        await self._change(actor, mailbox_id, "pool", tuple(member_ids))

    async def set_skills(
        self, actor: Actor, mailbox_id: int, member_id: int, names: Collection[str]
    ) -> None:
        await self._change(actor, mailbox_id, "skills", member_id, tuple(names))

    async def opt(self, actor: Actor, mailbox_id: int, *, out: bool) -> None:
        await self.policy(actor, mailbox_id)
        if mailbox_id not in actor.mailboxes:
            raise NotFound("mailbox")
        self._world.own_changes.append((actor.member_id, "opt", out))
        self.view = replace(
            self.view,
            people=tuple(
                replace(p, opted_out=out) if p.member_id == actor.member_id else p
                for p in self.view.people
            ),
        )

    async def _change(self, actor: Actor, mailbox_id: int, *what: Any) -> None:
        await self.policy(actor, mailbox_id)
        if not (actor.is_admin or mailbox_id in actor.leads):
            raise NotAllowed("lead")
        self._world.changes.append(what)
