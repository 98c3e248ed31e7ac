"""Hours, time away and policies said in chat, down to the rows they are kept in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from core.assignment.service import Assignments
from core.errors import NotAllowed, NotFound
from core.mail.models import MailThread
from core.mailboxes.models import HandBack, Mailbox, MailboxMember, Strategy
from core.mailboxes.policies import Policies
from core.mailboxes.service import Mailboxes
from core.outbox.queue import Outbox
from core.people.hours import Hours
from core.people.models import Absence, Member
from core.people.service import People
from dialogs import availability, policies
from dialogs.turns import Turn
from tests import factories
from tests.clock import MONDAY_MORNING as NOW
from tests.core.mailboxes.fakes import FakeJobs
from tests.dialogs.rules import check_card, texts
from tests.dialogs.world import a_world

BERLIN = ZoneInfo("Europe/Berlin")
ADDRESS = "help@contoso.example"


class Team:
    """Lea leads the mailbox, Bob works it, Cy neither; all speak to the real services."""

    def __init__(self, vault, clock) -> None:
        self.jobs = jobs = FakeJobs()
        self.vault, self.clock = vault, clock
        self.assignments = threads = Assignments(Outbox(jobs), clock)
        self.services = replace(
            a_world().services(),
            people=People(
                vault, clock, frozenset(), threads=threads, outbox=Outbox(jobs), jobs=jobs
            ),
            mailboxes=Mailboxes(vault, clock, threads=threads, jobs=jobs),
            hours=Hours(vault, clock, jobs=jobs, hand_back=threads.hand_back),
            policies=Policies(vault, clock, jobs=jobs),
        )

    async def open(self) -> Team:
        home = await factories.organization(self.vault, timezone="Europe/Berlin")
        self.home = home
        self.lea = await factories.member(self.vault, home, "Lea Lead")
        self.bob = await factories.member(self.vault, home, "Bob Martin")
        self.cy = await factories.member(self.vault, home, "Cy Other")
        self.mailbox = await factories.mailbox(self.vault, home, ADDRESS)
        await factories.works(self.mailbox, self.lea, is_lead=True)
        await factories.works(self.mailbox, self.bob)
        return self

    async def say(self, by: Member, run, rest: str) -> str:
        turn = Turn(await factories.actor(by), self.clock())
        reply = await run(self.services, turn, rest)
        check_card(reply.card)
        return f"{texts(reply.card, 'TextBlock')}\n{texts(reply.card, 'TextRun')}"


@pytest_asyncio.fixture
async def team(database: str, vault, clock) -> Team:
    return await Team(vault, clock).open()


async def test_a_day_is_one_of_the_persons_zone(team):
    await team.say(team.bob, availability.hours, "mon-fri 9:00-17:00 America/New_York")

    said = await team.say(team.bob, availability.away, "until friday")

    absence = await Absence.get()
    assert absence.starts_at == NOW
    assert absence.ends_at == datetime(2026, 3, 6, tzinfo=ZoneInfo("America/New_York"))
    assert "back on Fri 6 Mar 2026" in said


async def test_a_lead_says_it_for_somebody_and_they_come_back_themselves(team):
    await team.say(team.lea, availability.away, "Bob until 12 Mar")
    assert "Bob Martin" in await team.say(team.lea, availability.availability, "")

    team.clock.advance(timedelta(hours=3))
    said = await team.say(team.bob, availability.back, "")

    assert "at work" in said
    assert (await Absence.get()).ends_at == NOW + timedelta(hours=3)


async def test_nobody_says_it_for_a_colleague_or_a_stranger(team):
    with pytest.raises(NotAllowed):
        await team.say(team.bob, availability.away, "Lea until friday")
    with pytest.raises(NotFound):
        await team.say(team.lea, availability.hours_of, "Cy")

    assert not await Absence.exists()


async def test_a_lead_sets_a_policy_line_by_line(team):
    for run, line in (
        (policies.strategy, f"{ADDRESS} skills"),
        (policies.capacity, "help 12"),
        (policies.business_hours, f"{ADDRESS} mon-fri 9-17 Europe/Berlin DE-BY"),
        (policies.weights, f"{ADDRESS} Bob 3, Lea 1"),
        (policies.pool, f"{ADDRESS} Bob"),
        (policies.skills, f"{ADDRESS} Bob: Invoice, Past due"),
    ):
        said = await team.say(team.lea, run, line)

    mailbox = await Mailbox.get()
    assert (mailbox.strategy, mailbox.capacity) == (Strategy.SKILLS, 12)
    assert (mailbox.week, mailbox.timezone, mailbox.holidays) == (
        "mon-fri 09:00-17:00",
        "Europe/Berlin",
        "DE-BY",
    )
    place = await MailboxMember.get(member_id=team.bob.id)
    assert (place.weight, place.in_pool) == (3, True)
    assert "share 3 · Invoice, Past due" in said
    assert "not given work" in said


async def test_a_person_opts_out_of_their_only_mailbox(team):
    await team.say(team.bob, policies.opt_out, "")

    assert (await MailboxMember.get(member_id=team.bob.id)).opted_out


async def test_threads_of_who_is_away_go_back_at_once_as_their_mailbox_chooses(team):
    grace = await factories.correspondent(team.vault, team.home)
    kept = await factories.mailbox(team.vault, team.home)
    await factories.works(kept, team.bob)
    await Mailbox.filter(id=team.mailbox.id).update(hand_back=HandBack.POOL)
    given = {"assignee_id": team.bob.id, "assigned_at": NOW - timedelta(hours=1)}
    back = await factories.thread(team.vault, team.mailbox, grace, **given)
    stays = await factories.thread(team.vault, kept, grace, **given)

    await team.say(team.bob, availability.away, "until friday")

    assert (await MailThread.get(id=back.id)).assignee_id == team.lea.id
    assert (await MailThread.get(id=stays.id)).assignee_id == team.bob.id


async def test_what_waited_is_handed_out_when_somebody_is_back(team):
    grace = await factories.correspondent(team.vault, team.home)
    await team.say(team.bob, availability.away, "")
    await team.say(team.lea, availability.away, "")
    waits = await factories.thread(team.vault, team.mailbox, grace, waiting_reason="nobody_free")
    team.clock.advance(timedelta(hours=1))

    await team.say(team.bob, availability.back, "")
    for facts in team.jobs.of("assign_waiting"):
        await team.assignments.assign_waiting(**facts)

    assert (await MailThread.get(id=waits.id)).assignee_id == team.bob.id
