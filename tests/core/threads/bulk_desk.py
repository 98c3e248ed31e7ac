"""A mailbox whose threads are changed in bulk, over rows; a cap and an absence can refuse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tortoise.expressions import F

from core.assignment.restoring import Before
from core.errors import InvalidInput, NotFound
from core.mail.models import MailThread, ThreadState
from core.mailboxes.models import Mailbox
from core.outbox.queue import Outbox
from core.people.models import Organization
from core.people.views import Actor
from core.sealing import Vault
from core.threads.bulk import BulkChanges
from core.threads.bulk_views import BulkOrder, BulkView
from core.threads.bulk_work import BulkWork
from core.threads.models import BulkItem, ThreadTag
from core.threads.tags import add_tags, remove_tags, tag_ids
from core.transactions import transaction
from tests import factories
from tests.clock import SettableClock
from tests.core.mailboxes.fakes import FakeJobs


class Killed(BaseException):
    """The process died here."""


@dataclass
class RowChanges:
    """Changes rows as the service does: a version more each time, all or nothing."""

    vault: Vault
    clock: SettableClock
    cap: int | None = None
    dies_after: int | None = None
    done: list[int] = field(default_factory=list)

    async def assign(self, actor: Actor, thread_id: int, to_member_id: int) -> None:
        await self._has_room(to_member_id)
        await self._set(thread_id, assignee_id=to_member_id)

    async def finish(self, actor: Actor, thread_id: int) -> None:
        await self._set(thread_id, state=ThreadState.DONE, finished_at=self.clock())

    async def release(self, actor: Actor, thread_id: int) -> None:
        await self._set(thread_id, assignee_id=None, waiting_reason="released")

    async def snooze(self, actor: Actor, thread_id: int, until: datetime) -> None:
        await self._set(thread_id, state=ThreadState.SNOOZED, snoozed_until=until)

    async def restore(self, actor: Actor, thread_id: int, before: Before) -> str | None:
        owner, waits = before.assignee_id, before.waiting_reason
        try:
            if owner is not None:
                await self._has_room(owner)
        except InvalidInput:
            owner, waits = None, "nobody_free"
        await self._set(
            thread_id,
            state=before.state,
            assignee_id=owner,
            waiting_reason=waits,
            finished_at=None,
            snoozed_until=None,
        )
        return None if owner == before.assignee_id else waits

    async def tag(self, actor: Actor, thread_id: int, names: Iterable[str]) -> None:
        async with transaction() as connection:
            thread = await MailThread.get(id=thread_id)
            mailbox = await Mailbox.get(id=thread.mailbox_id)
            ids = await tag_ids(connection, mailbox, names, self.vault, self.clock())
            await add_tags(connection, {thread_id: list(ids.values())})
            await self._set(thread_id)

    async def untag(self, actor: Actor, thread_id: int, names: Iterable[str]) -> None:
        async with transaction() as connection:
            tags = await ThreadTag.filter(thread_id=thread_id).values_list("tag_id", flat=True)
            await remove_tags(connection, {thread_id: [int(str(tag)) for tag in tags]})
            await self._set(thread_id)

    async def _has_room(self, member_id: int) -> None:
        theirs = await MailThread.filter(assignee_id=member_id, state=ThreadState.OPEN).count()
        if self.cap is not None and theirs >= self.cap:
            raise InvalidInput("member", "full")

    async def _set(self, thread_id: int, **fields: Any) -> None:
        if not await MailThread.filter(id=thread_id).update(version=F("version") + 1, **fields):
            raise NotFound("thread")
        self.done.append(thread_id)
        if self.dies_after is not None and len(self.done) > self.dies_after:
            raise Killed


@dataclass
class BulkDesk:
    vault: Vault
    clock: SettableClock
    organization: Organization
    mailbox: Mailbox
    ada: Actor
    bo: Actor
    lead: Actor
    stranger: Actor
    changes: RowChanges
    jobs: FakeJobs = field(default_factory=FakeJobs)

    def __post_init__(self) -> None:
        self.bulk = BulkChanges(self.vault, self.clock, jobs=self.jobs)
        self.work = self.worker()

    def worker(self) -> BulkWork:
        """One process's."""
        people = {a.member_id: a for a in (self.ada, self.bo, self.lead, self.stranger)}

        async def actor_of(member_id: int) -> Actor | None:
            return people.get(member_id)

        outbox = Outbox(self.jobs)
        return BulkWork(
            self.changes, self.changes, self.changes, actor_of, self.vault, outbox, self.clock
        )

    async def threads(self, count: int, address: str | None = None, **more: Any) -> list[int]:
        sender = await factories.correspondent(self.vault, self.organization, address)
        made = [
            await factories.thread(self.vault, self.mailbox, sender, **more) for _ in range(count)
        ]
        return [thread.id for thread in made]

    async def do(self, actor: Actor, order: BulkOrder) -> BulkView:
        """Counted, begun, and run to its end."""
        view = await self.bulk.preview(actor, order)
        await self.bulk.begin(actor, view.bulk_id)
        await self.work.run(view.bulk_id)
        return await self.bulk.show(actor, view.bulk_id)

    async def undo(self, actor: Actor, bulk_id: int | None = None) -> BulkView:
        view = await self.bulk.undo(actor, bulk_id)
        await self.work.run(view.bulk_id)
        return await self.bulk.show(actor, view.bulk_id)

    async def counted(self, actor: Actor, order: BulkOrder) -> list[int]:
        view = await self.bulk.preview(actor, order)
        found = BulkItem.filter(bulk_id=view.bulk_id).order_by("id")
        return [int(str(i)) for i in await found.values_list("thread_id", flat=True)]


async def a_bulk_desk(vault: Vault, clock: SettableClock) -> BulkDesk:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization)
    actors = []
    for name, lead in (("Ada", False), ("Bo", False), ("Lee", True)):
        person = await factories.member(vault, organization, name)
        await factories.works(mailbox, person, is_lead=lead)
        actors.append(await factories.actor(person))
    stranger = await factories.actor(await factories.member(vault, organization, "Mal"))
    changes = RowChanges(vault, clock)
    return BulkDesk(vault, clock, organization, mailbox, *actors, stranger, changes)
