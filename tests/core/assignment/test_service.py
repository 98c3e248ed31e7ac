"""Changing who has a thread, on both engines."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from core.assignment.models import Decision
from core.assignment.service import Assignments
from core.audit.models import AuditEntry
from core.errors import AlreadyAssigned, InvalidInput, NotAllowed, NotFound
from core.mail.models import EventKind, MailThread, ThreadEvent, ThreadState
from core.mail.queries import Threads
from core.mailboxes.models import Mailbox, MailboxState
from core.outbox.models import OutboxMessage
from core.outbox.queue import Outbox
from core.people.models import Member, MemberState
from core.people.views import Actor
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock
from tests.core.mail.feeds import FakeJobs


@dataclass
class Desk:
    assignments: Assignments
    threads: Threads
    mailbox: Mailbox
    ada: Actor
    bo: Actor
    lead: Actor
    stranger: Actor
    vault: Vault

    async def thread(self, **more: object) -> MailThread:
        organization = await self.mailbox.organization
        sender = await factories.correspondent(self.vault, organization)
        return await factories.thread(self.vault, self.mailbox, sender, **more)


@pytest.fixture
async def desk(any_database: str, vault: Vault, clock: SettableClock) -> Desk:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization)
    actors = []
    for name, lead in (("Ada", False), ("Bo", False), ("Lee", True)):
        person = await factories.member(vault, organization, name)
        await factories.works(mailbox, person, is_lead=lead, in_pool=not lead)
        actors.append(await factories.actor(person))
    stranger = await factories.actor(await factories.member(vault, organization, "Mal"))
    assignments = Assignments(Outbox(FakeJobs()), clock)
    return Desk(assignments, Threads(vault), mailbox, *actors, stranger, vault)


async def test_taking_a_free_thread_makes_it_mine_and_says_so(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.assignments.take(desk.ada, thread.id)
    view = await desk.threads.thread(desk.bo, thread.id)
    assert view.assignee == "Ada"
    assert view.why is not None
    assert (view.why.code, view.why.by, view.why.member) == ("taken", "Ada", "Ada")
    assert view.why.people == (desk.ada.member_id,)
    assert await ThreadEvent.filter(kind=EventKind.TAKEN, thread_id=thread.id).count() == 1
    assert await AuditEntry.filter(actor_id=desk.ada.member_id).count() == 1
    assert await OutboxMessage.filter(kind="thread_card").count() == 1


async def test_two_who_take_at_once_one_gets_it_and_the_other_is_told_who(desk: Desk) -> None:
    thread = await desk.thread()
    results = await asyncio.gather(
        desk.assignments.take(desk.ada, thread.id),
        desk.assignments.take(desk.bo, thread.id),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, AlreadyAssigned)]
    assert len(refused) == 1
    assert refused[0].assignee_id == (await MailThread.get(id=thread.id)).assignee_id
    assert await Decision.filter(thread_id=thread.id).count() == 1


async def test_taking_what_is_mine_already_changes_nothing(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    await desk.assignments.take(desk.ada, thread.id)
    assert (await MailThread.get(id=thread.id)).version == thread.version


async def test_a_thread_of_another_mailbox_is_not_found_by_any_road(desk: Desk) -> None:
    thread = await desk.thread()
    stranger, work = desk.stranger, desk.assignments
    for attempt in (
        work.take(stranger, thread.id),
        work.assign(stranger, thread.id, stranger.member_id),
        work.release(stranger, thread.id),
        work.finish(stranger, thread.id),
        work.reopen(stranger, thread.id),
        desk.threads.thread(stranger, thread.id),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await desk.threads.queue(stranger)).total == 0
    assert (await desk.threads.unassigned(stranger)).total == 0


async def test_passing_my_thread_on_tells_who_gets_it(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    await desk.assignments.assign(desk.ada, thread.id, desk.bo.member_id)
    notice = await OutboxMessage.get(kind="thread_notice")
    assert notice.facts == {"member_id": desk.bo.member_id, "thread_id": thread.id}
    assert (await desk.threads.queue(desk.bo)).total == 1


async def test_a_colleagues_thread_is_only_the_leads_to_pass_on(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    with pytest.raises(NotAllowed):
        await desk.assignments.assign(desk.bo, thread.id, desk.bo.member_id)
    await desk.assignments.assign(desk.lead, thread.id, desk.bo.member_id)
    assert (await MailThread.get(id=thread.id)).assignee_id == desk.bo.member_id


async def test_nobody_outside_the_mailbox_can_be_given_its_thread(desk: Desk) -> None:
    thread = await desk.thread()
    with pytest.raises(InvalidInput, match="used"):
        await desk.assignments.assign(desk.ada, thread.id, desk.stranger.member_id)


async def test_nobody_who_is_not_ready_can_be_given_a_thread(desk: Desk) -> None:
    thread = await desk.thread()
    await Member.filter(id=desk.bo.member_id).update(state=MemberState.UNREACHABLE)
    with pytest.raises(InvalidInput) as refused:
        await desk.assignments.assign(desk.ada, thread.id, desk.bo.member_id)
    assert (refused.value.field, refused.value.hint) == ("member", "not_ready")


async def test_a_released_thread_waits_for_anyone(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    await desk.assignments.release(desk.ada, thread.id)
    page = await desk.threads.unassigned(desk.bo)
    assert [(row.thread_id, row.waiting_reason) for row in page.rows] == [(thread.id, "released")]
    assert await desk.assignments.assign_waiting(desk.mailbox.id) == 0


async def test_a_finished_thread_reopens_for_who_had_it(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.bo.member_id)
    await desk.assignments.finish(desk.bo, thread.id)
    assert (await MailThread.get(id=thread.id)).state is ThreadState.DONE
    with pytest.raises(InvalidInput):
        await desk.assignments.take(desk.ada, thread.id)
    await desk.assignments.reopen(desk.ada, thread.id)
    again = await MailThread.get(id=thread.id)
    assert (again.state, again.assignee_id) == (ThreadState.OPEN, desk.bo.member_id)


async def test_threads_of_who_leaves_go_to_the_others_with_the_reason(desk: Desk) -> None:
    threads = [await desk.thread(assignee_id=desk.ada.member_id) for _ in range(3)]
    await desk.assignments.put_back(desk.ada.member_id, "left")
    for thread in threads:
        assert (await MailThread.get(id=thread.id)).assignee_id == desk.bo.member_id
    decision = await Decision.filter(thread_id=threads[0].id).get()
    assert [desk.ada.member_id, "had_it"] in decision.reason["skipped"]
    assert await AuditEntry.filter(action="thread.put_back").count() == 3
    assert await OutboxMessage.filter(kind="thread_notice").count() == 3


async def test_what_nobody_could_be_given_waits_and_is_given_out_later(desk: Desk) -> None:
    await Member.filter(id=desk.bo.member_id).update(state=MemberState.INVITED)
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    await desk.assignments.put_back(desk.ada.member_id, "unreachable")
    await Member.filter(id=desk.ada.member_id).update(state=MemberState.UNREACHABLE)
    assert (await MailThread.get(id=thread.id)).waiting_reason == "nobody_ready"
    assert await desk.assignments.assign_waiting(desk.mailbox.id) == 0
    await Member.filter(id=desk.bo.member_id).update(state=MemberState.READY)
    assert await desk.assignments.assign_waiting(desk.mailbox.id) == 1
    assert (await MailThread.get(id=thread.id)).assignee_id == desk.bo.member_id


async def test_threads_of_a_mailbox_that_was_left_stand_in_nobodys_queue(desk: Desk) -> None:
    await desk.thread(assignee_id=desk.ada.member_id)
    await desk.thread()
    before = await desk.threads.queue(desk.ada), await desk.threads.unassigned(desk.ada)

    await Mailbox.filter(id=desk.mailbox.id).update(state=MailboxState.OFFBOARDED)

    after = await desk.threads.queue(desk.ada), await desk.threads.unassigned(desk.ada)
    assert [page.total for page in before] == [1, 1]
    assert [page.total for page in after] == [0, 0]


async def test_a_queue_is_paged_and_the_longest_waiting_stands_first(desk: Desk) -> None:
    from datetime import timedelta

    for number in range(10):
        at = factories.MONDAY_MORNING - timedelta(minutes=number)
        await desk.thread(assignee_id=desk.ada.member_id, at=at)
    first = await desk.threads.queue(desk.ada, 1, per_page=4)
    last = await desk.threads.queue(desk.ada, 3, per_page=4)
    beyond = await desk.threads.queue(desk.ada, 9, per_page=4)
    assert (first.total, first.pages, len(first.rows), len(last.rows)) == (10, 3, 4, 2)
    assert first.rows[0].last_received_at < first.rows[1].last_received_at
    assert beyond.page == 1
    assert first.rows[0].sender_name == "Grace Hopper"
    assert first.rows[0].subject == "The printer is on fire"
