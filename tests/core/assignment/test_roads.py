"""Every road on which a thread comes to somebody, with its cap, its absence and its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from core.assignment.models import Decision
from core.assignment.service import Assignments
from core.errors import Absent, Full, InvalidInput, NotAllowed
from core.mail.models import EventKind, MailThread, Priority, ThreadEvent, ThreadState
from core.mailboxes.models import HandBack, Mailbox, MailboxMember, Sticky, Strategy
from core.outbox.models import OutboxMessage
from core.outbox.queue import Outbox
from core.people.models import Absence, Member
from core.people.views import Actor
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock
from tests.core.mail.feeds import FakeJobs

HOUR = timedelta(hours=1)
WEEK = "mon-fri 08:00-12:00 13:00-17:00"


@dataclass
class Desk:
    work: Assignments
    mailbox: Mailbox
    ada: Actor
    bo: Actor
    lead: Actor
    vault: Vault
    clock: SettableClock

    async def thread(self, **more: object) -> MailThread:
        sender = await factories.correspondent(self.vault, await self.mailbox.organization)
        return await factories.thread(self.vault, self.mailbox, sender, **more)

    async def policy(self, **settings: object) -> None:
        await Mailbox.filter(id=self.mailbox.id).update(**settings)

    async def absent(self, who: Actor, until: datetime | None = None) -> None:
        await Absence.create(
            organization_id=who.organization_id,
            member_id=who.member_id,
            starts_at=self.clock(),
            ends_at=until,
            created_at=self.clock(),
        )

    async def now(self, thread: MailThread) -> MailThread:
        return await MailThread.get(id=thread.id)

    async def newest_reason(self, thread: MailThread) -> Decision:
        decision = await Decision.filter(thread_id=thread.id).order_by("-id").first()
        assert decision is not None
        return decision


@pytest.fixture
async def desk(database: str, vault: Vault, clock: SettableClock) -> Desk:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization)
    actors = []
    for name, lead in (("Ada", False), ("Bo", False), ("Lee", True)):
        person = await factories.member(vault, organization, name)
        await factories.works(mailbox, person, is_lead=lead, in_pool=not lead)
        actors.append(await factories.actor(person))
    return Desk(Assignments(Outbox(FakeJobs()), clock), mailbox, *actors, vault, clock)


async def test_nobody_takes_or_is_given_more_than_the_cap(desk: Desk) -> None:
    await desk.policy(capacity=1)
    await desk.thread(assignee_id=desk.ada.member_id)
    second = await desk.thread()
    for attempt in (
        desk.work.take(desk.ada, second.id),
        desk.work.assign(desk.lead, second.id, desk.ada.member_id),
        desk.work.next(desk.ada),
    ):
        with pytest.raises(Full) as refused:
            await attempt
        assert (refused.value.member_id, refused.value.cap) == (desk.ada.member_id, 1)


async def test_snoozed_threads_do_not_count_and_wake_within_the_cap(desk: Desk) -> None:
    await desk.policy(capacity=1)
    first = await desk.thread(assignee_id=desk.ada.member_id)
    second = await desk.thread()
    await desk.work.snooze(desk.ada, first.id, desk.clock() + HOUR)
    await desk.work.take(desk.ada, second.id)
    desk.clock.advance(HOUR)
    assert await desk.work.wake(desk.clock()) == 1
    woken = await desk.now(first)
    assert (woken.state, woken.assignee_id) == (ThreadState.OPEN, desk.bo.member_id)


async def test_a_thread_wakes_for_its_owner_as_no_new_assignment(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id, assigned_at=desk.clock())
    await desk.work.snooze(desk.ada, thread.id, desk.clock() + HOUR)
    assert await desk.work.wake(desk.clock()) == 0
    desk.clock.advance(HOUR)
    await desk.work.wake(desk.clock())
    woken = await desk.now(thread)
    assert (woken.assignee_id, woken.assigned_at) == (desk.ada.member_id, thread.assigned_at)
    kinds = [event.kind for event in await ThreadEvent.filter(thread_id=thread.id).order_by("id")]
    assert kinds == [EventKind.SNOOZED, EventKind.WOKEN]
    assert await OutboxMessage.filter(kind="thread_notice").count() == 1


async def test_a_snooze_ends_in_the_future(desk: Desk) -> None:
    thread = await desk.thread()
    with pytest.raises(InvalidInput):
        await desk.work.snooze(desk.ada, thread.id, desk.clock())


async def test_nobody_absent_is_given_a_thread_by_hand_and_it_says_until_when(desk: Desk) -> None:
    thread = await desk.thread()
    back = desk.clock() + 3 * HOUR
    await desk.absent(desk.bo, back)
    with pytest.raises(Absent) as refused:
        await desk.work.assign(desk.ada, thread.id, desk.bo.member_id)
    assert refused.value.until == back
    with pytest.raises(Absent):
        await desk.work.take(desk.bo, thread.id)


async def test_whoever_takes_a_thread_out_of_hours_is_at_work(desk: Desk) -> None:
    thread = await desk.thread()
    await Member.filter(id=desk.ada.member_id).update(week="sat 10:00-12:00")
    with pytest.raises(Absent):
        await desk.work.assign(desk.lead, thread.id, desk.ada.member_id)
    await desk.work.take(desk.ada, thread.id)
    assert (await desk.now(thread)).assignee_id == desk.ada.member_id


async def test_who_opted_out_is_given_nothing_but_may_take(desk: Desk) -> None:
    thread = await desk.thread()
    await MailboxMember.filter(member_id=desk.ada.member_id).update(opted_out=True)
    with pytest.raises(InvalidInput) as refused:
        await desk.work.assign(desk.lead, thread.id, desk.ada.member_id)
    assert refused.value.hint == "opted_out"
    await desk.work.take(desk.ada, thread.id)


async def test_a_reopened_thread_waits_for_its_owner_and_is_theirs_when_they_return(
    desk: Desk,
) -> None:
    await desk.policy(sticky=Sticky.ALWAYS)
    thread = await desk.thread(assignee_id=desk.bo.member_id)
    await desk.work.finish(desk.bo, thread.id)
    await desk.absent(desk.bo)
    await desk.work.reopen(desk.ada, thread.id)
    waiting = await desk.now(thread)
    assert waiting.waiting_reason == "waits_for_owner"
    assert (waiting.assignee_id, waiting.waits_for_id) == (None, desk.bo.member_id)
    assert await desk.work.assign_waiting(desk.mailbox.id) == 0
    assert (await desk.now(thread)).version == waiting.version
    await Absence.all().delete()
    assert await desk.work.assign_waiting(desk.mailbox.id) == 1
    assert (await desk.now(thread)).assignee_id == desk.bo.member_id


async def test_a_thread_whose_owner_leaves_meanwhile_goes_to_the_pool(desk: Desk) -> None:
    await desk.policy(sticky=Sticky.ALWAYS)
    thread = await desk.thread(waiting_reason="waits_for_owner", waits_for_id=desk.bo.member_id)
    await MailboxMember.filter(member_id=desk.bo.member_id).delete()
    assert await desk.work.assign_waiting(desk.mailbox.id) == 1
    assert (await desk.now(thread)).assignee_id == desk.ada.member_id


async def test_a_thread_waits_for_whom_its_rule_named_until_they_are_free(desk: Desk) -> None:
    thread = await desk.thread(waiting_reason="nobody_free")
    await Decision.create(
        organization_id=desk.mailbox.organization_id,
        thread_id=thread.id,
        at=desk.clock(),
        code="nobody_free",
        reason={"targets": [[[desk.bo.member_id], 5, 1, None]]},
    )
    await desk.absent(desk.bo)
    assert await desk.work.assign_waiting(desk.mailbox.id) == 0
    await Absence.all().delete()
    await desk.work.assign_waiting(desk.mailbox.id)
    assert (await desk.now(thread)).assignee_id == desk.bo.member_id
    decision = await desk.newest_reason(thread)
    assert (decision.code, decision.reason["rule"]) == ("by_rule", [5, 1])


async def test_unfinished_threads_go_back_once_when_the_shift_ends(desk: Desk) -> None:
    await desk.policy(hand_back=HandBack.POOL)
    await Member.filter(id=desk.ada.member_id).update(week=WEEK)
    for _ in range(130):
        await desk.thread(assignee_id=desk.ada.member_id, assigned_at=desk.clock())
    desk.clock.now = desk.clock().replace(hour=12, minute=30)
    assert await desk.work.hand_back(desk.clock()) == 0  # a break is no end
    desk.clock.now = desk.clock().replace(hour=17, minute=0)
    assert await desk.work.hand_back(desk.clock()) == 130
    assert await MailThread.filter(assignee_id=desk.bo.member_id).count() == 130
    late = await desk.thread()
    desk.clock.advance(HOUR)
    await desk.work.take(desk.ada, late.id)
    assert await desk.work.hand_back(desk.clock()) == 0


async def test_threads_are_handed_to_the_colleague_or_with_the_reason_to_the_pool(
    desk: Desk,
) -> None:
    await desk.policy(hand_back=HandBack.COLLEAGUE, hand_back_to_id=desk.lead.member_id)
    first = await desk.thread(assignee_id=desk.ada.member_id, assigned_at=desk.clock())
    await desk.absent(desk.ada)
    assert await desk.work.hand_back(desk.clock(), desk.ada.member_id) == 1
    assert (await desk.now(first)).assignee_id == desk.lead.member_id
    assert (await desk.newest_reason(first)).code == "colleague"
    await desk.absent(desk.lead)
    assert await desk.work.hand_back(desk.clock()) == 1
    assert (await desk.now(first)).assignee_id == desk.bo.member_id
    second = await desk.thread(assignee_id=desk.ada.member_id, assigned_at=desk.clock())
    await desk.work.hand_back(desk.clock())
    skipped = (await desk.newest_reason(second)).reason["skipped"]
    assert [desk.lead.member_id, "away"] in skipped


async def test_what_is_kept_at_the_end_of_a_shift_stays(desk: Desk) -> None:
    await desk.thread(assignee_id=desk.ada.member_id, assigned_at=desk.clock())
    await desk.absent(desk.ada)
    assert await desk.work.hand_back(desk.clock()) == 0


async def test_next_gives_the_most_urgent_and_then_the_oldest(desk: Desk) -> None:
    await desk.policy(strategy=Strategy.PULL, sticky=Sticky.ALWAYS)
    await desk.absent(desk.bo)
    old = await desk.thread(waiting_reason="pull")
    urgent = await desk.thread(
        waiting_reason="pull", priority=Priority.URGENT, at=desk.clock() + HOUR
    )
    await desk.thread(waiting_reason="waits_for_owner", waits_for_id=desk.bo.member_id)
    assert await desk.work.assign_waiting(desk.mailbox.id) == 0
    assert await desk.work.next(desk.ada) == urgent.id
    assert await desk.work.next(desk.ada, desk.mailbox.id) == old.id
    assert await desk.work.next(desk.ada) is None
    assert await desk.work.next(desk.ada, 999) is None


async def test_what_waited_for_the_next_is_given_out_under_another_strategy(desk: Desk) -> None:
    thread = await desk.thread(waiting_reason="pull")
    assert await desk.work.assign_waiting(desk.mailbox.id) == 1
    assert (await desk.now(thread)).assignee_id is not None


async def test_the_most_urgent_are_given_out_first_when_there_is_little_room(desk: Desk) -> None:
    await desk.policy(capacity=1)
    threads = [await desk.thread(waiting_reason="nobody_free") for _ in range(3)]
    await desk.work.set_priority(desk.ada, threads[2].id, Priority.HIGH)
    assert await desk.work.assign_waiting(desk.mailbox.id) == 2
    assert (await desk.now(threads[2])).assignee_id is not None
    assert (await desk.now(threads[1])).waiting_reason == "nobody_free"


async def test_a_priority_is_ones_own_to_set(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.bo.member_id)
    with pytest.raises(NotAllowed):
        await desk.work.set_priority(desk.ada, thread.id, Priority.HIGH)


async def test_a_senders_next_thread_goes_to_who_had_their_last(desk: Desk) -> None:
    await desk.policy(sticky_sender_days=7)
    last = await desk.thread(
        assignee_id=desk.bo.member_id, assigned_at=desk.clock() - 24 * HOUR, state="done"
    )
    for _ in range(3):
        await desk.thread(assignee_id=desk.bo.member_id)
    new = await desk.thread(waiting_reason="nobody_free", correspondent_id=last.correspondent_id)
    await desk.work.assign_waiting(desk.mailbox.id)
    assert (await desk.now(new)).assignee_id == desk.bo.member_id
    assert (await desk.newest_reason(new)).code == "same_sender"


async def test_a_leaver_keeps_no_snoozed_thread(desk: Desk) -> None:
    thread = await desk.thread(assignee_id=desk.ada.member_id)
    await desk.work.snooze(desk.ada, thread.id, desk.clock() + HOUR)
    await desk.work.put_back(desk.ada.member_id, "left")
    asleep = await desk.now(thread)
    assert (asleep.state, asleep.assignee_id) == (ThreadState.SNOOZED, None)
    desk.clock.advance(HOUR)
    await desk.work.wake(desk.clock())
    assert (await desk.now(thread)).assignee_id is not None
