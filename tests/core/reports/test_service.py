"""Reports: each figure as it is defined, of one's own mailboxes and no others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from core.errors import InvalidInput, NotFound
from core.mail.models import Automatic, Correspondent, EventKind, MailThread, ThreadEvent
from core.mail.models import ThreadState as State
from core.mailboxes.models import Mailbox, MailboxState
from core.people.models import Member, Organization
from core.people.views import Actor
from core.reports.service import Reports
from core.reports.views import Answers, DayFigures, Gap, ReportView
from core.sealing import Vault
from tests import factories
from tests.clock import MONDAY_MORNING, SettableClock

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW = MONDAY_MORNING


@dataclass
class Office:
    vault: Vault
    reports: Reports
    organization: Organization
    mailbox: Mailbox
    lead: Member
    ada: Member
    bo: Member
    sender: Correspondent

    async def thread(self, at: datetime = NOW, **more: Any) -> MailThread:
        box = more.pop("mailbox", self.mailbox)
        return await factories.thread(self.vault, box, self.sender, at=at, **more)

    async def event(
        self, thread: MailThread, kind: EventKind, at: datetime, who: Member | None = None
    ) -> None:
        await ThreadEvent.create(
            organization_id=thread.organization_id,
            mailbox_id=thread.mailbox_id,
            thread_id=thread.id,
            kind=kind,
            at=at,
            member_id=who.id if who else None,
        )

    async def report(self, who: Member, text: str = "", **more: Any) -> ReportView:
        return await self.reports.overview(await factories.actor(who), text, **more)


@pytest.fixture
async def office(any_database: str, vault: Vault, clock: SettableClock) -> Office:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(
        vault,
        organization,
        "help@contoso.example",
        answers_seen=True,
        synced_at=NOW - HOUR,
        first_synced_at=NOW - DAY,
    )
    lead, ada, bo = [
        await factories.member(vault, organization, name)
        for name in ("Lea Lead", "Ada Lovelace", "Bo Diddley")
    ]
    await factories.works(mailbox, lead, is_lead=True, in_pool=False)
    await factories.works(mailbox, ada)
    await factories.works(mailbox, bo)
    sender = await factories.correspondent(vault, organization)
    reports = Reports(vault, clock)
    return Office(vault, reports, organization, mailbox, lead, ada, bo, sender)


async def test_an_empty_mailbox_has_noughts_and_every_day(office: Office):
    view = await office.report(office.lead)

    assert (view.received, view.answered, view.finished) == (0, 0, 0)
    assert (view.open, view.unassigned, view.oldest_open_at) == (0, 0, None)
    assert (view.first_answer, view.is_small_sample) == (None, False)
    assert [day.day for day in view.days] == [date(2026, 2, 24) + n * DAY for n in range(7)]
    assert [(one.name, one.open, one.finished) for one in view.members] == [
        ("Ada Lovelace", 0, 0),
        ("Bo Diddley", 0, 0),
        ("Lea Lead", 0, 0),
    ]


async def test_received_and_finished_are_events_of_the_period_its_end_not_among_them(
    office: Office,
):
    thread = await office.thread()
    start, end = datetime(2026, 2, 23, tzinfo=NOW.tzinfo), datetime(2026, 3, 2, tzinfo=NOW.tzinfo)
    for kind in (EventKind.RECEIVED, EventKind.FINISHED, EventKind.ANSWERED):
        for at in (start - timedelta(microseconds=1), start, end - HOUR, end):
            await office.event(thread, kind, at, office.ada)

    view = await office.report(office.lead, "last week")

    assert (view.received, view.finished) == (2, 2)
    assert view.days[0] == DayFigures(date(2026, 2, 23), 1, 1)
    assert view.days[-1] == DayFigures(date(2026, 3, 1), 1, 1)


async def test_days_are_those_of_the_organizations_zone_also_when_clocks_change(
    office: Office, clock: SettableClock
):
    await Organization.all().update(timezone="Europe/Berlin")
    clock.now = datetime(2026, 3, 31, 9, tzinfo=NOW.tzinfo)
    thread = await office.thread()
    for at in ("2026-03-28T22:59:59", "2026-03-28T23:00:00", "2026-03-29T21:59:59",
               "2026-03-29T22:00:00"):  # fmt: skip
        moment = datetime.fromisoformat(at).replace(tzinfo=NOW.tzinfo)
        await office.event(thread, EventKind.RECEIVED, moment)

    view = await office.report(office.lead, "last week")

    assert view.timezone == "Europe/Berlin"
    assert view.received == 3
    assert [day.received for day in view.days] == [0, 0, 0, 0, 0, 1, 2]


async def test_answered_are_threads_whose_first_answer_lies_in_the_period(office: Office):
    for hours in (1, 2, 9):
        received = NOW - 20 * DAY
        await office.thread(received, first_answered_at=NOW - DAY + hours * HOUR)
    await office.thread(NOW - 20 * DAY, first_answered_at=NOW - 19 * DAY)
    await office.thread(NOW - DAY)

    view = await office.report(office.lead)

    assert view.answered == 3
    assert view.first_answer == 19 * DAY + 2 * HOUR


async def test_the_median_of_an_even_number_lies_between_the_middle_two(office: Office):
    for hours in (1, 2, 4, 100):
        await office.thread(NOW - hours * HOUR, first_answered_at=NOW)

    assert (await office.report(office.lead)).first_answer == 3 * HOUR


async def test_a_median_of_few_answers_is_marked(office: Office):
    for _ in range(9):
        await office.thread(NOW - HOUR, first_answered_at=NOW)
    assert (await office.report(office.lead)).is_small_sample

    await office.thread(NOW - HOUR, first_answered_at=NOW)
    assert not (await office.report(office.lead)).is_small_sample


async def test_where_answers_are_unseen_there_is_a_code_and_no_number(office: Office):
    await Mailbox.all().update(answers_seen=False)
    await office.thread(NOW - HOUR, first_answered_at=NOW)

    view = await office.report(office.lead)

    assert (view.answers, view.answers_seen) == (Answers.UNSEEN, False)
    assert (view.answered, view.first_answer, view.automatic.answered) == (None, None, None)
    assert not view.is_small_sample


async def test_where_answers_are_seen_in_some_mailboxes_they_alone_are_counted(office: Office):
    blind = await factories.mailbox(office.vault, office.organization)
    await factories.works(blind, office.ada)
    await office.thread(NOW - HOUR, first_answered_at=NOW)
    await office.thread(NOW - HOUR, first_answered_at=NOW, mailbox=blind)

    view = await office.report(office.ada)

    assert (view.answers, view.answered) == (Answers.PARTLY, 1)
    assert [box.answers_seen for box in view.mailboxes] == [True, False]


async def test_open_is_what_somebody_has_or_could_take(office: Office):
    ada = office.ada.id
    await office.thread(NOW - 3 * HOUR, assignee_id=ada)
    await office.thread(NOW - 5 * HOUR)
    await office.thread(NOW - 9 * DAY, is_history=True)
    await office.thread(NOW - 9 * DAY, last_received_at=None)
    await office.thread(NOW - 9 * DAY, state=State.DONE, assignee_id=ada)
    await office.thread(NOW - 9 * DAY, state=State.SNOOZED, assignee_id=ada)

    view = await office.report(office.lead)

    assert (view.open, view.unassigned) == (2, 1)
    assert view.oldest_open_at == NOW - 5 * HOUR


async def test_open_is_what_is_assigned_and_what_waits_by_its_reason(office: Office):
    await office.thread(assignee_id=office.ada.id, waiting_reason="nobody_free")
    for reason in ("nobody_free", "released", "nobody_free", None):
        await office.thread(waiting_reason=reason)
    for who in (office.ada.id, None):
        await office.thread(state=State.SNOOZED, assignee_id=who)
    await office.thread(state=State.DONE, waiting_reason="pull")

    view = await office.report(office.lead)

    assert view.waiting == (("nobody_free", 2), ("", 1), ("released", 1))
    assert (view.open, view.assigned, view.unassigned, view.snoozed) == (5, 1, 4, 2)


async def test_handling_time_is_from_taken_to_answered_or_done_without_snoozes(office: Office):
    start = NOW - 9 * HOUR
    answered = [(EventKind.TAKEN, 0), (EventKind.ANSWERED, 2), (EventKind.FINISHED, 8)]
    slept = [(EventKind.TAKEN, 0), (EventKind.SNOOZED, 1), (EventKind.WOKEN, 5),
             (EventKind.FINISHED, 8)]  # fmt: skip
    handed_out = [(EventKind.ASSIGNED, 0), (EventKind.FINISHED, 8)]
    for history in (answered, slept, handed_out):
        thread = await office.thread(start)
        for kind, hours in history:
            await office.event(thread, kind, start + hours * HOUR, office.ada)

    view = await office.report(office.ada)

    assert view.handling_time == 3 * HOUR  # between 2 h and 8 h less 4 h
    assert view.is_small_handling_sample


async def test_handling_counts_when_it_ends_whenever_it_began(office: Office):
    thread = await office.thread(NOW - 20 * DAY)
    await office.event(thread, EventKind.TAKEN, NOW - 20 * DAY, office.ada)
    await office.event(thread, EventKind.FINISHED, NOW - DAY, office.ada)
    await office.event(thread, EventKind.TAKEN, NOW - HOUR, office.ada)
    await office.event(thread, EventKind.FINISHED, NOW, office.ada)
    old = await office.thread(NOW - 20 * DAY)
    await office.event(old, EventKind.TAKEN, NOW - 20 * DAY, office.ada)
    await office.event(old, EventKind.ANSWERED, NOW - 19 * DAY, office.ada)
    await office.event(old, EventKind.FINISHED, NOW - DAY, office.ada)

    view = await office.report(office.lead)

    assert view.handling_time == (19 * DAY + HOUR) / 2
    assert [one.handling_time for one in view.led] == [view.handling_time]


async def test_handling_time_of_ten_is_no_small_sample(office: Office):
    for _ in range(10):
        thread = await office.thread()
        await office.event(thread, EventKind.TAKEN, NOW - HOUR, office.ada)
        await office.event(thread, EventKind.FINISHED, NOW, office.ada)

    view = await office.report(office.lead)

    assert not view.is_small_handling_sample
    assert [one.is_small_sample for one in view.led] == [False]


async def test_where_answers_are_unseen_there_is_no_handling_time(office: Office):
    await Mailbox.all().update(answers_seen=False)
    thread = await office.thread()
    await office.event(thread, EventKind.TAKEN, NOW - HOUR, office.ada)
    await office.event(thread, EventKind.FINISHED, NOW, office.ada)

    view = await office.report(office.lead)

    assert (view.handling_time, view.is_small_handling_sample) == (None, False)
    assert [(one.handling_time, one.answers_seen) for one in view.led] == [(None, False)]


async def test_automatic_mail_is_counted_apart(office: Office):
    for automatic in Automatic:
        thread = await office.thread(NOW - HOUR, automatic=automatic, first_answered_at=NOW)
        await office.event(thread, EventKind.RECEIVED, NOW - HOUR)
        await office.event(thread, EventKind.FINISHED, NOW)

    view = await office.report(office.lead)

    assert (view.received, view.answered, view.finished, view.open) == (5, 5, 5, 5)
    apart = view.automatic
    assert (apart.received, apart.answered, apart.finished, apart.open) == (3, 3, 3, 3)


async def test_a_lead_sees_everybody_and_a_member_themselves_and_the_totals(office: Office):
    for person in (office.ada, office.bo, office.bo):
        thread = await office.thread(assignee_id=person.id)
        await office.event(thread, EventKind.FINISHED, NOW - HOUR, person)

    leads = await office.report(office.lead)
    adas = await office.report(office.ada)

    assert [(one.name, one.open, one.finished) for one in leads.members] == [
        ("Ada Lovelace", 1, 1),
        ("Bo Diddley", 2, 2),
        ("Lea Lead", 0, 0),
    ]
    assert [(one.name, one.open, one.finished) for one in adas.members] == [("Ada Lovelace", 1, 1)]
    assert (adas.open, adas.finished) == (3, 3)


async def test_who_leads_one_mailbox_sees_of_another_only_their_own(office: Office):
    other = await factories.mailbox(office.vault, office.organization)
    await factories.works(other, office.lead)
    await factories.works(other, office.bo)
    for person in (office.lead, office.bo):
        thread = await office.thread(assignee_id=person.id, mailbox=other)
        await office.event(thread, EventKind.FINISHED, NOW - HOUR, person)

    view = await office.report(office.lead)

    assert [(one.name, one.open, one.finished) for one in view.members] == [
        ("Ada Lovelace", 0, 0),
        ("Bo Diddley", 0, 0),
        ("Lea Lead", 1, 1),
    ]


async def test_a_person_who_was_erased_is_a_number(office: Office):
    await Member.filter(id=office.bo.id).update(wrapped_key=None)

    names = [one.name for one in (await office.report(office.lead)).members]

    assert f"#{office.bo.id}" in names


async def test_one_mailbox_can_be_asked_for_by_its_people_alone(office: Office):
    other = await factories.mailbox(office.vault, office.organization)
    await factories.works(other, office.ada)
    await office.thread(mailbox=other)

    view = await office.report(office.ada, mailbox_id=office.mailbox.id)
    assert (view.mailbox, view.open) == ("help@contoso.example", 0)

    with pytest.raises(NotFound):
        await office.report(office.bo, mailbox_id=other.id)


async def test_a_stranger_sees_nothing_even_with_the_ids_in_hand(office: Office):
    thread = await office.thread(assignee_id=office.ada.id, first_answered_at=NOW)
    await office.event(thread, EventKind.RECEIVED, NOW)
    await office.event(thread, EventKind.FINISHED, NOW, office.ada)
    elsewhere = await factories.organization(office.vault)
    foreigner = await factories.member(office.vault, elsewhere, "Mal Lory", is_admin=True)
    mailboxes = frozenset({office.mailbox.id})
    forged = Actor(elsewhere.id, foreigner.id, is_admin=True, mailboxes=mailboxes, leads=mailboxes)
    admin = await factories.member(office.vault, office.organization, "Al", is_admin=True)

    for view in (await office.reports.overview(forged), await office.report(admin)):
        assert (view.received, view.answered, view.finished, view.open) == (0, None, 0, 0)
        assert view.mailboxes == ()
        assert len(view.members) == 1
        assert (view.led, view.waiting, view.snoozed, view.handling_time) == ((), (), 0, None)

    with pytest.raises(NotFound):
        await office.reports.overview(forged, "", office.mailbox.id)
    with pytest.raises(NotFound):
        await office.report(admin, mailbox_id=office.mailbox.id)


@pytest.mark.parametrize(
    ("state", "gap"),
    [
        (MailboxState.ACTIVE, Gap.NONE),
        (MailboxState.PAUSED, Gap.PAUSED),
        (MailboxState.NEEDS_CONSENT, Gap.NEEDS_CONSENT),
        (MailboxState.WAITING_FOR_MICROSOFT, Gap.ONBOARDING),
        (MailboxState.OFFBOARDED, Gap.OFFBOARDED),
    ],
)
async def test_it_says_how_old_the_sync_is_and_what_is_missing(
    office: Office, state: MailboxState, gap: Gap
):
    await Mailbox.all().update(state=state)

    (box,) = (await office.report(office.lead)).mailboxes

    assert (box.address, box.state, box.gap) == ("help@contoso.example", state, gap)
    assert (box.synced_at, box.age) == (NOW - HOUR, HOUR)


async def test_a_first_sync_under_way_is_said(office: Office):
    await Mailbox.all().update(first_synced_at=None, synced_at=None)

    (box,) = (await office.report(office.lead)).mailboxes

    assert (box.gap, box.synced_at, box.age) == (Gap.FIRST_SYNC, None, None)


async def test_a_period_it_does_not_know_is_refused(office: Office):
    with pytest.raises(InvalidInput):
        await office.report(office.lead, "next week")
