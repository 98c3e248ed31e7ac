"""Tags as people use them: put on, taken off, listed, and weighed by leads."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput, NotFound
from core.mail.models import MailThread
from core.mailboxes.models import Mailbox
from core.mailboxes.scope import mailbox_for_lead, mailbox_of
from core.outbox.queue import Outbox
from core.people.views import Actor
from core.sealing import Vault
from core.threads.due import renew
from core.threads.models import Tag, ThreadTag
from core.threads.scope import changing
from core.threads.tags import (
    HEAVIEST,
    TagView,
    add_tags,
    known_tag_ids,
    remove_tags,
    set_effort,
    tag_ids,
    tags_of_mailbox,
)
from core.threads.write_back import queue_categories
from core.transactions import transaction

MOST_TAGS = 20
"""On one thread."""


class Tags:
    def __init__(self, vault: Vault, outbox: Outbox, now: Clock) -> None:
        self._vault = vault
        self._outbox = outbox
        self._now = now

    async def tag(self, actor: Actor, thread_id: int, names: Iterable[str]) -> None:
        """Put tags on; those that are missing are made. Raises InvalidInput("tag")."""
        await self.change(actor, thread_id, names, ())

    async def untag(self, actor: Actor, thread_id: int, names: Iterable[str]) -> None:
        """Take tags off. Raises InvalidInput("tag", "unknown_tag") for a name of none."""
        await self.change(actor, thread_id, (), names)

    async def change(
        self, actor: Actor, thread_id: int, put_on: Iterable[str], take_off: Iterable[str]
    ) -> None:
        """Put some on and take others off, at once."""
        take_off = tuple(take_off)
        async with transaction() as connection:
            thread = await changing(actor, thread_id)
            mailbox = await Mailbox.get(id=thread.mailbox_id)
            on = await tag_ids(connection, mailbox, put_on, self._vault, self._now())
            off = await known_tag_ids(connection, mailbox, take_off, self._vault)
            if len(off) < len(set(take_off)):
                raise InvalidInput("tag", "unknown_tag")
            await self._change(connection, actor, thread, set(on.values()), set(off.values()))

    async def tags(self, actor: Actor, mailbox_id: int) -> tuple[TagView, ...]:
        """All tags of a mailbox, for its people and for admins."""
        await mailbox_of(actor, mailbox_id)
        return await tags_of_mailbox(get_connection("default"), self._vault, mailbox_id)

    async def weigh(self, actor: Actor, mailbox_id: int, name: str, weight: int) -> None:
        """Say how much work a thread with this tag is, in ordinary threads: leads do.

        Raises NotFound, NotAllowed("lead"), InvalidInput("tag_weight" | "tag").
        """
        if not 1 <= weight <= HEAVIEST:
            raise InvalidInput("tag_weight")
        mailbox = await mailbox_for_lead(actor, mailbox_id)
        async with transaction() as connection:
            ids = await known_tag_ids(connection, mailbox, [name], self._vault)
            if not ids:
                raise NotFound("tag")
            tag_id = ids[name]
            await Tag.filter(id=tag_id).update(weight=weight)
            threads = await ThreadTag.filter(tag_id=tag_id).values_list("thread_id", flat=True)
            await set_effort(connection, [int(str(thread)) for thread in threads])
            await record(
                mailbox.organization_id,
                "tag.weighed",
                actor_id=actor.member_id,
                subject_kind="mailbox",
                subject_id=mailbox_id,
                at=self._now(),
                facts={"tag": tag_id, "weight": weight},
            )

    async def _change(
        self,
        connection: BaseDBAsyncClient,
        actor: Actor,
        thread: MailThread,
        put_on: Collection[int],
        take_off: Collection[int],
    ) -> None:
        await add_tags(connection, {thread.id: sorted(put_on)})
        await remove_tags(connection, {thread.id: sorted(take_off)})
        if await ThreadTag.filter(thread_id=thread.id).count() > MOST_TAGS:
            raise InvalidInput("tag", "many_tags")
        await renew(connection, thread.mailbox_id, [thread.id])
        now = self._now()
        for action, tags in (("thread.tagged", put_on), ("thread.untagged", take_off)):
            if tags:
                await self._audit(actor, action, thread, {"tags": sorted(tags)}, now)
        await queue_categories(connection, thread.mailbox_id, [thread.id], now)
        await self._outbox.redraw(thread.organization_id, thread.id, at=now)

    async def _audit(
        self,
        actor: Actor,
        action: str,
        thread: MailThread,
        facts: dict[str, list[int]],
        at: datetime,
    ) -> None:
        await record(
            thread.organization_id,
            action,
            actor_id=actor.member_id,
            subject_kind="thread",
            subject_id=thread.id,
            at=at,
            facts=dict(facts),
        )
