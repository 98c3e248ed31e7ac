"""Destroying what was collected of an offboarded mailbox, in bounded batches.

Destroyed: subjects, categories, who wrote, the keys of people who wrote to no other mailbox,
notes, who follows a thread and who has it open, then messages, threads with their events,
decisions and warnings, folders, and what people made for the mailbox: who works it, its
channel, tags, targets, rules with all their versions and trials, teams, reply texts. Cards
that show a thread are redrawn blank before it goes. Kept: the mailbox's number, its consents
(who, when, which scopes; no tokens) and audit entries.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from tortoise.expressions import F, Q
from tortoise.models import Model

from core.audit.log import record
from core.audit.models import AuditEntry
from core.clock import Clock
from core.mail.models import Correspondent, MailMessage, MailThread, ThreadState
from core.mailboxes.models import (
    Folder,
    Mailbox,
    MailboxChannel,
    MailboxMember,
    MailboxState,
    SignIn,
    Subscription,
)
from core.outbox.models import OutboxMessage, OutboxState, PostedThread
from core.outbox.queue import Outbox
from core.ports import JobQueue
from core.rules.models import ReplyMark, ReplyText, Rule, RuleTrial, Team
from core.threads.models import Follower, Note, Presence, Tag, Target, ThreadTag
from core.transactions import transaction

MESSAGES = 500
THREADS = 200
"""Rows changed or deleted in one transaction."""

PAUSE = timedelta(minutes=1)
"""Before looking again whether cards have been redrawn and subscriptions are gone."""


_TELLING: tuple[type[Model], ...] = (Note, Follower, Presence, ThreadTag, ReplyMark)
"""What people left with a thread, and the replies that were sent in it."""
_MADE_FOR_IT: tuple[type[Model], ...] = (
    Folder,
    MailboxMember,
    MailboxChannel,
    SignIn,
    Target,
    Tag,
    RuleTrial,
    Rule,
    Team,
    ReplyText,
)


class Purge:
    def __init__(self, now: Clock, jobs: JobQueue, outbox: Outbox) -> None:
        self._now = now
        self._outbox = outbox
        self._jobs = jobs

    async def run(self, mailbox_id: int) -> None:
        """One batch, then the next is queued: the `purge_mailbox` job. Safe to repeat."""
        mailbox = await Mailbox.get_or_none(id=mailbox_id, state=MailboxState.OFFBOARDED)
        if mailbox is None or mailbox.sealed_address is not None:
            return
        async with transaction():
            if await self._blank_messages(mailbox_id) or await self._blank_threads(mailbox):
                await self._again(mailbox_id)
            elif await self._unfinished(mailbox_id):
                await self._again(mailbox_id, PAUSE)
            elif await self._delete(mailbox_id):
                await self._again(mailbox_id)
            else:
                await self._finish(mailbox)

    async def _blank_messages(self, mailbox_id: int) -> bool:
        telling = Q(
            Q(sealed_subject__isnull=False),
            Q(sealed_categories__isnull=False),
            Q(correspondent_id__isnull=False),
            Q(sender_id__isnull=False),
            join_type=Q.OR,
        )
        rows = await _batch(MailMessage.filter(telling, mailbox_id=mailbox_id), MESSAGES)
        if not rows:
            return False
        await MailMessage.filter(id__in=list(rows)).update(
            sealed_subject=None, sealed_categories=None, correspondent_id=None, sender_id=None
        )
        await _destroy_unknown(rows.values())
        return True

    async def _blank_threads(self, mailbox: Mailbox) -> bool:
        telling = Q(
            Q(sealed_subject__isnull=False),
            Q(correspondent_id__isnull=False),
            Q(assignee_id__isnull=False),
            join_type=Q.OR,
        )
        rows = await _batch(MailThread.filter(telling, mailbox_id=mailbox.id), THREADS)
        if not rows:
            return False
        await MailThread.filter(id__in=list(rows)).update(
            sealed_subject=None,
            correspondent_id=None,
            assignee_id=None,
            state=ThreadState.DONE,
            version=F("version") + 1,
        )
        for model in _TELLING:
            await model.filter(thread_id__in=list(rows)).delete()
        await _destroy_unknown(rows.values())
        shown: Any = PostedThread.filter(thread_id__in=list(rows)).distinct()
        for thread_id in await shown.values_list("thread_id", flat=True):
            await self._outbox.redraw(mailbox.organization_id, int(str(thread_id)), at=self._now())
        return True

    async def _unfinished(self, mailbox_id: int) -> bool:
        """Cards are still to be redrawn, or subscriptions to be ended at Graph."""
        if await Subscription.exists(folder__mailbox_id=mailbox_id):
            return True
        threads = await _batch(MailThread.filter(mailbox_id=mailbox_id), THREADS)
        return await OutboxMessage.exists(
            order_key__in=[f"thread:{thread_id}" for thread_id in threads],
            state__in=(OutboxState.DUE, OutboxState.SENDING),
        )

    async def _delete(self, mailbox_id: int) -> bool:
        """Messages of the oldest threads first; those threads once they have none."""
        threads = list(await _batch(MailThread.filter(mailbox_id=mailbox_id), THREADS))
        if not threads:
            return False
        messages = list(await _batch(MailMessage.filter(thread_id__in=threads), MESSAGES))
        if messages:
            await MailMessage.filter(id__in=messages).delete()
        else:
            await MailThread.filter(id__in=threads).delete()
        return True

    async def _finish(self, mailbox: Mailbox) -> None:
        if await AuditEntry.exists(subject_id=mailbox.id, action="mailbox.purged"):
            return
        for model in _MADE_FOR_IT:
            await model.filter(mailbox_id=mailbox.id).delete()
        await record(
            mailbox.organization_id,
            "mailbox.purged",
            actor_id=None,
            subject_kind="mailbox",
            subject_id=mailbox.id,
            at=self._now(),
        )

    async def _again(self, mailbox_id: int, delay: timedelta = timedelta(0)) -> None:
        await self._jobs.defer(
            "purge_mailbox",
            {"mailbox_id": mailbox_id},
            lock=f"mailbox:{mailbox_id}",
            queueing_lock=f"purge_mailbox:{mailbox_id}",
            due_at=self._now() + delay,
        )


async def _batch(rows: Any, size: int) -> dict[int, int | None]:
    """The first `size` rows: id → correspondent id."""
    found = await rows.order_by("id").limit(size).values_list("id", "correspondent_id")
    return dict(found)


async def _destroy_unknown(candidates: Collection[int | None]) -> None:
    """Delete, key and all, those of the correspondents whom no mailbox knows any more."""
    ids = {correspondent_id for correspondent_id in candidates if correspondent_id is not None}
    if not ids:
        return
    for model in (MailThread, MailMessage):
        rows: Any = model.filter(correspondent_id__in=list(ids)).distinct()
        ids -= set(await rows.values_list("correspondent_id", flat=True))
    await Correspondent.filter(id__in=list(ids)).delete()
