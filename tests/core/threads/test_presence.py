"""Who has a card open and who is answering: seen by others, and gone by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import InvalidInput, NotFound
from core.mail.models import MailThread, Priority, ThreadState
from core.outbox.models import OutboxMessage
from core.threads.models import Presence
from core.threads.presence import ANSWERING_FOR, OPEN_FOR
from tests.core.threads.conftest import Desk


async def test_others_see_who_has_it_open_and_nobody_sees_themselves(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.presences.seen(desk.ada, thread.id)
    await desk.presences.seen(desk.ada, thread.id)

    assert [one.name for one in (await desk.view(thread, desk.bo)).life.present] == ["Ada"]
    assert (await desk.view(thread, desk.ada)).life.present == ()
    desk.clock.advance(OPEN_FOR)
    assert (await desk.view(thread, desk.bo)).life.present == ()


async def test_who_asks_again_at_once_is_noted_once_and_after_a_minute_anew(desk: Desk) -> None:
    thread = await desk.thread()
    first = desk.clock()
    await desk.presences.seen(desk.ada, thread.id)
    desk.clock.advance(timedelta(seconds=30))
    await desk.presences.seen(desk.ada, thread.id)
    assert (await Presence.get()).seen_at == first

    desk.clock.advance(timedelta(seconds=30))
    await desk.presences.seen(desk.ada, thread.id)
    assert (await Presence.get()).seen_at == desk.clock()


async def test_answering_is_told_to_others_and_lapses(desk: Desk) -> None:
    thread = await desk.thread()
    assert await desk.presences.answering(desk.ada, thread.id)

    (present,) = (await desk.view(thread, desk.bo)).life.present
    assert present.answering_until == desk.clock() + ANSWERING_FOR
    assert (await desk.view(thread, desk.ada)).life.answering_until is not None
    assert await OutboxMessage.filter(kind="thread_card").count() == 1
    desk.clock.advance(ANSWERING_FOR)
    assert (await desk.view(thread, desk.bo)).life.present == ()


async def test_answering_pressed_again_ends(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.presences.answering(desk.ada, thread.id)
    assert not await desk.presences.answering(desk.ada, thread.id)

    (present,) = (await desk.view(thread, desk.bo)).life.present
    assert present.answering_until is None


async def test_answering_ends_when_the_answer_is_there(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.presences.answering(desk.ada, thread.id)
    answered = desk.clock() + timedelta(minutes=6)
    await MailThread.filter(id=thread.id).update(last_answered_at=answered)

    desk.clock.advance(timedelta(minutes=7))
    assert (await desk.view(thread, desk.bo)).life.present == ()
    assert await desk.presences.answering(desk.ada, thread.id)


async def answering(thread: MailThread) -> list[int]:
    rows = await Presence.filter(thread_id=thread.id, answering_until__isnull=False)
    return sorted(row.member_id for row in rows)


@pytest.mark.parametrize("way", ["assign", "release", "put_back", "merge"])
async def test_answering_ends_for_who_no_longer_has_the_thread(desk: Desk, way: str) -> None:
    ada, bo = desk.ada.member_id, desk.bo.member_id
    thread = await desk.thread(assignee_id=ada)
    for actor in (desk.ada, desk.bo):
        await desk.presences.answering(actor, thread.id)
    match way:
        case "assign":
            await desk.assignments.assign(desk.ada, thread.id, desk.lead.member_id)
        case "release":
            await desk.assignments.release(desk.ada, thread.id)
        case "put_back":
            await desk.assignments.put_back(ada, "unreachable")
        case "merge":
            await desk.merges.merge(desk.ada, thread.id, (await desk.thread()).id)
    assert await answering(thread) == ([] if way == "merge" else [bo])


async def test_answering_goes_on_while_others_change_the_thread(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    await desk.presences.answering(desk.ada, thread.id)
    await desk.assignments.set_priority(desk.lead, thread.id, Priority.HIGH)
    assert await answering(thread) == [desk.ada.member_id]


async def test_answering_ends_when_the_thread_is_done(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    await desk.presences.answering(desk.ada, thread.id)
    await desk.assignments.finish(desk.ada, thread.id)
    await desk.assignments.reopen(desk.ada, thread.id)
    assert await answering(thread) == []


async def test_answering_is_not_for_strangers_nor_for_what_is_done(desk: Desk) -> None:
    thread = await desk.thread(state=ThreadState.DONE)
    with pytest.raises(NotFound):
        await desk.presences.answering(desk.stranger, thread.id)
    with pytest.raises(InvalidInput):
        await desk.presences.answering(desk.ada, thread.id)


async def test_what_lapsed_long_ago_is_deleted(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.presences.seen(desk.ada, thread.id)
    desk.clock.advance(timedelta(days=2))
    await desk.presences.seen(desk.bo, thread.id)

    await desk.presences.forget_old()

    assert [row.member_id for row in await Presence.all()] == [desk.bo.member_id]
