"""Merging two threads: what becomes of state, people, times, and of mail that comes later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.assignment.models import Decision
from core.audit.models import AuditEntry
from core.errors import InvalidInput, NotAllowed, NotFound
from core.mail.models import EventKind, MailMessage, MailThread, Priority, ThreadEvent, ThreadState
from core.outbox.queue import Outbox
from core.threads.merge import Merges
from tests import factories
from tests.clock import MONDAY_MORNING
from tests.core.mail.feeds import header, later
from tests.core.mail.office import Office, an_office
from tests.core.threads.conftest import Desk

OPEN, SNOOZED, DONE = ThreadState.OPEN, ThreadState.SNOOZED, ThreadState.DONE


async def test_messages_tags_followers_and_times_go_over(desk: Desk) -> None:
    inbox = await factories.folder(desk.vault, desk.mailbox)
    early, late = MONDAY_MORNING - timedelta(hours=3), MONDAY_MORNING
    source = await desk.thread(at=early, priority=Priority.HIGH, first_answered_at=None)
    target = await desk.thread(at=late)
    await factories.message(desk.vault, source, inbox, desk.sender, at=early)
    await desk.tags.tag(desk.ada, source.id, ["Invoice"])
    await desk.followers.follow(desk.bo, source.id)

    await desk.merges.merge(desk.ada, source.id, target.id)

    joined = await MailThread.get(id=target.id)
    assert (joined.received_at, joined.last_received_at) == (early, late)
    assert joined.priority is Priority.HIGH
    assert await MailMessage.filter(thread_id=target.id).count() == 1
    view = await desk.view(target, desk.bo)
    assert (view.life.tags, view.life.follows) == (("Invoice",), "follow")
    gone = await desk.view(source)
    assert (gone.merged_into, gone.state) == (target.id, DONE)
    assert (await AuditEntry.get(action="thread.merged")).facts == {"into": target.id}
    assert await ThreadEvent.exists(thread_id=source.id, kind=EventKind.MERGED)


@pytest.mark.parametrize(
    ("source", "target", "stands", "has"),
    [
        ((OPEN, "ada"), (OPEN, "bo"), OPEN, "bo"),
        ((OPEN, "ada"), (OPEN, None), OPEN, "ada"),
        ((OPEN, "ada"), (DONE, "bo"), OPEN, "ada"),
        ((OPEN, None), (DONE, "bo"), OPEN, None),
        ((OPEN, "ada"), (SNOOZED, "bo"), OPEN, "ada"),
        ((SNOOZED, "ada"), (OPEN, "bo"), OPEN, "bo"),
        ((SNOOZED, "ada"), (OPEN, None), OPEN, None),
        ((SNOOZED, "ada"), (DONE, "bo"), SNOOZED, "ada"),
        ((DONE, "ada"), (OPEN, None), OPEN, None),
        ((DONE, "ada"), (DONE, "bo"), DONE, "bo"),
    ],
)
async def test_the_livelier_of_both_says_how_it_stands_and_who_has_it(
    desk: Desk,
    source: tuple[ThreadState, str | None],
    target: tuple[ThreadState, str | None],
    stands: ThreadState,
    has: str | None,
) -> None:
    people = {"ada": desk.ada.member_id, "bo": desk.bo.member_id, None: None}
    first, second = [
        await desk.thread(
            state=state,
            assignee_id=people[who],
            snoozed_until=later(60) if state is SNOOZED else None,
            waiting_reason=None if who else "released",
        )
        for state, who in (source, target)
    ]

    await desk.merges.merge(desk.lead, first.id, second.id)

    joined = await MailThread.get(id=second.id)
    assert (joined.state, joined.assignee_id) == (stands, people[has])
    assert (joined.snoozed_until is not None) is (stands is SNOOZED)
    changed = people[has] not in (None, people[target[1]])
    assert await Decision.filter(thread_id=second.id, code="merged").exists() is changed


async def test_what_cannot_be_merged_is_refused_and_nothing_changes(desk: Desk) -> None:
    one, two = await desk.thread(assignee_id=desk.bo.member_id), await desk.thread()
    elsewhere = await factories.mailbox(desk.vault, await desk.mailbox.organization)
    other = await factories.thread(desk.vault, elsewhere, desk.sender)
    await MailThread.filter(id=other.id).update(merged_into_id=None)

    with pytest.raises(NotAllowed):
        await desk.merges.merge(desk.ada, one.id, two.id)
    with pytest.raises(NotFound):
        await desk.merges.merge(desk.stranger, one.id, two.id)
    with pytest.raises(NotFound):
        await desk.merges.merge(desk.bo, one.id, other.id)
    with pytest.raises(InvalidInput):
        await desk.merges.merge(desk.bo, one.id, one.id)
    assert not await MailThread.exists(merged_into_id__isnull=False)


async def test_a_merged_thread_is_no_work_of_its_own_any_more(desk: Desk) -> None:
    one, two, three = [await desk.thread() for _ in range(3)]
    await desk.merges.merge(desk.ada, one.id, two.id)
    for refused in (
        desk.merges.merge(desk.ada, one.id, three.id),
        desk.merges.merge(desk.ada, three.id, one.id),
        desk.assignments.reopen(desk.ada, one.id),
        desk.assignments.take(desk.ada, one.id),
    ):
        with pytest.raises(InvalidInput) as error:
            await refused
        assert error.value.hint == "merged"


async def test_notes_of_both_stand_on_the_card(desk: Desk) -> None:
    another = await factories.correspondent(desk.vault, await desk.mailbox.organization)
    one = await desk.thread()
    two = await factories.thread(desk.vault, desk.mailbox, another)
    await desk.notes.add(desk.ada, one.id, "From the first.")
    await desk.notes.add(desk.ada, two.id, "From the second.")
    await desk.merges.merge(desk.ada, one.id, two.id)

    texts = [note.text for note in (await desk.view(two)).life.notes]
    assert texts == ["From the second.", "From the first."]


async def test_later_mail_of_the_conversation_goes_to_the_thread_it_was_merged_into(
    desk: Desk,
) -> None:
    office: Office = await an_office(desk.vault, desk.clock)
    await office.live()
    for number in (1, 2, 3):
        office.feed.give(office.inbox.graph_id, header(f"m{number}", f"c{number}"))
        await office.sync()
    one, two, three = [await office.thread(f"c{number}") for number in (1, 2, 3)]
    actor = await factories.actor(office.people[0])
    lead = replace(actor, leads=actor.mailboxes)
    merges = Merges(Outbox(office.jobs), office.clock)
    await merges.merge(lead, one.id, two.id)
    await merges.merge(lead, two.id, three.id)

    office.feed.give(office.inbox.graph_id, header("m4", "c1", at=later(9)))
    await office.sync()

    assert await MailMessage.filter(thread_id=three.id).count() == 4
    assert (await MailThread.get(id=three.id)).last_received_at == later(9)
    assert await MailThread.filter(merged_into_id=three.id).count() == 2
    assert await MailThread.all().count() == 3


async def test_our_answer_in_a_merged_conversation_answers_the_thread_it_went_to(
    desk: Desk,
) -> None:
    office: Office = await an_office(desk.vault, desk.clock)
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"), header("m2", "c2"))
    await office.sync()
    one, two = [await office.thread(f"c{number}") for number in (1, 2)]
    actor = await factories.actor(office.people[0])
    await MailThread.all().update(assignee_id=actor.member_id)
    await Merges(Outbox(office.jobs), office.clock).merge(actor, one.id, two.id)

    office.feed.give(office.sent.graph_id, header("s1", "c1", at=later(5)))
    await office.sync()

    assert (await MailThread.get(id=two.id)).first_answered_at == later(5)
    assert (await MailThread.get(id=one.id)).first_answered_at is None
