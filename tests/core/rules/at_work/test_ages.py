"""Rules about how long a thread has waited act once in a wait, when its age is passed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.assignment.models import Decision
from core.mail.models import MailThread, Priority
from core.mail.models import ThreadState as State
from core.outbox.models import OutboxMessage
from core.outbox.queue import Outbox
from core.people.models import Member, MemberState
from core.rules.ages import AgeRules
from core.rules.models import AgeLook
from core.threads.models import ThreadTag
from tests.core.mail.feeds import header, later
from tests.core.mail.office import Office
from tests.core.rules.at_work.rows import a_rule

SLOW = "when unanswered over 4 hours then set priority urgent, tag Slow, notify Ada"


async def tick(office: Office, **later_on: float) -> None:
    office.clock.advance(timedelta(**later_on))
    await AgeRules(office.vault, Outbox(office.jobs), office.clock).run()


async def receives(office: Office, *messages: object) -> None:
    office.feed.give(office.inbox.graph_id, *messages)
    await office.sync()


async def answers(office: Office, conversation: str, at: int) -> None:
    sent = header(
        f"s-{conversation}-{at}", conversation, at=later(at), sender="help@contoso.example"
    )
    office.feed.give(office.sent.graph_id, sent)
    await office.sync()


async def shown() -> int:
    return await OutboxMessage.filter(kind="thread_news").count()


@pytest.fixture
async def waiting(office: Office) -> Office:
    """A thread waits since nine, under a rule about four hours."""
    await office.live()
    await a_rule(office, SLOW)
    await receives(office, header("m1", "c1"))
    return office


async def test_it_acts_once_when_the_age_is_passed(waiting: Office):
    await tick(waiting, hours=3.9)
    assert (await waiting.thread("c1")).priority is Priority.NORMAL
    await tick(waiting, hours=0.2)
    assert (await waiting.thread("c1")).priority is Priority.URGENT
    assert (await ThreadTag.all().count(), await shown()) == (1, 1)
    for _ in range(3):
        await tick(waiting, hours=2)
    assert (await shown(), await AgeLook.all().count()) == (1, 1)


async def test_an_answer_ends_the_wait_and_the_next_wait_is_its_own(waiting: Office):
    await answers(waiting, "c1", 60)
    await tick(waiting, hours=6)
    assert await shown() == 0
    await receives(waiting, header("m2", "c1", at=later(6 * 60)))
    await tick(waiting, hours=3.9)
    assert await shown() == 0
    await tick(waiting, hours=1)
    assert await shown() == 1


async def test_a_second_message_of_the_same_wait_does_not_begin_it_anew(waiting: Office):
    await tick(waiting, hours=5)
    await receives(waiting, header("m2", "c1", at=later(5 * 60)))
    await tick(waiting, hours=5)
    assert await shown() == 1


@pytest.mark.parametrize("state", [State.DONE, State.SNOOZED])
async def test_what_rests_does_not_wait(waiting: Office, state: State):
    await MailThread.all().update(state=state)
    await tick(waiting, hours=9)
    assert await shown() == 0


async def test_its_other_conditions_are_looked_at_too(office: Office):
    await office.live()
    await a_rule(
        office, "when unanswered over 4 hours and subject contains fire and importance is high "
        "and from domain customer.example and category is Red then tag Slow"
    )  # fmt: skip
    more = {"importance": "high", "categories": ("Red",)}
    await receives(office, header("m1", "c1", **more), header("m2", "c2"))
    await tick(office, hours=5)
    assert (await ThreadTag.get()).thread_id == (await office.thread("c1")).id
    assert await AgeLook.filter(acted=False).count() == 1


async def test_it_moves_the_thread_from_whoever_has_it(office: Office):
    ada, bo = office.people
    await office.live()
    await a_rule(office, "when subject contains printer then assign to Ada")
    late = await a_rule(office, "when unanswered over 4 hours then assign to Bo")
    await receives(office, header("m1", "c1"))
    assert (await office.thread("c1")).assignee_id == ada.id
    await tick(office, hours=5)
    assert (await office.thread("c1")).assignee_id == bo.id
    decision = await Decision.all().order_by("-id").first()
    assert decision is not None
    assert list(decision.reason["rule"]) == [late.id, 1]
    notice = await OutboxMessage.filter(kind="thread_notice").order_by("-id").first()
    assert notice is not None
    assert notice.facts["member_id"] == bo.id


async def test_where_nobody_named_is_free_it_stays_where_it_is(office: Office):
    ada, bo = office.people
    await office.live()
    await a_rule(office, "when subject contains printer then assign to Ada")
    await a_rule(office, "when unanswered over 4 hours then assign to Bo")
    await receives(office, header("m1", "c1"))
    await Member.filter(id=bo.id).update(state=MemberState.UNREACHABLE)
    await tick(office, hours=5)
    assert (await office.thread("c1")).assignee_id == ada.id


async def test_a_rule_that_acted_on_arrival_does_not_act_again_in_the_same_wait(office: Office):
    await office.live()
    await a_rule(office, "when subject contains printer or unanswered over 4 hours then notify Ada")
    await receives(office, header("m1", "c1"))
    assert await shown() == 1
    await tick(office, hours=5)
    assert await shown() == 1


async def test_rules_without_an_age_are_not_run_by_the_timer(waiting: Office):
    await a_rule(waiting, "when subject contains printer then notify Bo")
    await tick(waiting, hours=5)
    assert await shown() == 1


async def test_a_new_rule_looks_at_what_waits_already(waiting: Office):
    await tick(waiting, hours=5)
    await a_rule(waiting, "when unanswered over 2 hours then notify Bo")
    await tick(waiting)
    assert await shown() == 2


async def test_many_are_looked_at_in_batches(office: Office):
    await office.live()
    await a_rule(office, SLOW)
    await receives(office, *(header(f"m{n}", f"c{n}") for n in range(95)))
    await tick(office, hours=5)
    assert await shown() == 95
    assert await MailThread.filter(priority=Priority.URGENT).count() == 95
