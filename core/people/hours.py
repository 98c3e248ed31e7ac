"""Members' working hours and absences: set by themselves, their leads and admins.

Postroom keeps that somebody is away and until when, never why: `sick` and `vacation` are
words people may say, and both are an absence.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from tortoise.expressions import Q

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput, NotAllowed, NotFound
from core.mailboxes.models import Mailbox, MailboxMember, MailboxState
from core.people.availability import HORIZON
from core.people.availability_rows import load_availability
from core.people.hour_views import AbsenceView, HoursView, PresenceView
from core.people.models import Absence, Member, MemberState, Organization
from core.people.names import Names
from core.people.public_holidays import Holidays
from core.people.scope import hold, member_of, require_admin
from core.people.spoken_hours import HoursSaid
from core.people.views import Actor
from core.people.week import Week
from core.people.zones import zone_named
from core.ports import JobQueue
from core.sealing import Vault
from core.transactions import transaction

MOST_ABSENCES = 50
"""Kept of one member."""
KEPT_FOR = HORIZON
"""After an absence has ended; nobody looks further back."""

HandBack = Callable[[datetime, int], Awaitable[object]]
"""Gets the moment and the member."""


class Hours:
    """Raise NotFound for somebody of elsewhere, NotAllowed("lead") for a colleague.

    `hand_back` gives back the unfinished threads of somebody who is no longer at work, as each
    mailbox chooses; it also runs by the clock.
    """

    def __init__(self, vault: Vault, now: Clock, *, jobs: JobQueue, hand_back: HandBack) -> None:
        self._names = Names(vault)
        self._now = now
        self._jobs = jobs
        self._hand_back = hand_back

    async def hours(self, actor: Actor, member_id: int) -> HoursView:
        member = await self._changeable(actor, member_id)
        now = self._now()
        async with transaction() as connection:
            known = (await load_availability(connection, [member_id]))[member_id]
            rows = await _not_ended(member_id, now)
        return HoursView(
            member_id=member_id,
            name=self._names.open(member_id, member.wrapped_key, member.sealed_name),
            week=str(known.week),
            timezone=known.zone.key,
            holidays=known.holidays.region,
            absences=tuple(AbsenceView(row.id, row.starts_at, row.ends_at) for row in rows),
            why_not=known.why_not(now),
            next_free=known.next_free(now),
        )

    async def set_hours(self, actor: Actor, member_id: int, said: HoursSaid) -> None:
        """What was not said stays. Raises InvalidInput: `week`, `timezone`, `holidays`."""
        member = await self._changeable(actor, member_id)
        changes = _placed(said)
        if said.week is not None:
            changes["week"] = str(Week.parse(said.week))
        if not changes:
            raise InvalidInput("week", "unread")
        async with transaction():
            await Member.filter(id=member_id).update(**changes)
            await self._record(actor, "member.hours", member, **changes)
            await self._look_again(member_id)

    async def away(
        self, actor: Actor, member_id: int, starts_at: datetime, ends_at: datetime | None
    ) -> None:
        """From now or later on; an end of None is not known yet.

        Said of now, it takes the place of what is so now; of a later day, of what was said
        of that day. Other absences stay. Raises InvalidInput("date", `past`),
        InvalidInput("absence", `many`).
        """
        member = await self._changeable(actor, member_id)
        now = self._now()
        starts_at = max(starts_at.astimezone(UTC), now)
        if ends_at is not None and ends_at <= starts_at:
            raise InvalidInput("date", "past")
        async with transaction():
            await hold(member.organization_id)
            await self._forget_old(member.organization_id, now)
            if starts_at == now:
                await self._end_present(member_id, now)
            else:
                await Absence.filter(member_id=member_id, starts_at=starts_at).delete()
            if await Absence.filter(member_id=member_id).count() >= MOST_ABSENCES:
                raise InvalidInput("absence", "many")
            row = await Absence.create(
                organization_id=member.organization_id,
                member_id=member_id,
                starts_at=starts_at,
                ends_at=ends_at,
                created_at=now,
            )
            await self._record(actor, "member.away", member, absence=row.id)
            await self._look_again(member_id)
        if starts_at == now:
            await self._hand_back(now, member_id)

    async def back(self, actor: Actor, member_id: int) -> None:
        """At once; what waits is looked at. Raises InvalidInput("absence", `not_away`)."""
        member = await self._changeable(actor, member_id)
        async with transaction():
            await hold(member.organization_id)
            if not await self._end_present(member_id, self._now()):
                raise InvalidInput("absence", "not_away")
            await self._record(actor, "member.back", member)
            await self._look_again(member_id)

    async def drop_absence(self, actor: Actor, member_id: int, absence_id: int) -> None:
        """It does not happen, or is over. Raises NotFound("absence")."""
        member = await self._changeable(actor, member_id)
        now = self._now()
        async with transaction():
            await hold(member.organization_id)
            row = await Absence.get_or_none(id=absence_id, member_id=member_id)
            if row is None or (row.ends_at is not None and row.ends_at <= now):
                raise NotFound("absence")
            if row.starts_at < now:
                await Absence.filter(id=row.id).update(ends_at=now)
            else:
                await row.delete()
            await self._record(actor, "member.absence_dropped", member, absence=absence_id)
            await self._look_again(member_id)

    async def availability(self, actor: Actor) -> tuple[PresenceView, ...]:
        """Who is at work: for an admin everybody who works a mailbox, for others colleagues."""
        places = MailboxMember.filter(member__organization_id=actor.organization_id)
        if not actor.is_admin:
            places = places.filter(mailbox_id__in=list(actor.mailboxes))
        led: dict[int, bool] = {}
        for member_id, mailbox_id in await places.values_list("member_id", "mailbox_id"):
            leads = actor.is_admin or mailbox_id in actor.leads
            led[member_id] = leads or led.get(member_id, False)
        now = self._now()
        members = Member.filter(id__in=list(led), state=MemberState.READY).order_by("id")
        async with transaction() as connection:
            rows = await members
            known = await load_availability(connection, [row.id for row in rows])
        found = []
        for row in rows:
            why_not = known[row.id].why_not(now)
            found.append(
                PresenceView(
                    member_id=row.id,
                    name=self._names.open(row.id, row.wrapped_key, row.sealed_name),
                    is_here=why_not is None,
                    until=known[row.id].next_free(now) if why_not else None,
                    why_not=why_not if led[row.id] or row.id == actor.member_id else None,
                )
            )
        return tuple(found)

    async def home(self, actor: Actor) -> HoursSaid:
        """The organization's zone and holidays: of whoever and whatever has none of its own."""
        here = await Organization.get(id=actor.organization_id)
        return HoursSaid(timezone=here.timezone, holidays=here.holidays)

    async def set_home(self, actor: Actor, said: HoursSaid) -> None:
        """For admins. Raises NotAllowed, InvalidInput: `timezone`, `holidays`."""
        require_admin(actor)
        changes = _placed(said)
        if not changes or said.week is not None:
            raise InvalidInput("timezone")
        async with transaction():
            await Organization.filter(id=actor.organization_id).update(**changes)
            await record(
                actor.organization_id,
                "organization.hours",
                actor_id=actor.member_id,
                subject_kind="organization",
                subject_id=actor.organization_id,
                at=self._now(),
                facts=dict(changes),
            )
            active = Mailbox.filter(
                organization_id=actor.organization_id, state=MailboxState.ACTIVE
            )
            await self._assign_waiting([row.id for row in await active.order_by("id")])

    async def _changeable(self, actor: Actor, member_id: int) -> Member:
        member = await member_of(actor, member_id)
        if actor.is_admin or member_id == actor.member_id:
            return member
        rows = MailboxMember.filter(member_id=member_id, mailbox_id__in=list(actor.mailboxes))
        shared = {row.mailbox_id for row in await rows}
        if not shared:
            raise NotFound("member")
        if not shared & actor.leads:
            raise NotAllowed("lead")
        return member

    async def _end_present(self, member_id: int, now: datetime) -> int:
        """Absences that are so now end now; how many."""
        present = Absence.filter(Q(ends_at=None) | Q(ends_at__gt=now), member_id=member_id)
        just_begun = await present.filter(starts_at=now).delete()
        return just_begun + await present.filter(starts_at__lt=now).update(ends_at=now)

    async def _forget_old(self, organization_id: int, now: datetime) -> None:
        old = Absence.filter(organization_id=organization_id, ends_at__lt=now - KEPT_FOR)
        await old.delete()

    async def _look_again(self, member_id: int) -> None:
        """Who can be given work has changed: look at what waits in their mailboxes."""
        places = MailboxMember.filter(
            member_id=member_id, mailbox__state=MailboxState.ACTIVE
        ).order_by("mailbox_id")
        await self._assign_waiting([place.mailbox_id for place in await places])

    async def _assign_waiting(self, mailbox_ids: Iterable[int]) -> None:
        for mailbox_id in mailbox_ids:
            await self._jobs.defer(
                "assign_waiting", {"mailbox_id": mailbox_id}, queueing_lock=f"assign:{mailbox_id}"
            )

    async def _record(self, actor: Actor, action: str, member: Member, **facts: object) -> None:
        await record(
            member.organization_id,
            action,
            actor_id=actor.member_id,
            subject_kind="member",
            subject_id=member.id,
            at=self._now(),
            facts=dict(facts),
        )


def _placed(said: HoursSaid) -> dict[str, str]:
    """The columns of the zone and the region that were said."""
    changes: dict[str, str] = {}
    if said.timezone is not None:
        changes["timezone"] = zone_named(said.timezone).key
    if said.holidays is not None:
        changes["holidays"] = Holidays.parse(said.holidays).region
    return changes


async def _not_ended(member_id: int, now: datetime) -> list[Absence]:
    rows = Absence.filter(Q(ends_at=None) | Q(ends_at__gt=now), member_id=member_id)
    return await rows.order_by("starts_at", "id")
