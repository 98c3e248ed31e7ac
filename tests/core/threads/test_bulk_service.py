"""Bulk changes by the real service: its cap, its absences and its rights hold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.assignment.models import Decision
from core.assignment.restoring import Restoring
from core.assignment.service import Assignments
from core.audit.models import AuditEntry
from core.mail.models import MailThread, ThreadState
from core.mailboxes.models import Mailbox, Sticky
from core.outbox.queue import Outbox
from core.people.models import Absence
from core.people.views import Actor
from core.sealing import Vault
from core.threads.bulk_reading import BulkVerb
from core.threads.bulk_views import BulkOrder
from core.threads.bulk_work import BulkWork
from tests.clock import SettableClock
from tests.core.threads.bulk_desk import BulkDesk, a_bulk_desk

ASSIGN, RELEASE, SNOOZE, DONE = BulkVerb.ASSIGN, BulkVerb.RELEASE, BulkVerb.SNOOZE, BulkVerb.DONE


@pytest.fixture
async def desk(any_database: str, vault: Vault, clock: SettableClock) -> BulkDesk:
    made = await a_bulk_desk(vault, clock)
    outbox = Outbox(made.jobs)
    people = {actor.member_id: actor for actor in (made.ada, made.bo, made.lead)}

    async def actor_of(member_id: int) -> Actor | None:
        return people.get(member_id)

    made.work = BulkWork(
        Assignments(outbox, clock),
        Restoring(outbox, clock),
        made.changes,
        actor_of,
        vault,
        outbox,
        clock,
    )
    return made


async def state_of(ids: list[int]) -> set[tuple[ThreadState, int | None, str | None]]:
    rows = await MailThread.filter(id__in=ids)
    return {(row.state, row.assignee_id, row.waiting_reason) for row in rows}


async def away(desk: BulkDesk, who: Actor) -> None:
    now = desk.clock()
    await Absence.create(
        organization_id=desk.organization.id,
        member_id=who.member_id,
        starts_at=now - timedelta(hours=1),
        created_at=now,
    )


async def test_the_cap_holds_and_says_how_many_were_left(desk: BulkDesk) -> None:
    await Mailbox.filter(id=desk.mailbox.id).update(capacity=12)
    ids = await desk.threads(30)
    view = await desk.do(desk.lead, BulkOrder(ASSIGN, unassigned=True, to_id=desk.ada.member_id))
    assert (view.changed, view.refused) == (12, (("full", 18),))
    assert await MailThread.filter(assignee_id=desk.ada.member_id).count() == 12
    assert await AuditEntry.filter(action="thread.assigned").count() == 12
    decision = await Decision.filter(thread_id=ids[0]).get()
    assert (decision.code, decision.by_id) == ("by_hand", desk.lead.member_id)


async def test_what_somebody_did_meanwhile_is_not_counted_nor_undone(desk: BulkDesk) -> None:
    first, second = await desk.threads(2)
    view = await desk.bulk.preview(desk.ada, BulkOrder(DONE, unassigned=True))
    await Assignments(Outbox(desk.jobs), desk.clock).finish(desk.bo, first)
    await desk.bulk.begin(desk.ada, view.bulk_id)
    await desk.work.run(view.bulk_id)
    view = await desk.undo(desk.ada)
    assert (view.changed, view.undone, view.refused) == (1, 1, (("same", 1),))
    states = {row.id: row.state for row in await MailThread.all()}
    assert states == {first: ThreadState.DONE, second: ThreadState.OPEN}


async def test_nobody_absent_is_assigned_anything_in_bulk(desk: BulkDesk) -> None:
    await desk.threads(3)
    await away(desk, desk.ada)
    view = await desk.do(desk.lead, BulkOrder(ASSIGN, unassigned=True, to_id=desk.ada.member_id))
    assert (view.changed, view.refused) == (0, (("absent", 3),))


async def test_each_change_is_undone_to_what_was_before(desk: BulkDesk) -> None:
    bo = desk.bo.member_id
    theirs = await desk.threads(2, assignee_id=bo)
    free = await desk.threads(2, waiting_reason="nobody_free")
    before = await state_of(theirs), await state_of(free)
    for order in (
        BulkOrder(DONE, older_than_hours=0),
        BulkOrder(SNOOZE, older_than_hours=0, until="tomorrow"),
        BulkOrder(ASSIGN, older_than_hours=0, to_id=desk.ada.member_id),
    ):
        view = await desk.do(desk.lead, order)
        assert view.changed == 4
        desk.clock.advance(timedelta(minutes=1))
        view = await desk.undo(desk.lead)
        assert (view.undone, view.kept) == (4, ())
        assert (await state_of(theirs), await state_of(free)) == before
    view = await desk.do(desk.lead, BulkOrder(RELEASE, person_id=bo))
    assert view.changed == 2
    await desk.undo(desk.lead)
    assert (await state_of(theirs), await state_of(free)) == before
    newest = await Decision.filter(thread_id=theirs[0]).order_by("-id").first()
    assert newest is not None
    assert (newest.code, newest.member_id, newest.by_id) == ("restored", bo, desk.lead.member_id)


async def test_who_assigned_in_bulk_can_undo_it_without_leading(desk: BulkDesk) -> None:
    ids = await desk.threads(2)
    await desk.do(desk.ada, BulkOrder(ASSIGN, unassigned=True, to_id=desk.bo.member_id))
    view = await desk.undo(desk.ada)
    assert view.undone == 2
    assert await MailThread.filter(id__in=ids, assignee_id=None).count() == 2


async def test_undo_passes_the_same_gate(desk: BulkDesk) -> None:
    ids = await desk.threads(3, assignee_id=desk.bo.member_id)
    await desk.do(desk.lead, BulkOrder(RELEASE, person_id=desk.bo.member_id))
    await away(desk, desk.ada)
    await away(desk, desk.lead)
    await Mailbox.filter(id=desk.mailbox.id).update(capacity=2)
    view = await desk.undo(desk.lead)
    assert (view.undone, view.waiting, view.kept) == (3, (("nobody_free", 1),), ())
    assert await state_of(ids) == {
        (ThreadState.OPEN, desk.bo.member_id, None),
        (ThreadState.OPEN, None, "nobody_free"),
    }


@pytest.mark.parametrize(("verb", "until"), [(DONE, None), (SNOOZE, "tomorrow")])
async def test_what_nobody_can_be_given_again_is_open_and_waits(
    desk: BulkDesk, verb: BulkVerb, until: str | None
) -> None:
    ids = await desk.threads(16, assignee_id=desk.bo.member_id)
    await desk.do(desk.lead, BulkOrder(verb, older_than_hours=0, until=until))
    for who in (desk.ada, desk.bo, desk.lead):
        await away(desk, who)
    view = await desk.undo(desk.lead)
    assert (view.undone, view.waiting, view.kept) == (16, (("nobody_free", 16),), ())
    assert await state_of(ids) == {(ThreadState.OPEN, None, "nobody_free")}

    await Absence.filter(member_id=desk.bo.member_id).delete()
    given = await Assignments(Outbox(desk.jobs), desk.clock).assign_waiting(desk.mailbox.id)
    assert given == 16


async def test_what_its_owner_cannot_have_waits_for_them_where_the_mailbox_says_so(
    desk: BulkDesk,
) -> None:
    await Mailbox.filter(id=desk.mailbox.id).update(sticky=Sticky.ALWAYS)
    ids = await desk.threads(2, assignee_id=desk.bo.member_id)
    await desk.do(desk.lead, BulkOrder(DONE, older_than_hours=0))
    await away(desk, desk.bo)
    view = await desk.undo(desk.lead)
    assert (view.undone, view.waiting) == (2, (("waits_for_owner", 2),))
    assert await state_of(ids) == {(ThreadState.OPEN, None, "waits_for_owner")}


async def test_nothing_is_put_back_on_who_went_away_meanwhile(desk: BulkDesk) -> None:
    ids = await desk.threads(2, assignee_id=desk.bo.member_id)
    await desk.do(desk.lead, BulkOrder(RELEASE, person_id=desk.bo.member_id))
    await away(desk, desk.bo)
    view = await desk.undo(desk.lead)
    assert (view.undone, view.to_another, view.kept) == (2, 2, ())
    assert not await MailThread.exists(id__in=ids, assignee_id=desk.bo.member_id)
    assert not await MailThread.exists(id__in=ids, assignee_id=None)


async def test_an_assignment_undone_leaves_room_where_it_was(desk: BulkDesk) -> None:
    await Mailbox.filter(id=desk.mailbox.id).update(capacity=1)
    (moved,) = await desk.threads(1, assignee_id=desk.bo.member_id)
    order = BulkOrder(ASSIGN, person_id=desk.bo.member_id, to_id=desk.ada.member_id)
    await desk.do(desk.lead, order)
    await away(desk, desk.bo)
    await away(desk, desk.lead)
    view = await desk.undo(desk.lead)
    assert (view.undone, view.to_another, view.waiting) == (1, 1, ())
    assert await state_of([moved]) == {(ThreadState.OPEN, desk.ada.member_id, None)}
