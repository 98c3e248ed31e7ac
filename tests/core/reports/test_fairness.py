"""How evenly work was given out, of each mailbox, to its leads alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.assignment.models import Decision
from core.assignment.service import Assignments
from core.mail.models import EventKind, ThreadEvent
from core.mailboxes.models import Mailbox, MailboxMember, Strategy
from core.outbox.queue import Outbox
from core.people.models import Absence, Member, MemberState, Organization
from core.reports.service import Reports
from core.reports.views import LedFigures, NoFairness
from core.sealing import Vault
from tests import factories
from tests.clock import MONDAY_MORNING, SettableClock
from tests.core.mail.feeds import FakeJobs

HOUR = timedelta(hours=1)
NOW = MONDAY_MORNING
EARLIER = NOW - 30 * HOUR


class Office:
    """Lea leads help@, out of its pool; Ada and Bo are given its work."""

    def __init__(self, vault: Vault, clock: SettableClock) -> None:
        self.vault = vault
        self.reports = Reports(vault, clock)

    async def open(self) -> None:
        self.organization: Organization = await factories.organization(self.vault)
        self.mailbox: Mailbox = await factories.mailbox(self.vault, self.organization)
        self.lea, self.ada, self.bo = [
            await factories.member(self.vault, self.organization) for _ in range(3)
        ]
        await factories.works(self.mailbox, self.lea, is_lead=True, in_pool=False)
        await factories.works(self.mailbox, self.ada)
        await factories.works(self.mailbox, self.bo)
        self.sender = await factories.correspondent(self.vault, self.organization)

    async def gave(
        self,
        who: Member,
        count: int,
        kind: EventKind = EventKind.ASSIGNED,
        *,
        at: datetime = EARLIER,
        effort: int = 1,
        code: str | None = None,
    ) -> None:
        """Events of a thread; with a code, each has its decision beside it."""
        thread = await factories.thread(self.vault, self.mailbox, self.sender, effort=effort)
        for n in range(count):
            moment = at + n * timedelta(seconds=1)
            await ThreadEvent.create(
                organization_id=self.organization.id,
                mailbox_id=self.mailbox.id,
                thread_id=thread.id,
                kind=kind,
                at=moment,
                member_id=who.id,
            )
            if code is not None:
                await Decision.create(
                    organization_id=self.organization.id,
                    thread_id=thread.id,
                    at=moment,
                    code=code,
                    member_id=who.id,
                )

    async def led(self, who: Member | None = None, text: str = "") -> tuple[LedFigures, ...]:
        actor = await factories.actor(who or self.lea)
        return (await self.reports.overview(actor, text)).led


@pytest.fixture
async def office(any_database: str, vault: Vault, clock: SettableClock) -> Office:
    office = Office(vault, clock)
    await office.open()
    return office


async def test_an_index_of_what_each_was_given_counted_by_hand(office: Office):
    await office.gave(office.ada, 12, code="fewest_open")
    await office.gave(office.bo, 4, code="same_thread")

    (box,) = await office.led()

    assert (box.people, box.given, box.no_fairness) == (2, 16, None)
    assert box.fairness == pytest.approx((12 + 4) ** 2 / (2 * (12**2 + 4**2)))  # 0.8


async def test_what_people_decide_is_not_counted(office: Office):
    for person in (office.ada, office.bo):
        await office.gave(person, 5, code="by_rule")
    await office.gave(office.ada, 9, EventKind.TAKEN)
    for code in ("by_hand", "restored", "in_outlook"):
        await office.gave(office.ada, 9, code=code)

    (box,) = await office.led()

    assert (box.given, box.fairness) == (10, 1)


async def test_a_thread_passed_on_by_a_lead_is_known_from_one_that_was_given(
    office: Office, clock: SettableClock
):
    thread = await factories.thread(office.vault, office.mailbox, office.sender)
    assignments = Assignments(Outbox(FakeJobs()), clock)

    await assignments.assign(await factories.actor(office.lea), thread.id, office.ada.id)

    assert await ThreadEvent.filter(kind=EventKind.ASSIGNED).count() == 1
    assert [box.given for box in await office.led()] == [0]


async def test_only_the_period_counts_its_end_not_among_it(office: Office):
    start = datetime(2026, 2, 23, tzinfo=NOW.tzinfo)
    end = datetime(2026, 3, 2, tzinfo=NOW.tzinfo)
    for at in (start - timedelta(seconds=1), start, end - timedelta(seconds=1), end):
        await office.gave(office.ada, 1, at=at)

    assert [box.given for box in await office.led(text="last week")] == [2]


async def test_who_got_nothing_counts_and_who_could_not_be_given_work_does_not(office: Office):
    await office.gave(office.ada, 15)
    (box,) = await office.led()
    assert box.fairness == 0.5

    cy, di, ed, flo = [
        await factories.member(office.vault, office.organization, state=state)
        for state in (MemberState.READY, MemberState.READY, MemberState.READY, MemberState.INVITED)
    ]
    for person in (cy, di, ed, flo):
        await factories.works(office.mailbox, person)
    await MailboxMember.filter(member_id=cy.id).update(in_pool=False)
    await MailboxMember.filter(member_id=di.id).update(opted_out=True)
    await _away(ed, NOW - timedelta(days=20), None)
    await _away(office.bo, NOW - 5 * HOUR, None)

    (box,) = await office.led()
    assert (box.people, box.fairness) == (2, 0.5)


async def test_whoever_came_back_in_the_period_is_one_of_the_people(office: Office):
    await _away(office.bo, NOW - timedelta(days=20), NOW - HOUR)
    await office.gave(office.ada, 15)

    assert [box.people for box in await office.led()] == [2]


async def test_shares_are_taken_out_where_the_strategy_is_weighted(office: Office):
    await MailboxMember.filter(member_id=office.ada.id).update(weight=3)
    await office.gave(office.ada, 12)
    await office.gave(office.bo, 4)

    (even,) = await office.led()
    await Mailbox.all().update(strategy=Strategy.WEIGHTED)
    (by_share,) = await office.led()

    assert (even.is_weighted, even.fairness) == (False, pytest.approx(0.8))
    assert (by_share.is_weighted, by_share.fairness) == (True, 1)


async def test_effort_is_compared_where_the_mailbox_counts_it(office: Office):
    await office.gave(office.ada, 5, effort=3)
    await office.gave(office.bo, 15)
    await Mailbox.all().update(counts_effort=True)

    (box,) = await office.led()

    assert (box.given, box.fairness) == (20, 1)


@pytest.mark.parametrize(("given", "why"), [(9, NoFairness.TOO_LITTLE), (10, None)])
async def test_too_little_gives_no_figure(office: Office, given: int, why: NoFairness | None):
    await office.gave(office.ada, given)

    (box,) = await office.led()

    assert (box.given, box.no_fairness) == (given, why)
    assert (box.fairness is None) is (why is not None)


async def test_one_person_alone_has_no_figure(office: Office):
    await MailboxMember.filter(member_id=office.bo.id).delete()
    await office.gave(office.ada, 40)

    (box,) = await office.led()

    assert (box.people, box.fairness, box.no_fairness) == (1, None, NoFairness.ONE_PERSON)


async def test_members_see_none_and_a_lead_the_same_whatever_else_they_work(office: Office):
    await office.gave(office.ada, 12)
    assert await office.led(office.ada) == ()
    before = await office.led()

    other = await factories.mailbox(office.vault, office.organization)
    for person in (office.lea, office.ada, office.bo):
        await factories.works(other, person)
    thread = await factories.thread(office.vault, other, office.sender)
    for n in range(30):
        await ThreadEvent.create(
            organization_id=office.organization.id,
            mailbox_id=other.id,
            thread_id=thread.id,
            kind=EventKind.ASSIGNED,
            at=EARLIER + n * timedelta(seconds=1),
            member_id=office.bo.id,
        )

    assert await office.led() == before


async def _away(who: Member, starts_at: datetime, ends_at: datetime | None) -> None:
    await Absence.create(
        organization_id=who.organization_id,
        member_id=who.id,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=starts_at,
    )
