"""Reports over the mailboxes of whoever asks, and over no others."""

from __future__ import annotations

from datetime import datetime

from core.clock import Clock
from core.database import reports_connection
from core.errors import NotFound
from core.mailboxes.models import Mailbox, MailboxMember, MailboxState
from core.people.models import Member, Organization
from core.people.views import Actor
from core.reports import counts, figures
from core.reports.counts import Counted
from core.reports.periods import period_of, zone_of
from core.reports.views import Gap, MailboxFreshness, MemberFigures, ReportView
from core.sealing import Vault

_GAPS = {
    MailboxState.ONBOARDING: Gap.ONBOARDING,
    MailboxState.WAITING_FOR_MICROSOFT: Gap.ONBOARDING,
    MailboxState.PAUSED: Gap.PAUSED,
    MailboxState.NEEDS_CONSENT: Gap.NEEDS_CONSENT,
    MailboxState.OFFBOARDED: Gap.OFFBOARDED,
}


class Reports:
    """Answers what people ask about figures. Changes nothing."""

    def __init__(self, vault: Vault, now: Clock) -> None:
        self._vault = vault
        self._now = now

    async def overview(
        self, actor: Actor, text: str = "", mailbox_id: int | None = None
    ) -> ReportView:
        """Figures of a period, named in words, over the actor's mailboxes or one of them.

        Raises InvalidInput("period"), and NotFound for a mailbox that is not the actor's.
        """
        now = self._now()
        organization = await Organization.get(id=actor.organization_id)
        period = period_of(text, now, zone_of(organization.timezone))
        mailboxes = await self._mailboxes(actor, organization, mailbox_id, now)
        ids = [mailbox.mailbox_id for mailbox in mailboxes]
        seen = [mailbox.mailbox_id for mailbox in mailboxes if mailbox.answers_seen]
        led = actor.leads.intersection(ids)
        async with reports_connection() as connection:
            counted = await counts.count(
                connection, ids, period, now, answers_seen_in=seen, led=sorted(led)
            )
        members = await self._members(actor, led, counted)
        return figures.report(
            counted,
            period,
            mailboxes,
            members,
            led=led,
            mailbox=None if mailbox_id is None else mailboxes[0].address,
        )

    async def _mailboxes(
        self, actor: Actor, organization: Organization, mailbox_id: int | None, now: datetime
    ) -> tuple[MailboxFreshness, ...]:
        wanted = actor.mailboxes if mailbox_id is None else actor.mailboxes & {mailbox_id}
        found = await Mailbox.filter(id__in=wanted, organization_id=actor.organization_id).order_by(
            "id"
        )
        if mailbox_id is not None and not found:
            raise NotFound("mailbox")
        return tuple(self._freshness(mailbox, organization, now) for mailbox in found)

    def _freshness(
        self, mailbox: Mailbox, organization: Organization, now: datetime
    ) -> MailboxFreshness:
        address = self._vault.open(
            organization.wrapped_key, b"organization.mailbox_address", mailbox.sealed_address
        )
        first = Gap.FIRST_SYNC if mailbox.first_synced_at is None else Gap.NONE
        return MailboxFreshness(
            mailbox_id=mailbox.id,
            address=address or "",
            state=mailbox.state,
            gap=_GAPS.get(mailbox.state, first),
            synced_at=mailbox.synced_at,
            age=None if mailbox.synced_at is None else now - mailbox.synced_at,
            answers_seen=mailbox.answers_seen,
        )

    async def _members(
        self, actor: Actor, led: frozenset[int], counted: Counted
    ) -> tuple[MemberFigures, ...]:
        """By name; the people of the mailboxes that the actor leads with nothing to show too."""
        each = figures.per_member(counted, led=led, reader_id=actor.member_id)
        people = set(each)
        if led:
            of_mailboxes = MailboxMember.filter(mailbox_id__in=led)
            people |= {int(str(i)) for i in await of_mailboxes.values_list("member_id", flat=True)}
        rows = await Member.filter(
            id__in=people, organization_id=actor.organization_id
        ).values_list("id", "wrapped_key", "sealed_name")
        members = [
            MemberFigures(
                member_id,
                self._vault.open(wrapped, b"member.name", sealed) or f"#{member_id}",
                *each.get(member_id, (0, 0)),
            )
            for member_id, wrapped, sealed in rows
        ]
        return tuple(sorted(members, key=lambda one: (one.name.casefold(), one.member_id)))
