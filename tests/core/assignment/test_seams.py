"""Where two parts meet nothing is lost, and nobody is given what they may not have."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.assignment.service import Assignments
from core.mail.models import MailThread, ThreadState
from core.mailboxes.models import Mailbox, MailboxMember, MailboxState
from core.outbox.queue import Outbox
from core.people.models import Absence, MemberState
from core.rules.ages import AgeRules
from core.sealing import Vault
from core.threads.merge import Merges
from tests import factories
from tests.clock import SettableClock
from tests.core.mail.feeds import header, later
from tests.core.mail.office import Office, an_office
from tests.core.rules.at_work.rows import a_rule


@pytest.fixture
async def office(any_database: str, vault: Vault, clock: SettableClock) -> Office:
    office = await an_office(vault, clock)
    await office.live()
    return office


def work(office: Office) -> Assignments:
    return Assignments(Outbox(office.jobs), office.clock)


async def receives(office: Office, *messages: object) -> None:
    office.feed.give(office.inbox.graph_id, *messages)
    await office.sync()


async def age_rules(office: Office, hours: float) -> None:
    office.clock.advance(timedelta(hours=hours))
    await AgeRules(office.vault, Outbox(office.jobs), office.clock).run()


async def test_an_age_rule_that_gives_and_moves_at_once_counts_both_against_the_cap(
    office: Office,
):
    ada, bo = office.people
    await a_rule(office, "when unanswered over 4 hours then assign to Bo")
    await receives(office, header("m1", "c1"), header("m2", "c2"))
    await MailThread.filter(conversation_id="c1").update(assignee_id=ada.id)
    await MailThread.filter(conversation_id="c2").update(
        assignee_id=None, waiting_reason="released"
    )
    await Mailbox.filter(id=office.mailbox.id).update(capacity=1)
    await age_rules(office, 5)
    assert await MailThread.filter(assignee_id=bo.id).count() == 1


async def test_an_age_rule_that_names_nobody_who_may_have_it_moves_nothing(office: Office):
    ada, bo = office.people
    cy = await factories.member(office.vault, await office.mailbox.organization, "Cy")
    await factories.works(office.mailbox, cy)
    await a_rule(office, "when unanswered over 4 hours then assign to Bo")
    await receives(office, header("m1", "c1"))
    await MailThread.filter(conversation_id="c1").update(assignee_id=ada.id)
    await MailboxMember.filter(member_id=bo.id).update(opted_out=True)
    await age_rules(office, 5)
    assert (await office.thread("c1")).assignee_id == ada.id


async def test_whom_a_rule_names_is_waited_for_also_where_the_thread_waited_before(
    office: Office,
):
    ada, bo = office.people
    for person in office.people:
        await Absence.create(
            organization_id=person.organization_id,
            member_id=person.id,
            starts_at=office.clock(),
            created_at=office.clock(),
        )
    await receives(office, header("m1", "c1"))
    await a_rule(office, "when subject contains urgent then assign to Bo")
    await receives(office, header("m2", "c1", at=later(5), subject="urgent"))
    assert (await office.thread("c1")).waiting_reason == "nobody_free"
    await Absence.filter(member_id=ada.id).delete()
    await work(office).assign_waiting(office.mailbox.id)
    assert (await office.thread("c1")).assignee_id is None
    await Absence.all().delete()
    await work(office).assign_waiting(office.mailbox.id)
    assert (await office.thread("c1")).assignee_id == bo.id


@pytest.mark.parametrize("state", [MailboxState.PAUSED, MailboxState.OFFBOARDED])
async def test_what_waits_in_a_mailbox_at_rest_is_given_to_nobody(
    office: Office, state: MailboxState
):
    await MailboxMember.all().update(in_pool=False)
    await receives(office, header("m1", "c1"))
    await MailboxMember.all().update(in_pool=True)
    await Mailbox.filter(id=office.mailbox.id).update(state=state)
    assert await work(office).assign_waiting(office.mailbox.id) == 0
    assert (await office.thread("c1")).assignee_id is None


@pytest.mark.parametrize("state", [ThreadState.OPEN, ThreadState.SNOOZED])
@pytest.mark.parametrize("how", ["left", "not_of_mailbox"])
async def test_what_was_given_to_somebody_while_they_went_is_put_back_by_the_next_tick(
    office: Office, state: ThreadState, how: str
):
    """Another process saw them before they went, and saved after their threads were put back."""
    ada, bo = office.people
    await receives(office, header("m1", "c1"))
    until = later(60) if state is ThreadState.SNOOZED else None
    await MailThread.all().update(assignee_id=ada.id, state=state, snoozed_until=until)
    if how == "left":
        await type(ada).filter(id=ada.id).update(state=MemberState.LEFT)
    else:
        await MailboxMember.filter(member_id=ada.id).delete()
    await work(office).hand_back(office.clock())
    thread = await office.thread("c1")
    assert thread.assignee_id == (bo.id if state is ThreadState.OPEN else None)


@pytest.mark.parametrize("one", ["history", "only_ours"])
@pytest.mark.parametrize("source_is_done", [True, False])
async def test_what_is_merged_into_work_waits_for_nothing_in_vain(
    office: Office, one: str, source_is_done: bool
):
    lead = await factories.actor(office.people[0])
    await receives(office, header("m1", "c1"), header("m2", "c2"))
    await MailThread.filter(conversation_id="c1").update(
        state=ThreadState.DONE, finished_at=later(1)
    )
    quiet = {"is_history": True} if one == "history" else {"last_received_at": None}
    await MailThread.filter(conversation_id="c2").update(
        assignee_id=None, assigned_at=None, waiting_reason=None, **quiet
    )
    done, free = await office.thread("c1"), await office.thread("c2")
    pair = (done, free) if source_is_done else (free, done)
    await MailThread.filter(id=done.id).update(assignee_id=lead.member_id)
    await Merges(Outbox(office.jobs), office.clock).merge(lead, pair[0].id, pair[1].id)
    joined = await MailThread.get(id=pair[1].id)
    assert joined.state is ThreadState.OPEN
    assert joined.assignee_id is not None or joined.waiting_reason is not None
