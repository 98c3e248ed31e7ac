"""Rules made in chat, at work on mail that comes in through Graph."""

from __future__ import annotations

import pytest

from core.assignment.models import Decision
from core.mail.models import MailThread, Priority, ThreadState
from core.mailboxes.models import Mailbox, MailboxMember
from core.rules.models import Rule, RuleState
from core.threads.models import ThreadTag
from sandbox.mail.records import Address, NewMail
from sandbox.sample import CLIENT_ID, HELP_MAILBOX
from sandbox.tour.cards import words
from tests.scenarios.house import House, member_of

pytestmark = pytest.mark.scenario


async def arrives(house: House, subject: str, text: str = "…") -> MailThread:
    house.clock.advance(seconds=15)
    mail = NewMail(
        subject=subject,
        text=text,
        from_=Address("Grace", "grace@customer.example"),
        to=(Address("Help", HELP_MAILBOX),),
    )
    return await house.thread_of(house.graph_id(house.outlook.deliver(HELP_MAILBOX, mail)))


async def make(house: House, line: str) -> None:
    said = await house.told(house.admin, line)
    assert "Saved" in said or "Rule" in said, said


async def test_they_assign_tag_prioritise_snooze_and_finish(working: House):
    other = working.people[1]
    await make(
        working,
        f"when subject contains printer then assign to {other.given_name}, tag Printer, "
        "set priority urgent",
    )
    await make(working, "when subject contains newsletter then finish")
    await make(working, "when subject contains later then snooze 4 hours")

    for number in range(2):
        thread = await arrives(working, f"The printer is on fire {number}")
        assert thread.assignee_id == (await member_of(other)).id
        assert thread.priority is Priority.URGENT
        assert await ThreadTag.filter(thread_id=thread.id).count() == 1
        decision = await Decision.get(thread_id=thread.id)
        rule = await Rule.get(number=1)
        assert list(decision.reason["rule"]) == [rule.id, rule.version]
        shown = await working.told(other, f"show {thread.id}")
        assert "Printer" in shown
        assert "Rule 1 (version 1)" in await working.told(other, f"why {thread.id}")
    finished = await arrives(working, "Newsletter")
    assert finished.state is ThreadState.DONE
    why = await working.told(other, f"why {finished.id}")
    assert "Rule 2 (version 1)" in why
    assert "It is done." in why
    assert (await arrives(working, "Not now, later")).state is ThreadState.SNOOZED

    await working.told(working.admin, "rule 1 off")
    assert (await Rule.get(number=1)).state is RuleState.OFF
    thread = await arrives(working, "The printer is out")
    assert (await Decision.get(thread_id=thread.id)).code != "by_rule"


async def test_a_body_is_looked_at_once_that_is_allowed(working: House):
    admin = working.admin
    working.box.ledger.assign_role(CLIENT_ID, "Application Mail.Read", [working.box.mailbox])
    card = await working.ask(admin, "allow bodies")
    await working.press(admin, card, "Next", {"yes": "yes"})
    await working.press(admin, card, "Continue")
    assert (await Mailbox.get()).reads_bodies
    await make(working, "when body contains refund then set priority high")
    assert (await arrives(working, "Hello", "A refund, please")).priority is Priority.HIGH
    assert (await arrives(working, "Hello", "Thank you")).priority is Priority.NORMAL


async def test_a_rule_about_somebody_who_left_the_mailbox_is_paused_and_its_lead_told(
    working: House,
):
    other = working.people[1]
    await make(working, f"when subject contains printer then assign to {other.given_name}")
    member = await member_of(other)
    await MailboxMember.filter(member_id=member.id).delete()
    thread = await arrives(working, "The printer is on fire")
    assert thread.assignee_id != member.id
    notice = await working.notice(working.admin, "I have paused a rule")
    assert "Rule 1: Somebody it names no longer works this mailbox" in words(notice)
    assert "Somebody it names" in await working.told(working.admin, "rule 1")


async def test_a_channel_hears_of_threads_once_its_lead_says_so_there(working: House):
    service = working.client.service
    team = service.chats.create_team("Support", working.people)
    await working.client.install_in_team(working.admin, team)
    room = service.chats.channel(team)
    said = await working.client.say_in_channel(
        working.admin, room, f"notify here for {HELP_MAILBOX}"
    )
    assert "write here from now on" in "\n".join(map(words, said))
    await make(working, "when subject contains printer then notify channel")

    thread = await arrives(working, "The printer is on fire")

    await working.all_told()
    shown = [words(one) for one in service.history.current(room.id)]
    (news,) = [text for text in shown if f"Rule 1: #{thread.id} " in text]
    assert "printer" not in news
    assert "grace" not in news.lower()
