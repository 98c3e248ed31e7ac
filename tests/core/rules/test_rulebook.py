"""Rules kept, changed and shown: the same words, the right people, nothing lost."""

from __future__ import annotations

import asyncio

import pytest

from core.audit.models import AuditEntry
from core.errors import NotAllowed, NotFound
from core.mailboxes.models import Mailbox, MailboxMember
from core.people.models import Member
from core.rules import service
from core.rules.mistakes import RuleMistake
from core.rules.models import ReplyText, Rule, RuleState, RuleVersion
from tests import factories

LINE = "when subject contains invoice and from ends with @customer.example then assign to Ben Busy"


async def test_a_rule_is_shown_in_the_words_it_was_typed_in(office):
    made = await office.add(LINE)

    assert (made.number, made.line, made.state, made.version) == (1, LINE, RuleState.ON, 1)
    assert await office.lines() == [LINE]


async def test_what_a_rule_says_is_sealed(office):
    await office.add(LINE)

    (rule,) = await Rule.all()
    assert b"invoice" not in bytes(rule.sealed_text)
    (entry,) = await AuditEntry.filter(action="rule.created")
    assert entry.facts == {"mailbox": office.mailbox.id, "number": 1, "version": 1}


async def test_a_person_who_was_renamed_is_shown_by_the_new_name(office):
    await office.add("when always then assign to ben")
    key = office.vault.key(office.ben.wrapped_key)
    await Member.filter(id=office.ben.id).update(sealed_name=key.seal(b"member.name", "Bo Busy"))

    assert await office.lines() == ["when always then assign to Bo Busy"]


async def test_of_two_people_with_one_name_the_address_is_shown(office):
    twin = await factories.member(office.vault, office.organization, "Ben Busy", "b2@x.example")
    await factories.works(office.mailbox, twin)

    with pytest.raises(RuleMistake) as mistake:
        await office.add("when always then assign to Ben Busy")
    made = await office.add("when always then assign to b2@x.example")

    assert mistake.value.hint == "several"
    assert made.line == "when always then assign to b2@x.example"


async def test_only_people_of_the_mailbox_can_be_named(office):
    with pytest.raises(RuleMistake) as mistake:
        await office.add("when always then assign to Zoe")

    assert (mistake.value.hint, mistake.value.at, mistake.value.length) == ("nobody", 27, 3)


async def test_numbers_are_not_used_again_and_those_of_other_mailboxes_go_on(office):
    other = await factories.mailbox(office.vault, office.organization)
    await factories.works(other, office.ada, is_lead=True)
    first = await office.add(LINE)
    await office.book.delete(await office.lead(), first.number)

    second = await office.book.add(await office.lead(), other.id, "when always then finish")
    third = await office.add(LINE)

    assert (second.number, third.number) == (2, 3)
    with pytest.raises(NotFound):
        await office.book.rule(await office.lead(), first.number)


@pytest.mark.parametrize("who", ["ben", "zoe"])
async def test_others_see_and_change_nothing(office, who):
    await office.add(LINE)
    actor = await factories.actor(getattr(office, who))
    expected = NotAllowed if who == "ben" else NotFound
    book = office.book

    for attempt in (
        book.rules(actor, office.mailbox.id),
        book.rule(actor, 1),
        book.read(actor, office.mailbox.id, LINE),
        book.choices(actor, office.mailbox.id),
        book.add(actor, office.mailbox.id, LINE),
        book.change(actor, 1, LINE),
        book.switch(actor, 1, False),
        book.move(actor, 1, 1),
        book.delete(actor, 1),
        office.history.history(actor, 1),
        office.history.rollback(actor, 1, 1),
        office.exchange.export(actor, office.mailbox.id),
        office.exchange.import_(actor, office.mailbox.id, "version: 1\nrules: []\n"),
        office.teams.teams(actor, office.mailbox.id),
        office.teams.set_team(actor, office.mailbox.id, "Finance", ["Ben"]),
        office.teams.drop_team(actor, office.mailbox.id, "Finance"),
        office.trials.try_rule(actor, 1),
        office.trials.try_line(actor, office.mailbox.id, LINE),
    ):
        with pytest.raises(expected):
            await attempt

    assert await RuleVersion.all().count() == 1


async def test_an_admin_who_does_not_work_the_mailbox_may_write_its_rules(office):
    await Member.filter(id=office.zoe.id).update(is_admin=True)
    actor = await factories.actor(await Member.get(id=office.zoe.id))

    made = await office.book.add(actor, office.mailbox.id, LINE)

    assert made.line == LINE


async def test_an_older_version_is_not_overwritten(office):
    made = await office.add(LINE)
    await office.book.switch(await office.lead(), made.number, False, version=made.version)

    with pytest.raises(RuleMistake) as mistake:
        await office.book.change(
            await office.lead(), made.number, "when always then finish", version=made.version
        )

    assert mistake.value.hint == "stale"
    assert await office.lines() == [LINE]


async def test_of_two_leads_at_once_one_is_told_to_look_again(office):
    made = await office.add(LINE)
    actor = await office.lead()

    done = await asyncio.gather(
        *(
            office.book.change(actor, 1, f"when always then tag T{i}", version=made.version)
            for i in range(2)
        ),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in done) == ["RuleMistake", "RuleView"]
    assert await RuleVersion.filter(rule_id=(await Rule.get()).id).count() == 2


async def test_two_rules_added_at_once_get_different_numbers(office):
    await asyncio.gather(*(office.add(f"when always then tag T{i}") for i in range(5)))

    page = await office.book.rules(await office.lead(), office.mailbox.id)
    assert sorted(one.number for one in page.rules) == [1, 2, 3, 4, 5]
    assert [one.place for one in page.rules] == [1, 2, 3, 4, 5]


async def test_moving_changes_the_order_and_stops_at_its_ends(office):
    for i in range(3):
        await office.add(f"when always then tag T{i}")
    lead = await office.lead()

    await office.book.move(lead, 3, -1)
    await office.book.move(lead, 3, -1)
    await office.book.move(lead, 3, -1)

    page = await office.book.rules(lead, office.mailbox.id)
    assert [one.number for one in page.rules] == [3, 1, 2]


async def test_history_tells_who_changed_what_and_an_old_version_comes_back(office):
    await office.add(LINE)
    lead = await office.lead()
    await office.book.change(lead, 1, "when always then finish")
    await office.book.switch(lead, 1, False)

    made = await office.history.rollback(lead, 1, 1)

    assert made.line == LINE
    assert made.state is RuleState.OFF
    found = await office.history.history(lead, 1)
    assert [(one.version, one.change, one.by) for one in found] == [
        (4, "rolled_back", "Ada Lovelace"),
        (3, "off", "Ada Lovelace"),
        (2, "changed", "Ada Lovelace"),
        (1, "created", "Ada Lovelace"),
    ]
    assert [one.line for one in found][:2] == [LINE, "when always then finish"]
    with pytest.raises(NotFound):
        await office.history.rollback(lead, 1, 9)


async def test_a_rule_that_was_paused_goes_on_once_it_is_changed(office):
    await office.add(LINE)
    await Rule.all().update(state=RuleState.PAUSED, pause_code="person_gone")

    made = await office.book.change(await office.lead(), 1, "when always then finish")

    assert (made.state, made.pause_code) == (RuleState.ON, None)


@pytest.mark.parametrize(
    ("line", "hint", "field"),
    [
        ("when body contains refund then finish", "needs_bodies", "reads_bodies"),
        ("when always then reply with Thanks", "needs_replies", "sends_replies"),
    ],
)
async def test_what_needs_a_consent_is_refused_until_it_is_given(office, line, hint, field):
    await ReplyText.create(
        organization_id=office.organization.id, mailbox_id=office.mailbox.id, name="Thanks",
        created_at=office.clock.now,
    )  # fmt: skip
    with pytest.raises(RuleMistake) as mistake:
        await office.add(line)
    seen = await office.book.read(await office.lead(), office.mailbox.id, line)
    await Mailbox.filter(id=office.mailbox.id).update(**{field: True})
    made = await office.add(line)

    assert mistake.value.hint == hint
    assert seen.needs == hint.removeprefix("needs_")
    assert made.line == line


async def test_a_reply_names_a_text_there_is(office):
    await Mailbox.filter(id=office.mailbox.id).update(sends_replies=True)

    with pytest.raises(RuleMistake) as mistake:
        await office.add("when always then reply with Nothing")

    assert mistake.value.hint == "no_text"


async def test_a_tag_that_outlook_could_not_have_is_refused(office):
    with pytest.raises(RuleMistake) as mistake:
        await office.add('when always then tag "a, b"')

    assert mistake.value.hint == "bad_tag"


async def test_a_mailbox_has_so_many_rules_and_no_more(office, monkeypatch):
    monkeypatch.setattr(service, "MOST_RULES", 2)
    await office.add("when always then tag A")
    await office.add("when always then tag B")

    with pytest.raises(RuleMistake) as mistake:
        await office.add("when always then tag C")

    assert mistake.value.hint == "too_many"


async def test_a_rule_of_somebody_who_left_the_mailbox_is_still_shown(office):
    await office.add("when always then assign to Ben Busy")
    await MailboxMember.filter(member_id=office.ben.id).delete()

    assert await office.lines() == ["when always then assign to Ben Busy"]
    with pytest.raises(RuleMistake):
        await office.add("when always then assign to Ben Busy")
    await office.book.switch(await office.lead(), 1, False)
    with pytest.raises(RuleMistake) as mistake:
        await office.book.switch(await office.lead(), 1, True)
    assert mistake.value.hint == "nobody_now"
