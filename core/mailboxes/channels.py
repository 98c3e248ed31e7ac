"""Where a mailbox's rules speak to all: its Teams channel or group chat, chosen by its leads."""

from __future__ import annotations

from tortoise.expressions import Q

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput, NotFound
from core.mail.models import MailThread
from core.mailboxes.channel_views import ChannelNews, ChannelPlace
from core.mailboxes.models import Mailbox, MailboxChannel, MailboxState
from core.mailboxes.scope import mailbox_for_lead
from core.people.models import Member, Organization
from core.people.names import Names
from core.people.views import Actor
from core.rules.models import Rule
from core.sealing import Vault
from core.transactions import transaction


class Channels:
    """Changes are for leads of the mailbox and admins: NotFound for another's mailbox."""

    def __init__(self, vault: Vault, now: Clock) -> None:
        self._names = Names(vault)
        self._now = now

    async def choose(self, actor: Actor, mailbox_id: int, place: ChannelPlace) -> None:
        """From now on the mailbox speaks there, and nowhere else."""
        mailbox = await _mailbox(actor, mailbox_id)
        chosen = {
            "service_url": place.service_url,
            "conversation_id": place.conversation_id,
            "team_id": place.team_id,
            "bot_id": place.bot_id,
            "added_by_id": actor.member_id,
            "added_at": self._now(),
        }
        async with transaction():
            await MailboxChannel.update_or_create(
                {"organization_id": mailbox.organization_id, **chosen}, mailbox_id=mailbox_id
            )
            await self._record(mailbox, "mailbox.channel_chosen", actor.member_id)

    async def drop(self, actor: Actor, mailbox_id: int, place: ChannelPlace) -> None:
        """InvalidInput("channel", "not_here") where the mailbox does not speak there."""
        mailbox = await _mailbox(actor, mailbox_id)
        there = MailboxChannel.filter(mailbox_id=mailbox_id, conversation_id=place.conversation_id)
        async with transaction():
            if not await there.delete():
                raise InvalidInput("channel", "not_here")
            await self._record(mailbox, "mailbox.channel_dropped", actor.member_id)

    async def left(self, place: ChannelPlace) -> None:
        """The bot was taken out of the conversation, or of the team that it is in."""
        there = Q(conversation_id=place.conversation_id)
        if place.team_id:
            there |= Q(team_id=place.team_id)
        for row in await MailboxChannel.filter(
            there, organization__tenant_id=place.tenant_id
        ).select_related("mailbox"):
            await self._forget(row)

    async def refused(self, mailbox_id: int, place: ChannelPlace) -> None:
        """Teams takes nothing for that place any more."""
        row = await MailboxChannel.get_or_none(
            mailbox_id=mailbox_id, conversation_id=place.conversation_id
        ).select_related("mailbox")
        if row is not None:
            await self._forget(row)

    async def news(self, mailbox_id: int, thread_id: int, rule_id: int) -> ChannelNews:
        """As things stand now. NotFound where the mailbox speaks nowhere, or the thread is gone."""
        row = await MailboxChannel.get_or_none(mailbox_id=mailbox_id)
        thread = await MailThread.get_or_none(id=thread_id, mailbox_id=mailbox_id)
        if row is None or thread is None:
            raise NotFound("channel")
        organization = await Organization.get(id=row.organization_id)
        rule = await Rule.get_or_none(id=rule_id, mailbox_id=mailbox_id)
        assignee = None
        if thread.assignee_id is not None:
            assignee = await Member.get(id=thread.assignee_id)
        place = ChannelPlace(
            row.service_url, row.conversation_id, row.bot_id, row.team_id, organization.tenant_id
        )
        return ChannelNews(
            row.organization_id,
            place,
            thread.id,
            thread.state,
            None if rule is None else rule.number,
            thread.assignee_id,
            None if assignee is None else self._name(assignee),
        )

    def _name(self, member: Member) -> str:
        return self._names.open(member.id, member.wrapped_key, member.sealed_name)

    async def _forget(self, row: MailboxChannel) -> None:
        async with transaction():
            if await MailboxChannel.filter(id=row.id, conversation_id=row.conversation_id).delete():
                await self._record(row.mailbox, "mailbox.channel_lost", None)

    async def _record(self, mailbox: Mailbox, action: str, actor_id: int | None) -> None:
        await record(
            mailbox.organization_id,
            action,
            actor_id=actor_id,
            subject_kind="mailbox",
            subject_id=mailbox.id,
            at=self._now(),
        )


async def _mailbox(actor: Actor, mailbox_id: int) -> Mailbox:
    mailbox = await mailbox_for_lead(actor, mailbox_id)
    if mailbox.state is MailboxState.OFFBOARDED:
        raise NotFound("mailbox")
    return mailbox
