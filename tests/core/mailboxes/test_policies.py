"""How a mailbox hands out its threads: who may set what, and what may be set."""

from __future__ import annotations

import pytest
import pytest_asyncio

from core.audit.models import AuditEntry
from core.errors import InvalidInput, NotAllowed, NotFound
from core.mailboxes.models import HandBack, Mailbox, MailboxMember, Sticky, Strategy
from core.mailboxes.policies import Policies
from core.threads.models import MemberSkill, Tag
from tests import factories
from tests.core.mailboxes.fakes import FakeJobs

ADDRESS = "help@contoso.example"


class Office:
    """Lea leads the mailbox and Bob works it; Cy does neither."""

    def __init__(self, vault, clock) -> None:
        self.vault, self.jobs = vault, FakeJobs()
        self.policies = Policies(vault, clock, jobs=self.jobs)

    async def open(self) -> Office:
        home = await factories.organization(self.vault, timezone="Europe/Berlin", holidays="DE")
        elsewhere = await factories.organization(self.vault)
        make = factories.member
        self.ada = await make(self.vault, home, "Ada Admin", is_admin=True)
        self.lea = await make(self.vault, home, "Lea Lead")
        self.bob = await make(self.vault, home, "Bob Martin")
        self.cy = await make(self.vault, home, "Cy Other")
        self.eve = await make(self.vault, elsewhere, "Eve Elsewhere", is_admin=True)
        self.mailbox = await factories.mailbox(self.vault, home, ADDRESS)
        await factories.works(self.mailbox, self.lea, is_lead=True)
        await factories.works(self.mailbox, self.bob)
        return self

    async def change(self, by=None, **change) -> None:
        actor = await factories.actor(by or self.lea)
        await self.policies.change(actor, self.mailbox.id, change)

    async def view(self, by=None):
        return await self.policies.policy(await factories.actor(by or self.bob), self.mailbox.id)

    async def lead(self):
        return await factories.actor(self.lea)


@pytest_asyncio.fixture
async def office(any_database: str, vault, clock) -> Office:
    return await Office(vault, clock).open()


async def test_a_new_mailbox_is_shown_with_what_it_begins_with(office):
    view = await office.view()

    assert (view.mailbox, view.strategy, view.capacity) == (ADDRESS, Strategy.LOAD_BALANCED, None)
    assert (view.week, view.timezone, view.holidays) == ("", "Europe/Berlin", "DE")
    assert [(p.name, p.is_lead, p.in_pool, p.weight) for p in view.people] == [
        ("Lea Lead", True, True, 1),
        ("Bob Martin", False, True, 1),
    ]


@pytest.mark.parametrize("by", ["ada", "lea"])
async def test_admins_and_leads_set_all_of_it(office, by):
    await office.change(
        getattr(office, by),
        strategy=Strategy.WEIGHTED,
        capacity=12,
        counts_effort=True,
        fair_share=False,
        sticky=Sticky.WITHIN_HOURS,
        sticky_hours=8,
        sticky_sender_days=14,
        hand_back=HandBack.COLLEAGUE,
        hand_back_to_id=office.bob.id,
        week="Mon-Fri 9-17",
        timezone="america/new_york",
        holidays="us-ca",
    )

    view = await office.view()
    assert (view.strategy, view.capacity, view.counts_effort, view.fair_share) == (
        Strategy.WEIGHTED,
        12,
        True,
        False,
    )
    assert (view.sticky, view.sticky_hours, view.sticky_sender_days) == (
        Sticky.WITHIN_HOURS,
        8,
        14,
    )
    assert (view.hand_back, view.hand_back_to_id) == (HandBack.COLLEAGUE, office.bob.id)
    assert (view.week, view.timezone, view.holidays) == (
        "mon-fri 09:00-17:00",
        "America/New_York",
        "US-CA",
    )
    for job in ("assign_waiting", "renew_deadlines"):
        assert office.jobs.of(job) == [{"mailbox_id": office.mailbox.id}]


async def test_what_stays_as_it_is_is_no_change(office):
    await office.change(capacity=12)
    await office.change(capacity=12, strategy=Strategy.LOAD_BALANCED)

    entries = await AuditEntry.all()
    assert [(entry.action, entry.facts) for entry in entries] == [
        ("mailbox.policy", {"capacity": 12})
    ]


async def test_no_limit_and_no_days_can_be_set_again(office):
    await office.change(capacity=12, sticky_sender_days=3)
    await office.change(capacity=None, sticky_sender_days=None)

    view = await office.view()
    assert (view.capacity, view.sticky_sender_days) == (None, None)


async def test_a_colleague_is_forgotten_when_threads_no_longer_go_to_them(office):
    await office.change(hand_back=HandBack.COLLEAGUE, hand_back_to_id=office.bob.id)
    await office.change(hand_back=HandBack.POOL)

    assert (await office.view()).hand_back_to_id is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"capacity": 0}, "capacity"),
        ({"capacity": 1001}, "capacity"),
        ({"sticky_hours": 0}, "sticky_hours"),
        ({"sticky_sender_days": 0}, "sticky_sender_days"),
        ({"hand_back": HandBack.COLLEAGUE}, "hand_back"),
        ({"hand_back": HandBack.COLLEAGUE, "hand_back_to_id": 999_999}, "hand_back"),
        ({"hand_back_to_id": 1}, "hand_back"),
        ({"week": "now and then"}, "week"),
        ({"timezone": "Mars/X"}, "timezone"),
        ({"holidays": "XX"}, "holidays"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_changes(office, change, field):
    with pytest.raises(InvalidInput) as refused:
        await office.change(strategy=Strategy.PULL, **change)

    assert refused.value.field == field
    assert (await office.view()).strategy is Strategy.LOAD_BALANCED


async def test_members_may_look_and_others_find_nothing(office):
    with pytest.raises(NotAllowed) as member:
        await office.change(office.bob, capacity=1)
    for stranger in (office.cy, office.eve):
        with pytest.raises(NotFound):
            await office.change(stranger, capacity=1)
        with pytest.raises(NotFound):
            await office.view(stranger)

    assert member.value.needs == "lead"
    assert (await Mailbox.get(id=office.mailbox.id)).capacity is None


async def test_weights_are_set_for_those_who_are_named(office):
    await office.policies.set_weights(await office.lead(), office.mailbox.id, {office.bob.id: 3})

    assert [person.weight for person in (await office.view()).people] == [1, 3]


@pytest.mark.parametrize("weight", [0, 101])
async def test_a_weight_has_limits(office, weight):
    with pytest.raises(InvalidInput) as refused:
        await office.policies.set_weights(
            await office.lead(), office.mailbox.id, {office.lea.id: 2, office.bob.id: weight}
        )

    assert refused.value.field == "weight"
    assert [person.weight for person in (await office.view()).people] == [1, 1]


async def test_somebody_of_elsewhere_gets_no_weight_and_no_skill(office):
    lead, mailbox_id = await office.lead(), office.mailbox.id
    for refused in (
        office.policies.set_weights(lead, mailbox_id, {office.cy.id: 2}),
        office.policies.set_skills(lead, mailbox_id, office.cy.id, ["Invoice"]),
        office.policies.set_pool(lead, mailbox_id, [office.cy.id]),
    ):
        with pytest.raises(InvalidInput) as error:
            await refused
        assert error.value.hint == "not_in_mailbox"


async def test_the_pool_is_exactly_who_is_named(office):
    lead, mailbox_id = await office.lead(), office.mailbox.id

    await office.policies.set_pool(lead, mailbox_id, [office.bob.id])
    await office.policies.set_pool(lead, mailbox_id, [office.bob.id])

    assert [person.in_pool for person in (await office.view()).people] == [False, True]
    assert await AuditEntry.filter(action="mailbox.pool").count() == 1


async def test_skills_are_tags_by_name_however_they_are_written(office):
    lead, mailbox_id = await office.lead(), office.mailbox.id

    await office.policies.set_skills(lead, mailbox_id, office.bob.id, ["Invoice", "Returns"])
    await office.policies.set_skills(lead, mailbox_id, office.lea.id, ["INVOICE", "invoice"])
    await office.policies.set_skills(lead, mailbox_id, office.bob.id, ["Returns", "Billing"])

    lea, bob = (await office.view()).people
    assert (lea.skills, bob.skills) == (("Invoice",), ("Billing", "Returns"))
    assert await Tag.all().count() == 3
    await office.policies.set_skills(lead, mailbox_id, office.bob.id, [])
    assert await MemberSkill.all().count() == 1


async def test_a_person_opts_out_and_in_for_themselves(office):
    bob, mailbox_id = await factories.actor(office.bob), office.mailbox.id

    await office.policies.opt(bob, mailbox_id, out=True)
    assert [person.opted_out for person in (await office.view()).people] == [False, True]
    await office.policies.opt(bob, mailbox_id, out=False)

    assert not await MailboxMember.filter(opted_out=True).exists()
    assert [entry.action for entry in await AuditEntry.all().order_by("id")] == [
        "mailbox.opted_out",
        "mailbox.opted_in",
    ]


async def test_an_admin_who_does_not_work_it_has_nothing_to_opt_out_of(office):
    with pytest.raises(NotFound):
        await office.policies.opt(await factories.actor(office.ada), office.mailbox.id, out=True)
