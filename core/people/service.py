"""People: who works with Postroom, what they may, and where each can be reached."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput, NotFound
from core.mailboxes.models import MailboxState
from core.outbox.queue import Outbox
from core.people.arrivals import ensure_member, ensure_organization, make_ready
from core.people.departures import Departures
from core.people.directory import Directory
from core.people.models import Member, Reference
from core.people.names import Names
from core.people.ports import PutsBack
from core.people.scope import guid, hold, is_last_admin, member_of, require_admin
from core.people.views import Actor, Conversation, PersonView, ReferenceView
from core.ports import JobQueue
from core.sealing import Vault
from core.transactions import transaction


class Role(StrEnum):
    """Rights in the whole organization; who leads is said for each mailbox."""

    ADMIN = "admin"
    PRIVACY_OFFICER = "privacy_officer"


class People:
    """`first_admins` are the Entra object ids that the settings name as administrators."""

    def __init__(
        self,
        vault: Vault,
        now: Clock,
        first_admins: frozenset[str],
        *,
        threads: PutsBack,
        outbox: Outbox,
        jobs: JobQueue,
    ) -> None:
        self._now = now
        self._names = Names(vault)
        self._directory = Directory(self._names)
        self._departures = Departures(now, threads, outbox)
        self._first_admins = frozenset(guid(entra_id, "first_admins") for entra_id in first_admins)
        self._jobs = jobs

    async def arrive(
        self,
        tenant_id: str,
        entra_id: str,
        *,
        name: str | None = None,
        address: str | None = None,
        teams_id: str | None = None,
        reference: Conversation | None = None,
    ) -> Actor:
        """Somebody of a tenant spoke or installed the app; all facts from the signed activity.

        With the reference of a 1:1 conversation they are READY. Whoever is named in the
        settings becomes admin, also after another admin took that right away: the settings
        outrank the chat.
        """
        tenant_id, entra_id = guid(tenant_id, "tenant"), guid(entra_id, "person")
        at = self._now()
        async with transaction():
            organization = await ensure_organization(tenant_id, at)
            member = await ensure_member(organization.id, entra_id, at)
            await self._write(member, name, address, teams_id)
            if entra_id in self._first_admins and not member.is_admin:
                await Member.filter(id=member.id).update(is_admin=True)
                await self._record(None, "member.admin_by_settings", member)
            if reference is not None and await make_ready(member, reference, at):
                await self._assign_waiting(member)
            actor = await self.actor_of(member.id)
            assert actor is not None
        return actor

    async def actor(self, tenant_id: str, entra_id: str) -> Actor | None:
        """Who that is, in one query; None for a stranger or somebody who left."""
        return await self._directory.actor(tenant_id, entra_id)

    async def actor_of(self, member_id: int) -> Actor | None:
        return await self._directory.actor_of(member_id)

    async def invite(
        self, actor: Actor, entra_id: str, teams_id: str | None, name: str, address: str
    ) -> int:
        """Add somebody from a team's roster or a mention; the member's id. Harmless if repeated.

        Raises NotAllowed, InvalidInput("person").
        """
        require_admin(actor)
        entra_id = guid(entra_id, "person")
        async with transaction():
            member = await ensure_member(actor.organization_id, entra_id, self._now())
            await self._write(member, name, address, teams_id)
            await self._record(actor, "member.invited", member)
        return int(member.id)

    async def people(self, actor: Actor) -> tuple[PersonView, ...]:
        """Everybody who has not left, for an admin; for others those they share a mailbox with."""
        return await self._directory.people(actor)

    async def find(self, actor: Actor, text: str) -> PersonView:
        """By first name, full name or address, without regard to case and diacritics.

        Raises InvalidInput("member") whose hint is how many it could be.
        """
        return await self._directory.find(actor, text)

    async def set_role(self, actor: Actor, member_id: int, role: str, on: bool) -> None:
        """Raises NotAllowed, NotFound, InvalidInput (`role`, or `member`: the last admin)."""
        require_admin(actor)
        if role not in frozenset(Role):
            raise InvalidInput("role")
        column = "is_admin" if role == Role.ADMIN else "is_privacy_officer"
        async with transaction():
            await hold(actor.organization_id)
            member = await member_of(actor, member_id)
            if not on and role == Role.ADMIN and await is_last_admin(member):
                raise InvalidInput("member", "last_admin")
            if await Member.filter(id=member.id, **{column: not on}).update(**{column: on}):
                await self._record(actor, "member.role", member, role=role, on=on)

    async def remove(self, actor: Actor, member_id: int) -> None:
        """Raises NotAllowed, NotFound, InvalidInput (the last admin)."""
        require_admin(actor)
        member = await member_of(actor, member_id)
        await self._departures.leave(member, actor.member_id)

    async def unreachable(self, member_id: int, code: str) -> None:
        """Teams said that the member cannot be written to; `code` is its word for why."""
        member = await Member.get_or_none(id=member_id)
        if member is not None:
            await self._departures.unreachable(member, code)

    async def uninstalled(self, tenant_id: str, entra_id: str) -> None:
        """The person took the bot away."""
        member = await Member.get_or_none(organization__tenant_id=tenant_id, entra_id=entra_id)
        if member is not None:
            await Reference.filter(member_id=member.id).delete()
            await self._departures.unreachable(member, "uninstalled")

    async def reference(self, member_id: int) -> ReferenceView:
        """Where to write to the member. Raises NotFound("reference")."""
        row = await Reference.get_or_none(member_id=member_id).select_related("organization")
        if row is None:
            raise NotFound("reference")
        return ReferenceView(
            member_id=member_id,
            service_url=row.service_url,
            conversation_id=row.conversation_id,
            tenant_id=row.organization.tenant_id,
            bot_id=row.bot_id,
            user_id=row.user_id,
        )

    async def names(self, member_ids: Collection[int]) -> dict[int, str]:
        """Names by member id, of those who left as well."""
        return await self._directory.names(member_ids)

    async def _write(
        self, member: Member, name: str | None, address: str | None, teams_id: str | None
    ) -> None:
        changed = self._names.write(member, name=name, address=address)
        if teams_id and teams_id != member.teams_id:
            member.teams_id = teams_id
            changed.append("teams_id")
        if changed:
            await member.save(update_fields=changed)

    async def _assign_waiting(self, member: Member) -> None:
        """Somebody can be given work again: look at what waits in their mailboxes."""
        mailboxes = await Member.filter(
            id=member.id, mailbox_members__mailbox__state=MailboxState.ACTIVE
        ).values_list("mailbox_members__mailbox_id", flat=True)
        for mailbox_id in mailboxes:
            await self._jobs.defer(
                "assign_waiting",
                {"mailbox_id": int(str(mailbox_id))},
                queueing_lock=f"assign:{mailbox_id}",
            )

    async def _record(
        self, actor: Actor | None, action: str, member: Member, **facts: object
    ) -> None:
        await record(
            member.organization_id,
            action,
            actor_id=None if actor is None else actor.member_id,
            subject_kind="member",
            subject_id=member.id,
            at=self._now(),
            facts=dict(facts),
        )
