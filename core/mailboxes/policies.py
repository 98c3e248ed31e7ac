"""How a mailbox hands out its threads: set by its leads and by admins, and shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput, NotFound
from core.mailboxes.models import Mailbox, MailboxMember, MailboxState
from core.mailboxes.policy_checks import MOST_SKILLS, checked, in_limits
from core.mailboxes.policy_views import PolicyChange, PolicyPersonView, PolicyView
from core.mailboxes.scope import mailbox_for_lead, mailbox_of
from core.mailboxes.texts import Texts
from core.people.models import Organization
from core.people.names import Names
from core.people.views import Actor
from core.ports import JobQueue
from core.sealing import Vault
from core.threads.due import renew_later
from core.threads.models import MemberSkill
from core.threads.tags import tag_ids, views
from core.transactions import transaction


class Policies:
    """Raise NotFound for another's mailbox, NotAllowed("lead") for who may only look."""

    def __init__(self, vault: Vault, now: Clock, *, jobs: JobQueue) -> None:
        self._vault = vault
        self._names = Names(vault)
        self._now = now
        self._jobs = jobs

    async def policy(self, actor: Actor, mailbox_id: int) -> PolicyView:
        mailbox = await mailbox_of(actor, mailbox_id)
        owner = await Organization.get(id=mailbox.organization_id)
        texts = await Texts.of(self._vault, mailbox.organization_id)
        return PolicyView(
            mailbox_id=mailbox.id,
            mailbox=texts.address(mailbox),
            strategy=mailbox.strategy,
            capacity=mailbox.capacity,
            counts_effort=mailbox.counts_effort,
            fair_share=mailbox.fair_share,
            sticky=mailbox.sticky,
            sticky_hours=mailbox.sticky_hours,
            sticky_sender_days=mailbox.sticky_sender_days,
            hand_back=mailbox.hand_back,
            hand_back_to_id=mailbox.hand_back_to_id,
            week=mailbox.week,
            timezone=mailbox.timezone or owner.timezone,
            holidays=owner.holidays if mailbox.holidays is None else mailbox.holidays,
            people=await self._people(mailbox_id),
        )

    async def change(self, actor: Actor, mailbox_id: int, change: PolicyChange) -> None:
        """Raises InvalidInput by the name of what cannot be."""
        mailbox = await mailbox_for_lead(actor, mailbox_id)
        async with transaction():
            places = MailboxMember.filter(mailbox_id=mailbox_id)
            people = {place.member_id for place in await places}
            kept = checked(change, people)
            now_so = await Mailbox.get(id=mailbox_id)
            new = {field: value for field, value in kept.items() if getattr(now_so, field) != value}
            if new:
                await Mailbox.filter(id=mailbox_id).update(**new)
                await self._changed(actor, "mailbox.policy", mailbox, **new)
            if new.keys() & {"week", "timezone", "holidays"}:
                await renew_later(self._jobs, mailbox_id)

    async def set_weights(self, actor: Actor, mailbox_id: int, weights: Mapping[int, int]) -> None:
        """Shares by member id; others keep theirs. Raises InvalidInput: `weight`, `member`."""
        mailbox = await mailbox_for_lead(actor, mailbox_id)
        async with transaction():
            for member_id, weight in weights.items():
                await self._set(mailbox_id, member_id, weight=in_limits("weight", weight))
            shares = {str(member_id): weight for member_id, weight in weights.items()}
            await self._changed(actor, "mailbox.weights", mailbox, weights=shares)

    async def set_pool(self, actor: Actor, mailbox_id: int, member_ids: Collection[int]) -> None:
        """Exactly these are given work. Raises InvalidInput("member", `not_in_mailbox`)."""
        mailbox = await mailbox_for_lead(actor, mailbox_id)
        wanted = set(member_ids)
        async with transaction():
            rows = await MailboxMember.filter(mailbox_id=mailbox_id)
            if wanted - {row.member_id for row in rows}:
                raise InvalidInput("member", "not_in_mailbox")
            changed = [row for row in rows if row.in_pool != (row.member_id in wanted)]
            for row in changed:
                await MailboxMember.filter(id=row.id).update(in_pool=not row.in_pool)
            if changed:
                await self._changed(actor, "mailbox.pool", mailbox, pool=sorted(wanted))

    async def set_skills(
        self, actor: Actor, mailbox_id: int, member_id: int, names: Collection[str]
    ) -> None:
        """Exactly these tags; those there were not are made.

        Raises InvalidInput: `tag`, `skills` (too many), `member`.
        """
        mailbox = await mailbox_for_lead(actor, mailbox_id)
        if len(names) > MOST_SKILLS:
            raise InvalidInput("skills")
        async with transaction() as connection:
            place = await self._place(mailbox_id, member_id)
            found = await tag_ids(connection, mailbox, names, self._vault, self._now())
            ids = sorted(set(found.values()))
            await MemberSkill.filter(place_id=place.id).exclude(tag_id__in=ids).delete()
            rows = [MemberSkill(place_id=place.id, tag_id=tag_id) for tag_id in ids]
            await MemberSkill.bulk_create(rows, ignore_conflicts=True)
            await self._changed(actor, "mailbox.skills", mailbox, member=member_id, tags=ids)

    async def opt(self, actor: Actor, mailbox_id: int, *, out: bool) -> None:
        """The actor asks not to be given work there, or to be given it again.

        Raises NotFound for a mailbox they do not work.
        """
        mailbox = await mailbox_of(actor, mailbox_id)
        if mailbox_id not in actor.mailboxes:
            raise NotFound("mailbox")
        async with transaction():
            await self._set(mailbox_id, actor.member_id, opted_out=out)
            action = "mailbox.opted_out" if out else "mailbox.opted_in"
            await self._changed(actor, action, mailbox)

    async def _people(self, mailbox_id: int) -> tuple[PolicyPersonView, ...]:
        places = MailboxMember.filter(mailbox_id=mailbox_id).select_related("member")
        rows = await places.order_by("member_id")
        skills: defaultdict[int, list[int]] = defaultdict(list)
        for skill in await MemberSkill.filter(place__mailbox_id=mailbox_id):
            skills[skill.place_id].append(skill.tag_id)
        async with transaction() as connection:
            tags = await views(connection, self._vault, {i for ids in skills.values() for i in ids})
        return tuple(
            PolicyPersonView(
                member_id=row.member_id,
                name=self._names.open(
                    row.member_id, row.member.wrapped_key, row.member.sealed_name
                ),
                is_lead=row.is_lead,
                in_pool=row.in_pool,
                opted_out=row.opted_out,
                weight=row.weight,
                skills=tuple(sorted(tags[i].name for i in skills[row.id])),
            )
            for row in rows
        )

    async def _place(self, mailbox_id: int, member_id: int) -> MailboxMember:
        place = await MailboxMember.get_or_none(mailbox_id=mailbox_id, member_id=member_id)
        if place is None:
            raise InvalidInput("member", "not_in_mailbox")
        return place

    async def _set(self, mailbox_id: int, member_id: int, **columns: object) -> None:
        place = await self._place(mailbox_id, member_id)
        await MailboxMember.filter(id=place.id).update(**columns)

    async def _changed(self, actor: Actor, action: str, mailbox: Mailbox, **facts: object) -> None:
        """Keep who changed what, and look at what waits: somebody may be free for it now."""
        await record(
            mailbox.organization_id,
            action,
            actor_id=actor.member_id,
            subject_kind="mailbox",
            subject_id=mailbox.id,
            at=self._now(),
            facts=dict(facts),
        )
        if mailbox.state is MailboxState.ACTIVE:
            await self._jobs.defer(
                "assign_waiting",
                {"mailbox_id": mailbox.id},
                queueing_lock=f"assign:{mailbox.id}",
            )
