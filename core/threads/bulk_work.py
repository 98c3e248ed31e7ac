"""The job of a bulk change: each thread in a transaction of its own, with its mark."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

from core.assignment.restoring import Before
from core.audit.log import record
from core.clock import Clock
from core.errors import AlreadyAssigned, InvalidInput, NotAllowed, NotFound, UserError
from core.mail.models import MailThread
from core.outbox.queue import Outbox
from core.people.views import Actor
from core.sealing import Vault
from core.threads.bulk_reading import BulkVerb
from core.threads.bulk_showing import DONE, KEPT, UNDONE, UNDONE_BUT, opened_tag, outcomes
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


class Restores(Protocol):
    async def restore(self, actor: Actor, thread_id: int, before: Before) -> str | None:
        """What became of it where it could not be as it was, as a code."""
        ...


class Tagging(Protocol):
    async def tag(self, actor: Actor, thread_id: int, names: Iterable[str]) -> None: ...

    async def untag(self, actor: Actor, thread_id: int, names: Iterable[str]) -> None: ...


Change = Callable[[Actor, MailThread], Awaitable[dict[str, Any]]]
"""Changes one thread; tells how it was before, as it is kept."""


class _Moved(Exception):
    """Somebody changed the thread between our look at it and our change."""


class BulkWork:
    def __init__(
        self,
        changes: Changes,
        restoring: Restores,
        tagging: Tagging,
        actor_of: Callable[[int], Awaitable[Actor | None]],
        vault: Vault,
        outbox: Outbox,
        now: Clock,
    ) -> None:
        self._changes = changes
        self._restoring = restoring
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
        async def change(actor: Actor, thread: MailThread) -> dict[str, Any]:
            before = await self._change(actor, bulk, thread, tag)
            if (await _thread(thread.id)).version == thread.version:
                raise InvalidInput("thread", "same")
            return before

        refused = await self._marked(actor, item, None, DONE, change)
        if refused is not None:
            await BulkItem.filter(id=item.id, outcome=None).update(outcome=refused)

    async def _undo(
        self, actor: Actor | None, bulk: BulkChange, item: BulkItem, tag: str | None
    ) -> None:
        async def change(actor: Actor, thread: MailThread) -> dict[str, Any]:
            if thread.version != item.version_after:
                raise InvalidInput("thread", "changed")
            if bulk.change["verb"] == BulkVerb.TAG:
                if item.before["tagged"]:
                    await self._tagging.untag(actor, item.thread_id, [tag or ""])
            else:
                before = Before.from_facts(item.before)
                became = await self._restoring.restore(actor, item.thread_id, before)
                if became is not None:
                    await BulkItem.filter(id=item.id).update(outcome=f"{UNDONE_BUT}{became}")
            return item.before

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
        change: Change,
    ) -> str | None:
        """Change one thread and its mark together; a code where it was refused."""
        if actor is None:
            return "gone"
        for _ in range(TRIES):
            try:
                async with transaction():
                    if await BulkItem.filter(id=item.id, outcome=mark).update(outcome=after):
                        await _unless_moved(actor, item, change)
            except _Moved:
                continue
            except UserError as error:
                return code_of(error)
            return None
        return "busy"

    async def _change(
        self, actor: Actor, bulk: BulkChange, thread: MailThread, tag: str | None
    ) -> dict[str, Any]:
        """How the thread was before."""
        thread_id, before = thread.id, Before.of(thread).as_facts()
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
        return before

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


async def _unless_moved(actor: Actor, item: BulkItem, change: Change) -> None:
    """Change; keep how the thread was before and which version it has now.

    Raises _Moved where the thread was changed by somebody else in between.
    """
    thread = await _thread(item.thread_id)
    before = await change(actor, thread)
    version = (await _thread(item.thread_id)).version
    if version not in (thread.version, thread.version + 1):
        raise _Moved
    await BulkItem.filter(id=item.id).update(before=before, version_after=version)


async def _thread(thread_id: int) -> MailThread:
    found = await MailThread.get_or_none(id=thread_id)
    if found is None:
        raise NotFound("thread")
    return found


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
