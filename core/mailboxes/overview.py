"""How mailboxes stand: what is open, who works them, how far a first sync is. Only reads."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tortoise.functions import Count

from core.errors import InvalidInput, NotFound
from core.mail.models import MailMessage, MailThread, ThreadState
from core.mailboxes.models import Folder, Grant, Mailbox, MailboxMember, MailboxState
from core.mailboxes.texts import Texts
from core.mailboxes.views import MailboxPersonView, MailboxView, ProgressView
from core.people.models import Member, MemberState
from core.people.names import Names
from core.people.views import Actor
from core.sealing import Vault


class Overview:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._names = Names(vault)

    async def mailboxes(self, actor: Actor) -> tuple[MailboxView, ...]:
        rows = await self._visible(actor)
        ids = [row.id for row in rows]
        texts = await Texts.of(self._vault, actor.organization_id)
        grants = await Grant.filter(mailbox_id__in=ids).order_by("id")
        asked = {grant.mailbox_id: grant.kind for grant in grants}
        given = (g for g in grants if g.granted_at is not None and g.revoked_at is None)
        kinds = {grant.mailbox_id: grant.kind for grant in given}
        live = MailThread.filter(mailbox_id__in=ids, state=ThreadState.OPEN, is_history=False)
        open_threads = await _count(live, "mailbox_id")
        unassigned = await _count(live.filter(assignee_id=None), "mailbox_id")
        people = await self._people(ids)
        return tuple(
            MailboxView(
                mailbox_id=row.id,
                address=texts.address(row),
                state=row.state,
                strategy=row.strategy,
                kind=kinds.get(row.id),
                asked_kind=asked.get(row.id),
                live_from=row.live_from,
                synced_at=row.synced_at,
                open_threads=open_threads.get(row.id, 0),
                unassigned=unassigned.get(row.id, 0),
                people=tuple(people[row.id]),
            )
            for row in rows
        )

    async def find(self, actor: Actor, text: str) -> int:
        wanted = text.strip().casefold()
        texts = await Texts.of(self._vault, actor.organization_id)
        addresses = {row.id: texts.address(row) for row in await self._visible(actor)}
        whole = [i for i, address in addresses.items() if address == wanted]
        local = [i for i, address in addresses.items() if address.partition("@")[0] == wanted]
        found = whole or local
        if not found:
            raise NotFound("mailbox")
        if len(found) > 1:
            raise InvalidInput("mailbox", str(len(found)))
        return int(found[0])

    async def progress(self, mailbox_id: int) -> ProgressView:
        mailbox = await Mailbox.get_or_none(id=mailbox_id)
        if mailbox is None:
            raise NotFound("mailbox")
        texts = await Texts.of(self._vault, mailbox.organization_id)
        followed = Folder.filter(mailbox_id=mailbox_id, followed=True, gone_at=None)
        threads = MailThread.filter(mailbox_id=mailbox_id)
        live = threads.filter(state=ThreadState.OPEN, is_history=False)
        each = await _count(live.filter(assignee_id__isnull=False), "assignee_id")
        return ProgressView(
            mailbox_id=mailbox_id,
            mailbox=texts.address(mailbox),
            folders_done=await followed.filter(first_round_done=True).count(),
            folders=await followed.count(),
            messages=await MailMessage.filter(mailbox_id=mailbox_id).count(),
            skipped=sum(folder.skipped for folder in await followed),
            threads=await threads.count(),
            assigned=sum(each.values()),
            waiting=await live.filter(assignee_id=None).count(),
            is_finished=mailbox.first_synced_at is not None,
            people=await self._open_threads(each),
            named=tuple(sorted(each)),
        )

    async def _visible(self, actor: Actor) -> list[Mailbox]:
        """Not those whose address was purged: there is nothing left to show."""
        rows = Mailbox.filter(organization_id=actor.organization_id, sealed_address__isnull=False)
        if not actor.is_admin:
            rows = rows.filter(id__in=actor.mailboxes).exclude(state=MailboxState.OFFBOARDED)
        return await rows.order_by("id")

    async def _people(self, mailbox_ids: list[int]) -> dict[int, list[MailboxPersonView]]:
        rows = await MailboxMember.filter(mailbox_id__in=mailbox_ids).select_related("member")
        people: dict[int, list[MailboxPersonView]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.member_id):
            member = row.member
            name = self._names.open(member.id, member.wrapped_key, member.sealed_name)
            is_ready = member.state is MemberState.READY
            people[row.mailbox_id].append(MailboxPersonView(member.id, name, row.is_lead, is_ready))
        return people

    async def _open_threads(self, each: dict[int, int]) -> tuple[tuple[str, int], ...]:
        members = await Member.filter(id__in=list(each)).order_by("id")
        return tuple(
            (self._names.open(member.id, member.wrapped_key, member.sealed_name), each[member.id])
            for member in members
        )


async def _count(rows: Any, column: str) -> dict[int, int]:
    counted = await rows.annotate(n=Count("id")).group_by(column).values_list(column, "n")
    return dict(counted)
