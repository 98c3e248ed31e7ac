"""Working hours and absences: set, shown, and by whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from core.audit.models import AuditEntry
from core.errors import InvalidInput, NotAllowed, NotFound
from core.mailboxes.models import MailboxState
from core.people.hours import Hours
from core.people.models import Absence, MemberState
from core.people.spoken_hours import HoursSaid
from core.people.views import Actor
from tests import factories
from tests.clock import MONDAY_MORNING, SettableClock
from tests.core.mailboxes.fakes import FakeJobs

NOW = MONDAY_MORNING
TOMORROW = NOW + timedelta(days=1)


class House:
    """Lea leads a mailbox that Bob works too; Cy works another one."""

    def __init__(self, vault, clock: SettableClock) -> None:
        self.vault, self.clock, self.jobs = vault, clock, FakeJobs()
        self.handed_back: list[tuple[datetime, int]] = []
        self.hours = Hours(vault, clock, jobs=self.jobs, hand_back=self._hand_back)

    async def _hand_back(self, now: datetime, member_id: int) -> int:
        self.handed_back.append((now, member_id))
        return 0

    async def open(self) -> House:
        self.organization = await factories.organization(
            self.vault, timezone="Europe/Berlin", holidays="DE"
        )
        elsewhere = await factories.organization(self.vault)
        make = factories.member
        self.ada = await make(self.vault, self.organization, "Ada Admin", is_admin=True)
        self.lea = await make(self.vault, self.organization, "Lea Lead")
        self.bob = await make(self.vault, self.organization, "Bob Martin")
        self.cy = await make(self.vault, self.organization, "Cy Other")
        self.eve = await make(self.vault, elsewhere, "Eve Elsewhere", is_admin=True)
        self.mailbox = await factories.mailbox(self.vault, self.organization)
        self.other = await factories.mailbox(
            self.vault, self.organization, state=MailboxState.PAUSED
        )
        await factories.works(self.mailbox, self.lea, is_lead=True)
        await factories.works(self.mailbox, self.bob)
        await factories.works(self.other, self.bob)
        await factories.works(self.other, self.cy)
        return self

    async def actor(self, member) -> Actor:
        return await factories.actor(member)

    async def away(self, member, starts_at=NOW, ends_at=None, by=None) -> None:
        await self.hours.away(await self.actor(by or member), member.id, starts_at, ends_at)

    async def view(self, member, by=None):
        return await self.hours.hours(await self.actor(by or member), member.id)


@pytest_asyncio.fixture
async def house(any_database: str, vault, clock) -> House:
    return await House(vault, clock).open()


async def test_whoever_said_nothing_is_always_at_work_in_the_organizations_zone(house):
    view = await house.view(house.bob)

    assert (view.name, view.week, view.timezone, view.holidays) == (
        "Bob Martin",
        "",
        "Europe/Berlin",
        "DE",
    )
    assert (view.why_not, view.next_free, view.absences) == (None, NOW, ())


async def test_hours_are_kept_one_way_and_what_is_not_said_stays(house):
    bob = await house.actor(house.bob)

    await house.hours.set_hours(bob, bob.member_id, HoursSaid("Mon-Fri 13-17", "america/new_york"))
    await house.hours.set_hours(bob, bob.member_id, HoursSaid(holidays=""))

    view = await house.view(house.bob)
    assert (view.week, view.timezone, view.holidays) == (
        "mon-fri 13:00-17:00",
        "America/New_York",
        "",
    )
    assert view.why_not == "off_hours"
    assert view.next_free == datetime(2026, 3, 2, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (HoursSaid(), "week"),
        (HoursSaid("soon"), "week"),
        (HoursSaid(timezone="Mars/X"), "timezone"),
        (HoursSaid(holidays="XX"), "holidays"),
    ],
)
async def test_hours_that_cannot_be_are_refused(house, said, field):
    bob = await house.actor(house.bob)

    with pytest.raises(InvalidInput) as refused:
        await house.hours.set_hours(bob, bob.member_id, said)

    assert refused.value.field == field


async def test_away_until_back(house):
    await house.away(house.bob)
    assert (await house.view(house.bob)).why_not == "away"
    assert (await house.view(house.bob)).next_free is None
    assert house.handed_back == [(NOW, house.bob.id)]

    house.clock.advance(timedelta(hours=2))
    await house.hours.back(await house.actor(house.bob), house.bob.id)

    assert (await house.view(house.bob)).why_not is None
    assert (await house.view(house.bob)).absences == ()


async def test_what_waits_is_looked_at_where_somebody_is_back(house):
    await house.away(house.bob)
    house.jobs.queued.clear()
    house.clock.advance(timedelta(hours=2))

    await house.hours.back(await house.actor(house.bob), house.bob.id)

    assert house.jobs.of("assign_waiting") == [{"mailbox_id": house.mailbox.id}]


async def test_an_absence_said_again_takes_the_place_of_the_one_that_is_so(house):
    await house.away(house.bob)
    house.clock.advance(timedelta(minutes=5))

    await house.away(house.bob, house.clock(), TOMORROW)

    (absence,) = (await house.view(house.bob)).absences
    assert absence.ends_at == TOMORROW
    assert (await house.view(house.bob)).next_free == TOMORROW


async def test_an_absence_to_come_stays_when_somebody_is_away_before_it(house):
    later = NOW + timedelta(days=10)
    await house.away(house.bob, later, later + timedelta(days=5))

    await house.away(house.bob, NOW, TOMORROW)

    assert len((await house.view(house.bob)).absences) == 2
    assert len(house.handed_back) == 1


async def test_an_absence_to_come_is_corrected_by_its_first_day(house):
    later = NOW + timedelta(days=10)
    await house.away(house.bob, later, later + timedelta(days=5))

    await house.away(house.bob, later, later + timedelta(days=2))

    (absence,) = (await house.view(house.bob)).absences
    assert absence.ends_at == later + timedelta(days=2)


async def test_an_absence_can_be_dropped_before_and_while_it_is_so(house):
    await house.away(house.bob, TOMORROW, TOMORROW + timedelta(days=1))
    await house.away(house.bob)
    house.clock.advance(timedelta(hours=1))
    bob = await house.actor(house.bob)

    for absence in (await house.view(house.bob)).absences:
        await house.hours.drop_absence(bob, bob.member_id, absence.absence_id)

    assert (await house.view(house.bob)).absences == ()
    assert await Absence.all().count() == 1
    with pytest.raises(NotFound):
        await house.hours.drop_absence(bob, bob.member_id, (await Absence.first()).id)


async def test_nobody_is_away_in_the_past_or_back_who_was_not_away(house):
    bob = await house.actor(house.bob)

    with pytest.raises(InvalidInput) as past:
        await house.away(house.bob, NOW - timedelta(days=2), NOW - timedelta(days=1))
    with pytest.raises(InvalidInput) as here:
        await house.hours.back(bob, bob.member_id)

    assert (past.value.hint, here.value.hint) == ("past", "not_away")


async def test_the_absences_of_one_person_have_a_limit(house):
    for day in range(50):
        await house.away(house.bob, NOW + timedelta(days=day + 1), NOW + timedelta(days=day + 2))

    with pytest.raises(InvalidInput) as refused:
        await house.away(house.bob, NOW, TOMORROW)

    assert (refused.value.field, refused.value.hint) == ("absence", "many")
    assert house.handed_back == []


async def test_an_old_absence_is_forgotten(house):
    await house.away(house.bob, NOW, TOMORROW)
    house.clock.advance(timedelta(days=62))

    await house.away(house.cy, house.clock(), None)

    assert [row.member_id for row in await Absence.all()] == [house.cy.id]


async def test_nothing_that_is_kept_says_why(house):
    assert set(Absence._meta.db_fields) == {
        "id", "organization_id", "member_id", "starts_at", "ends_at", "created_at",
    }  # fmt: skip


@pytest.mark.parametrize("by", ["ada", "lea"])
async def test_admins_and_leads_may_say_it_for_others(house, by):
    boss = getattr(house, by)

    await house.away(house.bob, by=boss)
    await house.hours.set_hours(await house.actor(boss), house.bob.id, HoursSaid("mon 9-10"))

    view = await house.view(house.bob, by=boss)
    assert (view.week, view.why_not) == ("mon 09:00-10:00", "away")
    entries = await AuditEntry.all().order_by("id")
    assert [(entry.action, entry.actor_id, entry.subject_id) for entry in entries] == [
        ("member.away", boss.id, house.bob.id),
        ("member.hours", boss.id, house.bob.id),
    ]


async def test_a_colleague_may_not_and_a_stranger_finds_nobody(house):
    with pytest.raises(NotAllowed) as colleague:
        await house.away(house.lea, by=house.bob)
    with pytest.raises(NotFound):
        await house.away(house.cy, by=house.lea)
    with pytest.raises(NotFound):
        await house.view(house.bob, by=house.eve)

    assert colleague.value.needs == "lead"
    assert await Absence.all().count() == 0


async def test_a_lead_sees_why_somebody_is_not_here_and_a_colleague_when_they_are(house):
    await house.away(house.lea, NOW, TOMORROW)
    await house.away(house.bob, NOW, TOMORROW)

    leads = await house.hours.availability(await house.actor(house.lea))
    bobs = await house.hours.availability(await house.actor(house.bob))

    assert [(p.name, p.is_here, p.until, p.why_not) for p in leads] == [
        ("Lea Lead", False, TOMORROW, "away"),
        ("Bob Martin", False, TOMORROW, "away"),
    ]
    assert [(p.name, p.is_here, p.until, p.why_not) for p in bobs] == [
        ("Lea Lead", False, TOMORROW, None),
        ("Bob Martin", False, TOMORROW, "away"),
        ("Cy Other", True, None, None),
    ]


async def test_only_who_is_ready_is_told_of(house):
    house.bob.state = MemberState.INVITED
    await house.bob.save()

    everybody = await house.hours.availability(await house.actor(house.ada))

    assert [person.name for person in everybody] == ["Lea Lead", "Cy Other"]
    assert await house.hours.availability(await house.actor(house.eve)) == ()


async def test_an_admin_says_where_the_organization_is(house):
    ada = await house.actor(house.ada)

    await house.hours.set_home(ada, HoursSaid(timezone="utc", holidays="us-ca"))

    assert await house.hours.home(ada) == HoursSaid(timezone="UTC", holidays="US-CA")
    view = await house.view(house.bob)
    assert (view.timezone, view.holidays) == ("UTC", "US-CA")
    assert house.jobs.of("assign_waiting") == [{"mailbox_id": house.mailbox.id}]
    with pytest.raises(NotAllowed):
        await house.hours.set_home(await house.actor(house.lea), HoursSaid(timezone="UTC"))
    with pytest.raises(InvalidInput):
        await house.hours.set_home(ada, HoursSaid("mon 9-10", "UTC"))
