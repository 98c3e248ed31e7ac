"""Bulk changes: what is counted is done, once, and undone where nobody changed it since."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from core.audit.models import AuditEntry
from core.errors import InvalidInput, NotFound
from core.mail.models import MailThread, ThreadState
from core.outbox.models import OutboxMessage
from core.sealing import Vault
from core.threads.bulk_reading import BulkVerb
from core.threads.bulk_views import BulkOrder
from core.threads.models import BulkChange, BulkItem, BulkState, ThreadTag
from tests.clock import MONDAY_MORNING, SettableClock
from tests.core.threads.bulk_desk import BulkDesk, Killed, a_bulk_desk

DONE, ASSIGN, RELEASE = BulkVerb.DONE, BulkVerb.ASSIGN, BulkVerb.RELEASE


@pytest.fixture
async def desk(any_database: str, vault: Vault, clock: SettableClock) -> BulkDesk:
    return await a_bulk_desk(vault, clock)


async def rows(ids: list[int]) -> list[MailThread]:
    return await MailThread.filter(id__in=ids).order_by("id")


async def test_conditions_hold_together_and_senders_are_found_by_hash(desk: BulkDesk) -> None:
    old = MONDAY_MORNING - timedelta(days=40)
    wanted = await desk.threads(2, "ann@fabrikam.com", at=old)
    fresh = await desk.threads(1, "bob@fabrikam.com")
    await desk.threads(1, "ann@else.example", at=old)
    taken = await desk.threads(1, "cy@fabrikam.com", at=old, assignee_id=desk.bo.member_id)

    by_domain = BulkOrder(DONE, sender="@fabrikam.com", older_than_hours=720)
    by_address = BulkOrder(DONE, sender="bob@fabrikam.com")

    assert await desk.counted(desk.ada, by_domain) == wanted
    assert await desk.counted(desk.lead, by_domain) == wanted + taken
    assert await desk.counted(desk.ada, by_address) == fresh
    assert await desk.counted(desk.ada, BulkOrder(DONE, mailbox_id=desk.mailbox.id + 1)) == []


async def test_only_what_the_actor_may_change_is_counted(desk: BulkDesk) -> None:
    free, theirs = await desk.threads(1), await desk.threads(1, assignee_id=desk.bo.member_id)
    assert await desk.counted(desk.ada, BulkOrder(DONE, older_than_hours=0)) == free
    assert await desk.counted(desk.bo, BulkOrder(DONE, older_than_hours=0)) == free + theirs
    assert await desk.counted(desk.lead, BulkOrder(RELEASE, person_id=desk.bo.member_id)) == theirs
    with pytest.raises(NotFound):
        await desk.bulk.preview(desk.stranger, BulkOrder(DONE, unassigned=True))


async def test_a_preview_changes_nothing_and_is_its_owners_alone(desk: BulkDesk) -> None:
    ids = await desk.threads(3)
    view = await desk.bulk.preview(desk.ada, BulkOrder(DONE, unassigned=True))
    assert (view.state, view.total, view.first) == (BulkState.PREVIEW, 3, tuple(ids))
    assert {row.version for row in await rows(ids)} == {1}
    for attempt in (
        desk.bulk.begin(desk.bo, view.bulk_id),
        desk.bulk.show(desk.bo, view.bulk_id),
        desk.bulk.undo(desk.bo, view.bulk_id),
        desk.bulk.drop(desk.bo, view.bulk_id),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert desk.jobs.queued == []


async def test_two_hundred_for_one_with_room_for_twelve_gives_twelve_and_says_why(
    desk: BulkDesk,
) -> None:
    ids = await desk.threads(200)
    desk.changes.cap = 12
    view = await desk.do(desk.lead, BulkOrder(ASSIGN, unassigned=True, to_id=desk.ada.member_id))
    assert (view.state, view.changed, view.refused) == (BulkState.DONE, 12, (("full", 188),))
    given = await MailThread.filter(assignee_id=desk.ada.member_id).values_list("id", flat=True)
    assert sorted(given) == ids[:12]
    assert view.to == "Ada"


async def test_pressed_twice_it_is_done_once(desk: BulkDesk) -> None:
    await desk.threads(3)
    view = await desk.bulk.preview(desk.ada, BulkOrder(DONE, unassigned=True))
    await asyncio.gather(*(desk.bulk.begin(desk.ada, view.bulk_id) for _ in range(3)))
    assert len(desk.jobs.of("run_bulk")) == 1
    await asyncio.gather(desk.work.run(view.bulk_id), desk.worker().run(view.bulk_id))
    assert sorted(desk.changes.done) == sorted(set(desk.changes.done))
    assert await AuditEntry.filter(action="bulk.done").count() == 1
    entry = await AuditEntry.get(subject_kind="bulk")
    assert (entry.actor_id, entry.facts) == (
        desk.ada.member_id,
        {"verb": "done", "outcomes": {"done": 3}},
    )


async def test_cut_off_in_the_middle_it_goes_on_where_it_was(desk: BulkDesk) -> None:
    ids = await desk.threads(9)
    view = await desk.bulk.preview(desk.ada, BulkOrder(DONE, unassigned=True))
    await desk.bulk.begin(desk.ada, view.bulk_id)
    desk.changes.dies_after = 4
    with pytest.raises(Killed):
        await desk.work.run(view.bulk_id)
    assert await BulkItem.filter(bulk_id=view.bulk_id, outcome="done").count() == 4
    assert await MailThread.filter(state=ThreadState.DONE).count() == 4

    desk.changes.dies_after, desk.jobs.queued = None, []
    await desk.bulk.queue_unfinished()
    assert len(desk.jobs.of("run_bulk")) == 1
    await desk.work.run(view.bulk_id)

    assert {(row.state, row.version) for row in await rows(ids)} == {(ThreadState.DONE, 2)}
    assert (await desk.bulk.show(desk.ada, view.bulk_id)).changed == 9


async def test_progress_and_end_are_told_on_its_card(desk: BulkDesk) -> None:
    await desk.threads(2)
    view = await desk.do(desk.ada, BulkOrder(DONE, unassigned=True))
    told = await OutboxMessage.get(kind="bulk_card")
    assert told.facts == {"bulk_id": view.bulk_id, "member_id": desk.ada.member_id}


async def test_undo_puts_back_what_nobody_changed_since_and_counts_the_rest(
    desk: BulkDesk,
) -> None:
    free = await desk.threads(2, waiting_reason="nobody_ready")
    mine = await desk.threads(1, assignee_id=desk.ada.member_id)
    await desk.do(desk.ada, BulkOrder(DONE, older_than_hours=0))
    await MailThread.filter(id=free[1]).update(version=9)
    desk.clock.advance(timedelta(minutes=9))

    view = await desk.undo(desk.ada)

    assert (view.state, view.undone, view.kept) == (BulkState.UNDONE, 2, (("changed", 1),))
    states = {row.id: (row.state, row.assignee_id) for row in await rows(free + mine)}
    assert states == {
        free[0]: (ThreadState.OPEN, None),
        free[1]: (ThreadState.DONE, None),
        mine[0]: (ThreadState.OPEN, desk.ada.member_id),
    }
    assert await AuditEntry.filter(action="bulk.undone").count() == 1


async def test_undo_gives_nobody_more_than_they_can_take(desk: BulkDesk) -> None:
    await desk.threads(3, assignee_id=desk.bo.member_id)
    await desk.do(desk.lead, BulkOrder(RELEASE, person_id=desk.bo.member_id))
    desk.changes.cap = 2
    view = await desk.undo(desk.lead)
    assert (view.undone, view.waiting, view.kept) == (3, (("nobody_free", 1),), ())
    assert await MailThread.filter(assignee_id=desk.bo.member_id).count() == 2


async def test_undone_twice_or_cut_off_it_is_undone_once(desk: BulkDesk) -> None:
    ids = await desk.threads(5)
    view = await desk.do(desk.ada, BulkOrder(DONE, unassigned=True))
    await asyncio.gather(*(desk.bulk.undo(desk.ada, view.bulk_id) for _ in range(2)))
    desk.changes.dies_after = len(desk.changes.done) + 2
    with pytest.raises(Killed):
        await desk.work.run(view.bulk_id)
    desk.changes.dies_after = None
    await asyncio.gather(desk.work.run(view.bulk_id), desk.worker().run(view.bulk_id))
    assert {(row.state, row.version) for row in await rows(ids)} == {(ThreadState.OPEN, 3)}
    assert (await desk.bulk.show(desk.ada, view.bulk_id)).undone == 5


async def test_after_ten_minutes_it_can_no_longer_be_undone(desk: BulkDesk) -> None:
    await desk.threads(1)
    view = await desk.do(desk.ada, BulkOrder(DONE, unassigned=True))
    desk.clock.advance(timedelta(minutes=10))
    with pytest.raises(InvalidInput) as late:
        await desk.bulk.undo(desk.ada, view.bulk_id)
    with pytest.raises(InvalidInput) as none:
        await desk.bulk.undo(desk.ada)
    assert (late.value.hint, none.value.hint) == ("bulk_late", "bulk_none")


async def test_a_preview_of_long_ago_is_refused_and_forgotten(desk: BulkDesk) -> None:
    await desk.threads(1)
    view = await desk.bulk.preview(desk.ada, BulkOrder(DONE, unassigned=True))
    desk.clock.advance(timedelta(hours=2))
    with pytest.raises(InvalidInput):
        await desk.bulk.begin(desk.ada, view.bulk_id)
    desk.clock.advance(timedelta(hours=1))
    await desk.bulk.forget_old()
    assert await BulkChange.all().count() == 0
    assert await BulkItem.all().count() == 0


async def test_tags_are_put_on_found_and_taken_off_again(desk: BulkDesk) -> None:
    ids = await desk.threads(2)
    order = BulkOrder(BulkVerb.TAG, unassigned=True, tag="Invoice")
    view = await desk.do(desk.ada, order)
    assert view.tag == "Invoice"
    assert await desk.counted(desk.ada, BulkOrder(DONE, tagged="invoice")) == ids
    assert "Invoice" not in str((await BulkChange.get(id=view.bulk_id)).change)
    view = await desk.undo(desk.ada)
    assert view.undone == 2
    assert await ThreadTag.all().count() == 0


async def test_snoozed_until_a_moment_in_the_zone_of_who_said_it(desk: BulkDesk) -> None:
    ids = await desk.threads(1)
    view = await desk.do(desk.ada, BulkOrder(BulkVerb.SNOOZE, unassigned=True, until="tuesday"))
    assert view.until == MONDAY_MORNING + timedelta(days=1)
    (row,) = await rows(ids)
    assert (row.state, row.snoozed_until) == (ThreadState.SNOOZED, view.until)


async def test_a_word_answers_the_newest_change_if_it_was_counted_lately(desk: BulkDesk) -> None:
    await desk.threads(2)
    assert await desk.bulk.pending(desk.ada) is None
    order = BulkOrder(DONE, unassigned=True)
    view = await desk.bulk.preview(desk.ada, order)
    assert await desk.bulk.pending(desk.ada) == view.bulk_id
    assert await desk.bulk.pending(desk.bo) is None
    assert await desk.bulk.pending(desk.ada, desk.clock() + timedelta(seconds=1)) is None
    desk.clock.advance(timedelta(minutes=11))
    assert await desk.bulk.pending(desk.ada) is None

    view = await desk.bulk.preview(desk.ada, order)
    await desk.bulk.begin(desk.ada, view.bulk_id)
    assert await desk.bulk.pending(desk.ada) is None
    await desk.work.run(view.bulk_id)
    await desk.bulk.preview(desk.ada, order)
    assert await desk.bulk.pending(desk.ada) is None
