"""Giving a mailbox up: consent ends at once, what is left at Microsoft and here by jobs."""

from __future__ import annotations

import secrets

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput
from core.mailboxes.grants import to_undo
from core.mailboxes.ledger import revoke_all
from core.mailboxes.models import Grant, Mailbox, MailboxChannel, MailboxState
from core.mailboxes.scope import mailbox_for_admin
from core.mailboxes.subscriptions import RENEWAL
from core.mailboxes.views import OffboardView
from core.people.views import Actor
from core.ports import JobQueue
from core.transactions import transaction


class Offboarding:
    def __init__(self, now: Clock, jobs: JobQueue) -> None:
        self._now = now
        self._jobs = jobs

    async def offboard(self, actor: Actor, mailbox_id: int, *, purge: bool) -> OffboardView:
        """Revoke, destroy tokens, stop the sync; keep or purge what was collected.

        With `purge` the address goes at once and the rest in batches. What Postroom cannot
        take back at Microsoft by itself is named for a person to do. Asked again, it can
        still purge what was kept; else InvalidInput("mailbox", "offboarded").
        """
        mailbox = await mailbox_for_admin(actor, mailbox_id)
        last = (
            await Grant.filter(mailbox_id=mailbox_id, granted_at__isnull=False)
            .order_by("-id")
            .first()
        )
        at = self._now()
        async with transaction():
            working = Mailbox.filter(id=mailbox_id).exclude(state=MailboxState.OFFBOARDED)
            ended = await working.update(state=MailboxState.OFFBOARDED, sync_due_at=None)
            purging = purge and await self._forget_address(mailbox_id)
            if not ended and not purging:
                raise InvalidInput("mailbox", "offboarded")
            await MailboxChannel.filter(mailbox_id=mailbox_id).delete()
            await revoke_all(mailbox_id, at, "offboarded", by=actor.member_id)
            await record(
                mailbox.organization_id,
                "mailbox.offboarded",
                actor_id=actor.member_id,
                subject_kind="mailbox",
                subject_id=mailbox_id,
                at=at,
                facts={"purge": purging},
            )
            await self._queue("drop_subscriptions", mailbox_id, RENEWAL)
            if purging:
                await self._queue("purge_mailbox", mailbox_id, f"mailbox:{mailbox_id}")
        return OffboardView(mailbox_id, purging, (to_undo(last.kind),) if last else ())

    async def _forget_address(self, mailbox_id: int) -> bool:
        """So that the same address, onboarded anew, shares nothing with what is purged."""
        known = Mailbox.filter(id=mailbox_id, sealed_address__isnull=False)
        return bool(await known.update(sealed_address=None, address_hash=secrets.token_hex(16)))

    async def _queue(self, task: str, mailbox_id: int, lock: str) -> None:
        await self._jobs.defer(
            task,
            {"mailbox_id": mailbox_id},
            lock=lock,
            queueing_lock=f"{task}:{mailbox_id}",
        )
