"""The job of a bulk change: each thread in a transaction of its own, with its mark."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

from core.audit.log import record
from core.clock import Clock
from core.errors import AlreadyAssigned, InvalidInput, NotAllowed, NotFound, UserError
from core.mail.models import MailThread
from core.outbox.queue import Outbox
from core.people.views import Actor
from core.sealing import Vault
from core.threads.bulk_reading import BulkVerb
from core.threads.bulk_showing import DONE, KEPT, UNDONE, opened_tag, outcomes
from core.threads.models import BulkChange, BulkItem, BulkState, ThreadTag
from core.transactions import transaction

UNDO_TIME = timedelta(minutes=10)
BATCH = 50
"""Threads between two looks at how far it is."""
TRIES = 3
"""For a thread that somebody changes at the same moment."""


class Changes(Protocol):
    """What is done to one thread. Raise UserError and change nothing where that cannot be."""

    async def assign(self, actor: Actor, thread_id: int, to_member_id: int) -> None: ...

    async def finish(self, actor: Actor, thread_id: int) -> None: ...

    async def release(self, actor: Actor, thread_id: int) -> None: ...

    async def snooze(self, actor: Actor, thread_id: int, until: datetime) -> None: ...

    async def restore(self, actor: Actor, thread_id: int, before: dict[str, Any]) -> None: ...


class Tagging(Protocol):
    async def tag(self, actor: Actor, thread_id: int, names: Iterable[str]) -> None: ...

    async def untag(self, actor: Actor, thread_id: int, names: Iterable[str]) -> None: ...


class _Moved(Exception):
    """Somebody changed the thread between our look at it and our change."""


class BulkWork:
    def __init__(
        self,
        changes: Changes,
        tagging: Tagging,
        actor_of: Callable[[int], Awaitable[Actor | None]],
        vault: Vault,
        outbox: Outbox,
        now: Clock,
    ) -> None:
        self._changes = changes
        self._tagging = tagging
        self._actor_of = actor_of
        self._vault = vault
        self._outbox = outbox
        self._now = now

    async def run(self, bulk_id: int) -> None:
        """Go on with it wherever it stands: the `run_bulk` job."""
        bulk = await BulkChange.get_or_none(id=bulk_id)
        if bulk is None or bulk.state not in (BulkState.RUNNING, BulkState.UNDOING):
            return
        actor, tag = await self._actor_of(bulk.by_id), await opened_tag(self._vault, bulk)
        if bulk.state is BulkState.RUNNING:
            await self._each(bulk, None, lambda item: self._do(actor, bulk, item, tag))
            await self._end(bulk, BulkState.RUNNING, BulkState.DONE)
        else:
            await self._each(bulk, DONE, lambda item: self._undo(actor, bulk, item, tag))
            await self._end(bulk, BulkState.UNDOING, BulkState.UNDONE)

    async def _each(
        self, bulk: BulkChange, mark: str | None, work: Callable[[BulkItem], Awaitable[None]]
    ) -> None:
        """All items that still bear `mark`, in order, with the card drawn after each batch."""
        while True:
            waiting = BulkItem.filter(bulk_id=bulk.id, outcome=mark).order_by("id")
            items = await waiting.limit(BATCH)
            if not items:
                return
            for item in items:
                await work(item)
            await self._draw(bulk)

    async def _do(
        self, actor: Actor | None, bulk: BulkChange, item: BulkItem, tag: str | None
    ) -> None:
        async def change(actor: Actor, before: dict[str, Any]) -> None:
            await self._change(actor, bulk, item.thread_id, tag, before)

        refused = await self._marked(actor, item, None, DONE, change)
        if refused is not None:
            await BulkItem.filter(id=item.id, outcome=None).update(outcome=refused)

    async def _undo(
        self, actor: Actor | None, bulk: BulkChange, item: BulkItem, tag: str | None
    ) -> None:
        async def change(actor: Actor, now: dict[str, Any]) -> None:
            if now["version"] != item.version_after:
                raise InvalidInput("thread", "changed")
            if bulk.change["verb"] == BulkVerb.TAG:
                if item.before["tagged"]:
                    await self._tagging.untag(actor, item.thread_id, [tag or ""])
            else:
                await self._changes.restore(actor, item.thread_id, item.before)

        refused = await self._marked(actor, item, DONE, UNDONE, change)
        if refused is not None:
            kept = f"{KEPT}{refused}"
            await BulkItem.filter(id=item.id, outcome=DONE).update(outcome=kept)

    async def _marked(
        self,
        actor: Actor | None,
        item: BulkItem,
        mark: str | None,
        after: str,
        change: Callable[[Actor, dict[str, Any]], Awaitable[None]],
    ) -> str | None:
        """Change one thread and its mark together; a code where it was refused."""
        if actor is None:
            return "gone"
        for _ in range(TRIES):
            try:
                async with transaction():
                    if await BulkItem.filter(id=item.id, outcome=mark).update(outcome=after):
                        await _unless_moved(actor, item, change, keep=after == DONE)
            except _Moved:
                continue
            except UserError as error:
                return code_of(error)
            return None
        return "busy"

    async def _change(
        self,
        actor: Actor,
        bulk: BulkChange,
        thread_id: int,
        tag: str | None,
        before: dict[str, Any],
    ) -> None:
        match BulkVerb(bulk.change["verb"]):
            case BulkVerb.ASSIGN:
                await self._changes.assign(actor, thread_id, bulk.change["to"])
            case BulkVerb.DONE:
                await self._changes.finish(actor, thread_id)
            case BulkVerb.RELEASE:
                await self._changes.release(actor, thread_id)
            case BulkVerb.SNOOZE:
                until = datetime.fromisoformat(bulk.change["until"])
                await self._changes.snooze(actor, thread_id, until)
            case BulkVerb.TAG:
                had = await ThreadTag.filter(thread_id=thread_id).count()
                await self._tagging.tag(actor, thread_id, [tag or ""])
                has = await ThreadTag.filter(thread_id=thread_id).count()
                before["tagged"] = has > had

    async def _end(self, bulk: BulkChange, before: BulkState, after: BulkState) -> None:
        """Compare-and-set: of two processes, one writes down the end."""
        now, counts = self._now(), await outcomes(bulk.id)
        fields: dict[str, Any] = {"state": after, "done": counts[DONE]}
        if after is BulkState.DONE:
            fields |= {"finished_at": now, "undo_until": now + UNDO_TIME}
        async with transaction():
            if await BulkChange.filter(id=bulk.id, state=before).update(**fields):
                await record(
                    bulk.organization_id,
                    f"bulk.{after.value}",
                    actor_id=bulk.by_id,
                    subject_kind="bulk",
                    subject_id=bulk.id,
                    at=now,
                    facts={"verb": bulk.change["verb"], "outcomes": dict(counts)},
                )
                await self._draw(bulk)

    async def _draw(self, bulk: BulkChange) -> None:
        await self._outbox.tell(
            bulk.organization_id,
            "bulk_card",
            {"bulk_id": bulk.id, "member_id": bulk.by_id},
            order_key=f"bulk:{bulk.id}",
            coalesce_key=f"bulk:{bulk.id}",
            at=self._now(),
        )


async def _unless_moved(
    actor: Actor,
    item: BulkItem,
    change: Callable[[Actor, dict[str, Any]], Awaitable[None]],
    *,
    keep: bool,
) -> None:
    """Change; `keep` how the thread was before and which version it has now.

    Raises _Moved where the thread was changed by somebody else in between.
    """
    before = await _state(item.thread_id)
    seen = int(before["version"])
    await change(actor, before)
    after = await _state(item.thread_id)
    if after["version"] not in (seen, seen + 1):
        raise _Moved
    if keep:
        del before["version"]
        await BulkItem.filter(id=item.id).update(before=before, version_after=after["version"])


async def _state(thread_id: int) -> dict[str, Any]:
    """What is put back when a change is undone: ids, codes and moments."""
    thread = await MailThread.get_or_none(id=thread_id)
    if thread is None:
        raise NotFound("thread")
    moments = {
        name: at.isoformat() if at is not None else None
        for name, at in (
            ("assigned_at", thread.assigned_at),
            ("finished_at", thread.finished_at),
            ("snoozed_until", thread.snoozed_until),
        )
    }
    return moments | {
        "version": thread.version,
        "state": thread.state.value,
        "assignee": thread.assignee_id,
        "waiting_reason": thread.waiting_reason,
    }


def code_of(error: UserError) -> str:
    """Why one thread was not changed, as it is stored and counted."""
    match error:
        case NotFound():
            return "gone"
        case NotAllowed():
            return "not_yours"
        case AlreadyAssigned():
            return "taken"
        case InvalidInput():
            return (error.hint or error.field)[:24]
        case _:
            return type(error).__name__.lower()[:24]
