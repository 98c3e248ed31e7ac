"""Mailboxes: who works each one, how, and how it stands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput, NotFound
from core.mailboxes.folders import folder_views
from core.mailboxes.models import (
    Folder,
    FolderKind,
    Mailbox,
    MailboxMember,
    MailboxState,
    Strategy,
)
from core.mailboxes.overview import Overview
from core.mailboxes.schedule import start_working
from core.mailboxes.scope import mailbox_for_admin, mailbox_of
from core.mailboxes.texts import Texts
from core.mailboxes.views import FolderView, MailboxView, ProgressView
from core.people.models import Member, MemberState
from core.people.ports import PutsBack
from core.people.scope import hold
from core.people.views import Actor
from core.ports import JobQueue
from core.sealing import Vault
from core.threads.leaving import forget_people
from core.transactions import transaction


class Mailboxes:
    """Changes are for admins: NotFound for another's mailbox, else NotAllowed."""

    def __init__(self, vault: Vault, now: Clock, *, threads: PutsBack, jobs: JobQueue) -> None:
        self._vault = vault
        self._now = now
        self._threads = threads
        self._jobs = jobs
        self._overview = Overview(vault)

    async def mailboxes(self, actor: Actor) -> tuple[MailboxView, ...]:
        """For an admin all of the organization, for others those they work."""
        return await self._overview.mailboxes(actor)

    async def find(self, actor: Actor, text: str) -> int:
        """By address or what stands before its `@`.

        Raises NotFound, or InvalidInput("mailbox") whose hint is how many it could be.
        """
        return await self._overview.find(actor, text)

    async def progress(self, mailbox_id: int) -> ProgressView:
        """For the progress card; whom it is shown to is decided when it is queued."""
        return await self._overview.progress(mailbox_id)

    async def followed(self, actor: Actor, mailbox_id: int) -> tuple[FolderView, ...]:
        """The folders as they are known here; `Onboarding.folders` asks Microsoft."""
        mailbox = await mailbox_of(actor, mailbox_id)
        return await folder_views(await Texts.of(self._vault, mailbox.organization_id), mailbox.id)

    async def pause(self, actor: Actor, mailbox_id: int) -> None:
        """Raises InvalidInput("mailbox") unless it is active."""
        mailbox = await mailbox_for_admin(actor, mailbox_id)
        async with transaction():
            await self._move(mailbox, MailboxState.ACTIVE, MailboxState.PAUSED)
            await self._record(actor, "mailbox.paused", mailbox)

    async def resume(self, actor: Actor, mailbox_id: int) -> None:
        """Raises InvalidInput("mailbox") unless it is paused."""
        mailbox = await mailbox_for_admin(actor, mailbox_id)
        async with transaction():
            await self._move(mailbox, MailboxState.PAUSED, MailboxState.ACTIVE)
            await self._record(actor, "mailbox.resumed", mailbox)
            await start_working(self._jobs, mailbox_id)

    async def set_people(
        self,
        actor: Actor,
        mailbox_id: int,
        member_ids: Collection[int],
        leads: Collection[int] = (),
    ) -> None:
        """Exactly these work the mailbox; whoever no longer does gets their threads put back.

        Raises InvalidInput("people") for nobody, NotFound for a member of elsewhere.
        """
        mailbox = await mailbox_for_admin(actor, mailbox_id)
        wanted = set(member_ids) | set(leads)
        if not wanted:
            raise InvalidInput("people")
        async with transaction():
            await hold(actor.organization_id)
            here = Member.filter(organization_id=actor.organization_id, id__in=list(wanted))
            if await here.exclude(state=MemberState.LEFT).count() != len(wanted):
                raise NotFound("member")
            gone = await self._let_go(mailbox_id, wanted)
            rows = [
                MailboxMember(mailbox_id=mailbox_id, member_id=i, is_lead=i in leads)
                for i in sorted(wanted)
            ]
            await MailboxMember.bulk_create(
                rows, on_conflict=["mailbox_id", "member_id"], update_fields=["is_lead"]
            )
            await self._record(
                actor,
                "mailbox.people",
                mailbox,
                people=sorted(wanted),
                leads=sorted(set(leads)),
                gone=gone,
            )
            if mailbox.state is MailboxState.ACTIVE:
                await self._jobs.defer(
                    "assign_waiting",
                    {"mailbox_id": mailbox_id},
                    queueing_lock=f"assign:{mailbox_id}",
                )

    async def set_strategy(self, actor: Actor, mailbox_id: int, strategy: Strategy) -> None:
        mailbox = await mailbox_for_admin(actor, mailbox_id)
        async with transaction():
            await Mailbox.filter(id=mailbox_id).update(strategy=strategy)
            await self._record(actor, "mailbox.strategy", mailbox, strategy=strategy)

    async def set_live_from(
        self, actor: Actor, mailbox_id: int, live_from: datetime | None
    ) -> None:
        """Mail from before it is never assigned; None: from the beginning.

        Fixed once the mailbox is under work: raises InvalidInput("mailbox") then, and
        InvalidInput("live_from") for a moment to come or without a zone.
        """
        mailbox = await mailbox_for_admin(actor, mailbox_id)
        if live_from is not None and (live_from.tzinfo is None or live_from > self._now()):
            raise InvalidInput("live_from")
        before = (MailboxState.ONBOARDING, MailboxState.WAITING_FOR_MICROSOFT)
        async with transaction():
            onboarding = Mailbox.filter(id=mailbox_id, state__in=before)
            if not await onboarding.update(live_from=live_from):
                raise InvalidInput("mailbox", mailbox.state)
            await self._record(actor, "mailbox.live_from", mailbox)

    async def set_folders(self, actor: Actor, mailbox_id: int, folder_ids: Collection[int]) -> None:
        """Follow exactly these, and Sent Items, where answers are found.

        Raises InvalidInput("folders") for none to receive in, NotFound for another's folder.
        """
        mailbox = await mailbox_for_admin(actor, mailbox_id)
        there = Folder.filter(mailbox_id=mailbox_id, gone_at=None)
        chosen = await there.filter(id__in=list(folder_ids))
        if len(chosen) != len(set(folder_ids)):
            raise NotFound("folder")
        if all(folder.kind is FolderKind.SENT for folder in chosen):
            raise InvalidInput("folders")
        ids = [folder.id for folder in chosen]
        async with transaction():
            await (
                there.filter(followed=True)
                .exclude(kind=FolderKind.SENT)
                .exclude(id__in=ids)
                .update(followed=False)
            )
            await there.filter(id__in=ids).update(followed=True)
            await there.filter(kind=FolderKind.SENT).update(followed=True)
            await self._record(actor, "mailbox.folders", mailbox, folders=sorted(ids))
            if mailbox.state is MailboxState.ACTIVE:
                await start_working(self._jobs, mailbox_id)

    async def _let_go(self, mailbox_id: int, wanted: set[int]) -> list[int]:
        before = await MailboxMember.filter(mailbox_id=mailbox_id).values_list(
            "member_id", flat=True
        )
        gone = sorted(set(map(int, map(str, before))) - wanted)
        await forget_people(gone, mailbox_id)
        for member_id in gone:
            # Threads first: whoever gives threads writes places after they locked threads.
            await self._threads.put_back(member_id, "not_of_mailbox", mailbox_id)
            await MailboxMember.filter(mailbox_id=mailbox_id, member_id=member_id).delete()
        return gone

    async def _move(self, mailbox: Mailbox, old: MailboxState, new: MailboxState) -> None:
        due = self._now() if new is MailboxState.ACTIVE else None
        if not await Mailbox.filter(id=mailbox.id, state=old).update(state=new, sync_due_at=due):
            raise InvalidInput("mailbox", mailbox.state)

    async def _record(self, actor: Actor, action: str, mailbox: Mailbox, **facts: object) -> None:
        await record(
            mailbox.organization_id,
            action,
            actor_id=actor.member_id,
            subject_kind="mailbox",
            subject_id=mailbox.id,
            at=self._now(),
            facts=dict(facts),
        )
