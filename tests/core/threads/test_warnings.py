"""Deadlines in the rows, and the warnings of them: to whom, when, and once each."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from core.errors import InvalidInput, NotAllowed, NotFound
from core.mail.models import MailThread, Priority, ThreadState
from core.mailboxes.models import Mailbox
from core.outbox.models import OutboxMessage
from core.threads.models import TargetKind, TargetWarning
from core.threads.warnings import TOO_LATE
from tests.core.mail.feeds import later
from tests.core.threads.conftest import Desk

ANSWER, FINISH = TargetKind.ANSWER, TargetKind.FINISH


async def aim(desk: Desk, **more: object) -> None:
    minutes = {ANSWER: 100, FINISH: 1000}
    await desk.targets.set(desk.lead, desk.mailbox.id, minutes, **more)  # type: ignore[arg-type]
    await desk.targets.renew(desk.mailbox.id)


async def due(thread: MailThread) -> tuple[object, object]:
    row = await MailThread.get(id=thread.id)
    return row.answer_due_at, row.finish_due_at


async def test_setting_targets_gives_unfinished_threads_their_deadlines(desk: Desk) -> None:
    thread, done = await desk.thread(), await desk.thread(state=ThreadState.DONE)
    await aim(desk)

    assert "renew_deadlines" in desk.jobs.deferred
    assert await due(thread) == (later(100), later(1000))
    assert await due(done) == (None, None)
    view = await desk.view(thread)
    assert (view.answer_due_at, view.finish_due_at) == (later(100), later(1000))


async def test_taking_the_targets_away_takes_the_deadlines_away(desk: Desk) -> None:
    thread = await desk.thread()
    await aim(desk)
    await desk.targets.set(desk.lead, desk.mailbox.id, {ANSWER: None, FINISH: None})
    await desk.targets.renew(desk.mailbox.id)

    assert await due(thread) == (None, None)
    assert (await desk.targets.targets(desk.ada, desk.mailbox.id)).targets == ()


async def test_a_tag_changes_the_deadline_at_once(desk: Desk) -> None:
    thread = await desk.thread()
    await aim(desk)
    await desk.targets.set(desk.lead, desk.mailbox.id, {ANSWER: 10}, tag="Invoice")

    await desk.tags.tag(desk.ada, thread.id, ["invoice"])
    assert await due(thread) == (later(10), later(1000))
    await desk.tags.untag(desk.ada, thread.id, ["Invoice"])
    assert await due(thread) == (later(100), later(1000))


async def test_finishing_ends_the_deadlines_and_reopening_begins_them_anew(desk: Desk) -> None:
    thread = await desk.thread()
    await aim(desk)
    await desk.assignments.finish(desk.ada, thread.id)
    assert await due(thread) == (None, None)
    desk.clock.advance(timedelta(minutes=50))
    await desk.assignments.reopen(desk.ada, thread.id)
    assert await due(thread) == (later(150), later(1050))


async def test_targets_are_listed_and_set_by_leads_alone(desk: Desk) -> None:
    await aim(desk, priority=Priority.URGENT)
    await desk.targets.set(desk.lead, desk.mailbox.id, {ANSWER: 5}, tag="Invoice")
    shown = (await desk.targets.targets(desk.ada, desk.mailbox.id)).targets
    assert [(t.kind, t.minutes, t.tag, t.priority) for t in shown] == [
        (ANSWER, 100, None, Priority.URGENT),
        (FINISH, 1000, None, Priority.URGENT),
        (ANSWER, 5, "Invoice", None),
    ]
    with pytest.raises(NotAllowed):
        await desk.targets.set(desk.ada, desk.mailbox.id, {ANSWER: 5})
    with pytest.raises(NotFound):
        await desk.targets.set(desk.stranger, desk.mailbox.id, {ANSWER: 5})
    with pytest.raises(InvalidInput):
        await desk.targets.set(desk.lead, desk.mailbox.id, {ANSWER: 0})


async def test_the_assignee_is_warned_before_and_the_lead_after_once_each(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    await aim(desk)
    for minutes in (79, 1, 1, 18, 1, 1, 1):
        desk.clock.advance(timedelta(minutes=minutes))
        await desk.warnings.run()

    assert await desk.news() == [
        (desk.ada.member_id, thread.id, "answer_before"),
        (desk.lead.member_id, thread.id, "answer_after"),
    ]
    assert [row.at for row in await TargetWarning.all().order_by("id")] == [later(80), later(100)]


async def test_of_a_thread_that_nobody_has_the_lead_is_warned(desk: Desk) -> None:
    thread = await desk.thread()
    await aim(desk)
    desk.clock.advance(timedelta(minutes=85))
    await desk.warnings.run()
    assert await desk.news() == [(desk.lead.member_id, thread.id, "answer_before")]


async def test_nobody_is_warned_until_an_answer_has_been_seen(desk: Desk) -> None:
    await Mailbox.filter(id=desk.mailbox.id).update(answers_seen=False)
    await desk.thread(assignee_id=desk.ada.member_id)
    await aim(desk)
    desk.clock.advance(timedelta(minutes=85))
    await desk.warnings.run()

    assert await desk.news() == []
    assert not (await desk.targets.targets(desk.ada, desk.mailbox.id)).warns


async def test_what_was_answered_in_time_is_not_warned_of(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id, first_answered_at=later(5))
    await aim(desk)
    desk.clock.advance(timedelta(minutes=500))
    await desk.warnings.run()
    assert await desk.news() == []
    assert await due(thread) == (None, later(1000))


async def test_what_was_due_long_ago_is_shown_and_not_warned_of(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    await aim(desk)
    desk.clock.advance(TOO_LATE + timedelta(minutes=1000))
    await desk.warnings.run()
    assert await desk.news() == []
    assert (await due(thread))[0] == later(100)


async def test_what_is_late_at_once_when_targets_are_set_is_shown_and_not_warned_of(
    desk: Desk,
) -> None:
    for minutes in range(9):
        await desk.thread(at=later(minutes), assignee_id=desk.ada.member_id)
    desk.clock.advance(timedelta(minutes=500))
    await aim(desk)
    await desk.warnings.run()
    assert await desk.news() == []
    assert (await desk.threads.overdue(desk.lead)).total == 9

    new = await desk.thread(at=desk.clock(), assignee_id=desk.ada.member_id)
    await desk.tags.tag(desk.ada, new.id, ["Invoice"])
    desk.clock.advance(timedelta(minutes=101))
    await desk.warnings.run()
    assert await desk.news() == [(desk.lead.member_id, new.id, "answer_after")]


async def test_what_changed_hours_make_late_later_on_is_warned_of(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    desk.clock.advance(timedelta(minutes=500))
    await aim(desk)
    desk.clock.advance(timedelta(minutes=501))
    await desk.warnings.run()
    assert await desk.news() == [(desk.lead.member_id, thread.id, "finish_after")]


@pytest.mark.parametrize(("count", "one_by_one"), [(3, True), (4, False)])
async def test_many_late_threads_of_a_run_are_one_list(
    desk: Desk, count: int, one_by_one: bool
) -> None:
    for _ in range(count):
        await desk.thread(assignee_id=desk.ada.member_id)
    await aim(desk)
    desk.clock.advance(timedelta(minutes=101))
    await asyncio.gather(desk.warnings.run(), desk.warnings.run())

    lead = desk.lead.member_id
    lists = await OutboxMessage.filter(kind="overdue_notice")
    if one_by_one:
        assert [(to, code) for to, _, code in await desk.news()] == [(lead, "answer_after")] * 3
        assert lists == []
    else:
        assert await desk.news() == []
        assert [row.facts for row in lists] == [{"member_id": lead, "mailbox_id": desk.mailbox.id}]
    assert await TargetWarning.all().count() == count


async def test_two_workers_at_once_warn_once(desk: Desk) -> None:
    await desk.thread(assignee_id=desk.ada.member_id)
    await desk.thread(assignee_id=desk.bo.member_id)
    await aim(desk)
    desk.clock.advance(timedelta(minutes=90))

    await asyncio.gather(*(desk.warnings.run() for _ in range(4)))

    assert len(await desk.news()) == 2
    assert await TargetWarning.all().count() == 2


async def test_overdue_and_urgent_threads_stand_first_then_what_waits_longest(desk: Desk) -> None:
    mine = {"assignee_id": desk.ada.member_id}
    oldest = await desk.thread(at=later(-30), **mine)
    newest = await desk.thread(at=later(30), **mine)
    urgent = await desk.thread(at=later(20), priority=Priority.URGENT, **mine)
    overdue = await desk.thread(at=later(10), answer_due_at=later(0), **mine)
    fine = await desk.thread(at=later(-5), answer_due_at=later(900), **mine)

    page = await desk.threads.queue(desk.ada)
    assert [row.thread_id for row in page.rows] == [
        thread.id for thread in (overdue, urgent, oldest, fine, newest)
    ]
    assert page.rows[0].due_at == later(0)


async def test_snoozed_threads_are_listed_by_when_they_wake(desk: Desk) -> None:
    mine = {"assignee_id": desk.ada.member_id, "state": ThreadState.SNOOZED}
    late = await desk.thread(snoozed_until=later(500), **mine)
    soon = await desk.thread(snoozed_until=later(50), **mine)
    page = await desk.threads.snoozed(desk.ada)
    assert [row.thread_id for row in page.rows] == [soon.id, late.id]
    assert (await desk.threads.queue(desk.ada)).total == 0


async def test_what_one_follows_is_listed_while_one_may_see_it(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.followers.watch(desk.bo, thread.id)
    assert [row.thread_id for row in (await desk.threads.following(desk.bo)).rows] == [thread.id]
    assert (await desk.threads.following(desk.ada)).total == 0
