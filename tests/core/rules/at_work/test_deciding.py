"""Rules at work on incoming mail: what they say is done once, in the page's transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.assignment.models import Decision
from core.audit.models import AuditEntry
from core.graph.automatic import Automatic
from core.graph.messages import MessageHeader
from core.mail.models import EventKind, MailThread, Priority, ThreadEvent
from core.mail.models import ThreadState as State
from core.mailboxes.models import FolderKind, Mailbox
from core.outbox.models import OutboxMessage
from core.people.models import Absence
from core.rules.gathering import RuleRound
from core.rules.models import ReplyMark
from core.threads.models import Tag, ThreadTag
from tests.core.mail.feeds import header, later
from tests.core.mail.office import Office
from tests.core.rules.at_work.rows import (
    a_channel,
    a_rule,
    a_team,
    a_text,
    consents,
    switch_off,
)


async def arrives(office: Office, *messages: object) -> None:
    office.feed.give(office.inbox.graph_id, *messages)
    await office.sync()


async def test_a_rule_gives_a_thread_to_the_person_it_names_and_the_reason_says_so(office: Office):
    await office.live()
    _, bo = office.people
    rule = await a_rule(office, "when subject contains printer then assign to Bo")
    for n in range(3):
        await arrives(office, header(f"m{n}", f"c{n}", at=later(n)))
        thread = await office.thread(f"c{n}")
        assert thread.assignee_id == bo.id
        decision = await Decision.get(thread_id=thread.id)
        assert decision.code == "by_rule"
        assert list(decision.reason["rule"]) == [rule.id, rule.version]


async def test_what_no_rule_matches_goes_by_the_strategy(office: Office):
    await office.live()
    await a_rule(office, "when subject contains invoice then assign to Bo")
    await arrives(office, header("m1", "c1"))
    decision = await Decision.get()
    assert decision.code != "by_rule"
    assert decision.member_id is not None


async def test_a_team_is_given_what_its_people_can_take(office: Office):
    await office.live()
    _, bo = office.people
    await a_team(office, "Finance", bo)
    await a_rule(office, "when subject contains printer then assign to Finance pool")
    await arrives(office, header("m1", "c1"), header("m2", "c2"))
    owners = await MailThread.all().values_list("assignee_id", flat=True)
    assert set(owners) == {bo.id}


async def test_the_first_rule_that_assigns_counts_and_tags_add_up(office: Office):
    await office.live()
    ada, _ = office.people
    await a_rule(office, "when subject contains printer then assign to Ada, tag Printer")
    line = "when subject contains fire then assign to Bo, tag Fire, set priority urgent"
    await a_rule(office, line)
    await arrives(office, header("m1", "c1"))
    thread = await office.thread("c1")
    assert (thread.assignee_id, thread.priority) == (ada.id, Priority.URGENT)
    assert await ThreadTag.filter(thread_id=thread.id).count() == 2
    assert await Tag.filter(mailbox_id=office.mailbox.id).count() == 2


async def test_stop_stops(office: Office):
    await office.live()
    await a_rule(office, "when subject contains printer then tag Printer, stop")
    await a_rule(office, "when subject contains fire then tag Fire")
    await arrives(office, header("m1", "c1"))
    assert await ThreadTag.all().count() == 1


async def test_a_rule_finishes_and_nobody_is_given_it_or_told(office: Office):
    await office.live()
    rule = await a_rule(office, "when subject contains newsletter then finish")
    await arrives(office, header("m1", "c1", subject="Newsletter 7"))
    thread = await office.thread("c1")
    assert (thread.state, thread.assignee_id) == (State.DONE, None)
    assert thread.finished_at == office.clock()
    decision = await Decision.get(thread_id=thread.id)
    assert (decision.code, list(decision.reason["rule"])) == ("finished_by_rule", [rule.id, 1])
    assert await ThreadEvent.filter(kind=EventKind.FINISHED).count() == 1
    assert not await OutboxMessage.filter(kind="thread_notice").exists()


async def test_a_rule_snoozes_until_a_moment_of_the_mailbox_s_own_time(office: Office):
    await Mailbox.all().update(timezone="Europe/Berlin")
    await office.live()
    await a_rule(office, "when subject contains printer then snooze until tomorrow 9:00")
    await arrives(office, header("m1", "c1"))
    thread = await office.thread("c1")
    assert (thread.state, thread.assignee_id) == (State.SNOOZED, None)
    assert thread.snoozed_until == later(23 * 60)


async def test_what_is_assigned_and_snoozed_is_somebody_s_already(office: Office):
    await office.live()
    _, bo = office.people
    await a_rule(office, "when subject contains printer then assign to Bo, snooze 4 hours")
    await arrives(office, header("m1", "c1"))
    thread = await office.thread("c1")
    assert (thread.state, thread.assignee_id) == (State.SNOOZED, bo.id)
    assert thread.snoozed_until == office.clock() + timedelta(hours=4)
    assert (await Decision.get(thread_id=thread.id)).code == "by_rule"


async def test_what_waits_for_somebody_named_goes_on_waiting_for_them_when_it_wakes(office: Office):
    await office.live()
    _, bo = office.people
    await Absence.create(
        organization_id=bo.organization_id,
        member_id=bo.id,
        starts_at=later(-60),
        created_at=later(-60),
    )
    await a_rule(office, "when subject contains printer then assign to Bo, snooze 4 hours")
    await arrives(office, header("m1", "c1"))
    thread = await office.thread("c1")
    assert (thread.state, thread.assignee_id) == (State.SNOOZED, None)
    assert thread.waiting_reason is not None
    decision = await Decision.get(thread_id=thread.id)
    assert [people for people, *_ in decision.reason["targets"]] == [[bo.id]]


async def test_a_later_message_of_the_page_wakes_what_the_first_put_to_rest(office: Office):
    await office.live()
    await a_rule(office, "when first message then finish")
    await arrives(office, header("m1", "c1"), header("m2", "c1", at=later(5)))
    assert (await office.thread("c1")).state is State.OPEN


async def test_a_person_is_shown_a_thread_by_its_id_alone(office: Office):
    await office.live()
    ada, _ = office.people
    rule = await a_rule(office, "when subject contains printer then notify Ada")
    await arrives(office, header("m1", "c1"))
    thread = await office.thread("c1")
    row = await OutboxMessage.get(kind="thread_news")
    assert row.facts == {
        "member_id": ada.id,
        "thread_id": thread.id,
        "code": "rule",
        "rule_id": rule.id,
    }


async def test_the_mailbox_s_channel_hears_of_a_thread_by_its_id_alone(office: Office):
    await office.live()
    await a_channel(office)
    rule = await a_rule(office, "when subject contains printer then notify channel")
    await arrives(office, header("m1", "c1"))
    thread = await office.thread("c1")
    row = await OutboxMessage.get(kind="channel_news")
    assert row.facts == {
        "mailbox_id": office.mailbox.id,
        "thread_id": thread.id,
        "code": "rule",
        "rule_id": rule.id,
    }
    assert row.order_key == f"channel:{office.mailbox.id}"


async def test_a_live_message_is_answered_automatically_once(office: Office):
    await consents(office, sends_replies=True)
    await a_text(office, "Received")
    await office.live()
    await a_rule(office, "when subject contains printer then reply with Received")
    await arrives(office, _by_a_person(header("m1", "c1")))
    await arrives(office, _by_a_person(header("m2", "c1", at=later(5))))
    assert await ReplyMark.all().count() == 1
    assert await OutboxMessage.filter(kind="automatic_reply").count() == 1


async def test_a_backlog_is_sorted_by_rules_and_neither_answered_nor_told(office: Office):
    await consents(office, sends_replies=True)
    await a_text(office, "Received")
    await a_channel(office)
    _, bo = office.people
    await a_rule(
        office,
        "when subject contains printer then assign to Bo, tag Printer, notify Ada, "
        "notify channel, reply with Received",
    )
    await arrives(office, *(_by_a_person(header(f"m{n}", f"c{n}")) for n in range(3)))
    assert set(await MailThread.all().values_list("assignee_id", flat=True)) == {bo.id}
    assert await ThreadTag.all().count() == 3
    assert not await ReplyMark.exists()
    kinds = set(await OutboxMessage.all().values_list("kind", flat=True))
    assert kinds <= {"progress", "queue_notice"}


async def test_history_and_what_was_answered_before_is_left_alone(office: Office):
    await Mailbox.all().update(live_from=later(-10))
    await a_rule(office, "when subject contains printer then tag Printer")
    office.feed.give(office.sent.graph_id, header("s1", "c2", at=later(9), sender="help@x.example"))
    await arrives(office, header("m1", "c1", at=later(-60)), header("m2", "c2"))
    assert not await ThreadTag.exists()


async def test_what_we_send_is_no_rule_s_business(office: Office):
    await office.live()
    await a_rule(office, "when subject contains printer then tag Printer")
    office.feed.give(office.sent.graph_id, header("s1", "c1"))
    await office.sync()
    assert not await ThreadTag.exists()


async def test_a_changed_category_of_a_known_message_runs_no_rule(office: Office):
    await office.live()
    await a_rule(office, "when category is Red then tag Red")
    await arrives(office, header("m1", "c1"))
    await arrives(office, header("m1", "c1", categories=("Red",), modified_at=later(5)))
    assert not await ThreadTag.exists()
    await arrives(office, header("m2", "c2", categories=("Red",), at=later(6)))
    assert await ThreadTag.all().count() == 1


async def test_whether_it_is_the_first_message_is_known_at_the_commit(office: Office):
    await office.live()
    await a_rule(office, "when first message then tag New")
    await a_rule(office, "when later message then set priority high")
    await arrives(office, header("m1", "c1"))
    assert (await office.thread("c1")).priority is Priority.NORMAL
    await arrives(office, header("m2", "c1", at=later(5)))
    assert (await office.thread("c1")).priority is Priority.HIGH
    assert await AuditEntry.filter(action="thread.tagged").count() == 1


@pytest.mark.parametrize(("opens", "closes"), [("09:00", "17:00"), ("18:00", "20:00")])
async def test_business_hours_are_the_mailbox_s(office: Office, opens: str, closes: str):
    await Mailbox.all().update(week=f"mon-fri {opens}-{closes}")
    await office.live()
    await a_rule(office, "when in hours then tag Hours")
    await arrives(office, header("m1", "c1", at=later(5)))
    assert await ThreadTag.exists() is (opens == "09:00")


async def test_a_rule_switched_off_after_the_page_was_looked_at_does_not_act(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    await office.live()
    rule = await a_rule(office, "when subject contains printer then tag Printer")
    look = RuleRound.look
    looked: list[str] = []

    async def look_and_switch_off(self: RuleRound, feed: Any, kind: FolderKind, page: Any) -> Any:
        rulings = await look(self, feed, kind, page)
        if kind is FolderKind.INBOX and kind not in looked:
            await switch_off(rule)
        looked.append(kind)
        return rulings

    monkeypatch.setattr(RuleRound, "look", look_and_switch_off)
    await arrives(office, header("m1", "c1"))
    assert looked == [FolderKind.SENT, FolderKind.INBOX, FolderKind.INBOX]
    assert (await office.thread("c1")).assignee_id is not None
    assert not await ThreadTag.exists()


def _by_a_person(message: MessageHeader) -> MessageHeader:
    return replace(message, automatic=Automatic.NONE)
