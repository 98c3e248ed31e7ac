"""Snoozing until when people say, and what it does to deadlines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import InvalidInput, NotFound
from core.mail.models import MailThread, ThreadState
from core.people.models import Member
from core.threads.models import TargetKind
from core.threads.snoozing import Snoozing
from tests.core.mail.feeds import later
from tests.core.threads.conftest import Desk


def snoozing(desk: Desk) -> Snoozing:
    return Snoozing(desk.assignments, desk.clock)


async def test_hours_are_those_of_the_persons_own_zone(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    await Member.filter(id=desk.ada.member_id).update(timezone="Asia/Tokyo")

    until = await snoozing(desk).snooze(desk.ada, thread.id, "until tomorrow 9:00")

    assert until == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    row = await MailThread.get(id=thread.id)
    assert (row.state, row.snoozed_until) == (ThreadState.SNOOZED, until)


async def test_what_is_no_time_or_not_ones_thread_is_refused(desk: Desk) -> None:
    thread = await desk.thread()
    with pytest.raises(InvalidInput):
        await snoozing(desk).snooze(desk.ada, thread.id, "whenever")
    with pytest.raises(NotFound):
        await snoozing(desk).snooze(desk.stranger, thread.id, "4 h")


async def test_a_snooze_moves_the_end_and_not_the_answer(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    aims = {TargetKind.ANSWER: 600, TargetKind.FINISH: 1000}
    await desk.targets.set(desk.lead, desk.mailbox.id, aims)
    await desk.targets.renew(desk.mailbox.id)

    await snoozing(desk).snooze(desk.ada, thread.id, "4 h")
    row = await MailThread.get(id=thread.id)
    assert (row.answer_due_at, row.finish_due_at) == (later(600), later(1240))

    desk.clock.advance(timedelta(hours=1))
    await desk.assignments.take(desk.ada, thread.id)
    row = await MailThread.get(id=thread.id)
    assert (row.state, row.finish_due_at) == (ThreadState.OPEN, later(1060))
