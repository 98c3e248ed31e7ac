"""Bulk changes in memory: what was counted, begun and undone, for a world of threads."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.errors import InvalidInput, NotFound
from core.people.views import Actor
from core.threads.bulk_views import BulkOrder, BulkView
from core.threads.models import BulkState
from tests.dialogs.sample import NOW

if TYPE_CHECKING:
    from tests.dialogs.world import World


class BulkPort:
    def __init__(self, world: World) -> None:
        self.world = world
        self.orders: list[BulkOrder] = []
        self.views: dict[int, tuple[int, BulkView]] = {}

    async def preview(self, actor: Actor, order: BulkOrder) -> BulkView:
        if not actor.mailboxes:
            raise NotFound("thread")
        self.orders.append(order)
        mine = [
            t.thread_id
            for t in self.world.threads_by_id.values()
            if t.mailbox_id in actor.mailboxes
        ]
        view = BulkView(
            bulk_id=len(self.orders),
            verb=order.verb,
            state=BulkState.PREVIEW,
            total=len(mine),
            handled=0,
            changed=0,
            first=tuple(mine),
            to=self.world.names.get(order.to_id or 0),
            to_id=order.to_id,
            tag=order.tag,
        )
        self.views[view.bulk_id] = (actor.member_id, view)
        return view

    async def show(self, actor: Actor, bulk_id: int) -> BulkView:
        owner, view = self.views.get(bulk_id, (0, None))
        if view is None or owner != actor.member_id:
            raise NotFound("bulk change")
        return view

    async def pending(self, actor: Actor, since: datetime | None = None) -> int | None:
        mine = [(i, v) for i, (owner, v) in self.views.items() if owner == actor.member_id]
        if not mine or mine[-1][1].state is not BulkState.PREVIEW:
            return None
        return None if since is not None and since > NOW else mine[-1][0]

    async def begin(self, actor: Actor, bulk_id: int) -> BulkView:
        view = await self.show(actor, bulk_id)
        self.world.changes.append(("bulk", bulk_id))
        done = replace(
            view,
            state=BulkState.DONE,
            handled=view.total,
            changed=view.total - 1,
            refused=(("full", 1),),
            undo_until=NOW + timedelta(minutes=10),
        )
        self.views[bulk_id] = (actor.member_id, done)
        return done

    async def undo(self, actor: Actor, bulk_id: int | None = None) -> BulkView:
        mine = [i for i, (owner, _) in self.views.items() if owner == actor.member_id]
        if bulk_id is None and not mine:
            raise InvalidInput("bulk", "bulk_none")
        view = await self.show(actor, bulk_id or mine[-1])
        self.world.changes.append(("undo", view.bulk_id))
        undone = replace(view, state=BulkState.UNDONE, undone=view.changed, undo_until=None)
        self.views[view.bulk_id] = (actor.member_id, undone)
        return undone

    async def drop(self, actor: Actor, bulk_id: int) -> None:
        view = await self.show(actor, bulk_id)
        del self.views[view.bulk_id]
