"""Bulk changes: counted first, done as a job with progress, undone within ten minutes.

The threads are fixed when they are counted, so that what was shown is what is done. Each is
changed in a transaction of its own together with its mark, `BulkItem.outcome`: whatever is
pressed twice, run by two processes or cut off in the middle, happens once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from core.clock import Clock
from core.errors import InvalidInput, NotFound
from core.people.views import Actor
from core.ports import JobQueue
from core.sealing import Vault
from core.threads.bulk_choosing import MOST, choose
from core.threads.bulk_showing import BulkViews, sealed_tag
from core.threads.bulk_views import BulkOrder, BulkView
from core.threads.models import BulkChange, BulkItem, BulkState
from core.threads.snoozing import zone_of
from core.threads.until import read_until
from core.transactions import transaction

PREVIEW_TIME = timedelta(hours=1)
"""Later a preview is refused: too much may have changed since it was counted."""
ANSWER_TIME = timedelta(minutes=10)
"""Later a word typed is no answer to a preview; its button still is."""
KEPT = timedelta(days=30)
AFTER_THE_ANSWER = timedelta(seconds=1)
"""The card that the button's answer draws must not come after the card of the end."""
INSERTED_AT_ONCE = 500


class BulkChanges:
    """One's own alone: NotFound for another's."""

    def __init__(self, vault: Vault, now: Clock, *, jobs: JobQueue) -> None:
        self._vault = vault
        self._now = now
        self._jobs = jobs
        self._views = BulkViews(vault, now)

    async def preview(self, actor: Actor, order: BulkOrder) -> BulkView:
        """Count, and keep what was counted. Raises NotFound for who works no mailbox."""
        if not actor.mailboxes:
            raise NotFound("thread")
        now = self._now()
        ids = await choose(actor, order, self._vault, now)
        change: dict[str, Any] = {"verb": order.verb.value, "cut": len(ids) > MOST}
        if order.to_id is not None:
            change["to"] = order.to_id
        if order.until is not None:
            change["until"] = (await self._until(actor, order.until)).isoformat()
        if order.tag is not None:
            change["tag"] = await sealed_tag(self._vault, actor.organization_id, order.tag)
        ids = ids[:MOST]
        async with transaction():
            bulk = await BulkChange.create(
                organization_id=actor.organization_id,
                by_id=actor.member_id,
                change=change,
                total=len(ids),
                created_at=now,
            )
            items = [BulkItem(bulk_id=bulk.id, thread_id=thread_id) for thread_id in ids]
            await BulkItem.bulk_create(items, batch_size=INSERTED_AT_ONCE)
        return await self._views.of(bulk)

    async def show(self, actor: Actor, bulk_id: int) -> BulkView:
        return await self._views.of(await self._own(actor, bulk_id))

    async def pending(self, actor: Actor, since: datetime | None = None) -> int | None:
        """The preview that a word typed now answers: the actor's newest change, counted lately
        and after `since`, and not begun."""
        newest = await BulkChange.filter(by_id=actor.member_id).order_by("-id").first()
        if newest is None or newest.state is not BulkState.PREVIEW or not newest.total:
            return None
        late = newest.created_at < self._now() - ANSWER_TIME
        return None if late or (since is not None and newest.created_at < since) else newest.id

    async def begin(self, actor: Actor, bulk_id: int) -> BulkView:
        """Do it: once, however often it is asked. Raises InvalidInput("bulk", "bulk_old")."""
        bulk = await self._own(actor, bulk_id)
        if bulk.state is BulkState.PREVIEW and bulk.created_at < self._now() - PREVIEW_TIME:
            raise InvalidInput("bulk", "bulk_old")
        async with transaction():
            await self._move(bulk, BulkState.PREVIEW, BulkState.RUNNING)
        return await self.show(actor, bulk_id)

    async def undo(self, actor: Actor, bulk_id: int | None = None) -> BulkView:
        """Without an id the newest. Raises InvalidInput("bulk", "bulk_late" | "bulk_none")."""
        if bulk_id is None:
            bulk_id = await self._newest(actor)
        bulk = await self._own(actor, bulk_id)
        if bulk.state is BulkState.DONE:
            if bulk.undo_until is None or bulk.undo_until <= self._now():
                raise InvalidInput("bulk", "bulk_late")
            async with transaction():
                await self._move(bulk, BulkState.DONE, BulkState.UNDOING)
        return await self.show(actor, bulk_id)

    async def drop(self, actor: Actor, bulk_id: int) -> None:
        """Forget a preview; what was begun stays."""
        bulk = await self._own(actor, bulk_id)
        await BulkChange.filter(id=bulk.id, state=BulkState.PREVIEW).delete()

    async def forget_old(self) -> None:
        """Previews nobody took up, and changes of long ago. For the sweep."""
        now = self._now()
        await BulkChange.filter(
            state=BulkState.PREVIEW, created_at__lt=now - 2 * PREVIEW_TIME
        ).delete()
        over = BulkChange.filter(state__in=[BulkState.DONE, BulkState.UNDONE])
        await over.filter(created_at__lt=now - KEPT).delete()

    async def queue_unfinished(self) -> None:
        """Have a job for each that is under way: after a crash. For the sweep."""
        going = BulkChange.filter(state__in=[BulkState.RUNNING, BulkState.UNDOING])
        for bulk_id in await going.values_list("id", flat=True):
            await self._queue(int(str(bulk_id)))

    async def view_for(self, member_id: int, bulk_id: int) -> BulkView | None:
        """For its card that is drawn again; None where it is gone or another's."""
        bulk = await BulkChange.get_or_none(id=bulk_id, by_id=member_id)
        return None if bulk is None else await self._views.of(bulk)

    async def _until(self, actor: Actor, said: str) -> datetime:
        """Raises InvalidInput("until")."""
        return read_until(said, self._now(), await zone_of(actor))

    async def _move(self, bulk: BulkChange, before: BulkState, after: BulkState) -> None:
        """Compare-and-set: of two at once, one queues the job."""
        if await BulkChange.filter(id=bulk.id, state=before).update(state=after):
            await self._queue(bulk.id)

    async def _queue(self, bulk_id: int) -> None:
        key = f"bulk:{bulk_id}"
        await self._jobs.defer(
            "run_bulk",
            {"bulk_id": bulk_id},
            lock=key,
            queueing_lock=key,
            due_at=self._now() + AFTER_THE_ANSWER,
        )

    async def _newest(self, actor: Actor) -> int:
        mine = BulkChange.filter(by_id=actor.member_id, undo_until__gt=self._now())
        newest = await mine.filter(state=BulkState.DONE).order_by("-finished_at", "-id").first()
        if newest is None:
            raise InvalidInput("bulk", "bulk_none")
        return int(newest.id)

    async def _own(self, actor: Actor, bulk_id: int) -> BulkChange:
        bulk = await BulkChange.get_or_none(
            id=bulk_id, organization_id=actor.organization_id, by_id=actor.member_id
        )
        if bulk is None:
            raise NotFound("bulk change")
        return bulk
