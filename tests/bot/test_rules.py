"""Rules in chat: typed, by form, changed, tried, taken out and in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.rules.models import RuleState
from dialogs.wording import IN_PRIVATE, NOT_FOUND, STALE
from tests.bot.talking import Talking, card_of
from tests.dialogs.rules import check_card, parts, texts, verbs
from tests.dialogs.sample import ADDRESS, ANNA, BEN, CARA, MAILBOX

LINE = "when subject contains invoice then assign to Ben Busy, tag Invoice"


@pytest.fixture
def chat():
    return Talking()


def line_of(chat, number):
    return chat.world.rule_port.rules_by_number[number].line


def text_in(card):
    """What stands in the card's input."""
    return next(part["value"] for part in parts(card) if part["type"] == "Input.Text")


async def said(chat, text, **where):
    """The card of the answer, or its text."""
    (payload,) = await chat.say(text, **where)
    if "attachments" not in payload:
        return payload["text"]
    check_card(card_of(payload))
    return card_of(payload)


async def pressed(chat, verb, data, **where):
    answer = (await chat.press(verb, data, **where))["value"]
    if isinstance(answer, dict):
        check_card(answer)
    return answer


@pytest.mark.parametrize(
    "begin", ["", "rule add ", f"rule add {ADDRESS} ", f"rule add in {ADDRESS} "]
)
async def test_a_line_makes_a_rule_and_is_shown_back(chat, begin):
    card = await said(chat, begin + LINE)

    assert line_of(chat, 4) == LINE
    assert LINE in texts(card, "TextRun")
    assert "Saved." in texts(card, "TextBlock")


async def test_a_mistake_points_at_the_word_and_can_be_mended(chat):
    card = await said(chat, "when subject contains invoice then assign to Nobody")

    (wrong,) = [p for p in parts(card) if p.get("color") == "Attention" and p["type"] == "TextRun"]
    assert wrong["text"] == "Nobody"
    assert chat.world.changes == []

    look = card["actions"][0]
    card = await pressed(chat, look["verb"], {**look["data"], "text": LINE})
    assert "rule.add" in verbs(card)
    keep = card["actions"][0]
    await pressed(chat, keep["verb"], {**keep["data"], "text": text_in(card)})
    assert line_of(chat, 4) == LINE


async def test_a_rule_is_changed_by_its_number_and_a_line(chat):
    card = await said(chat, f"rule 3 {LINE}")

    assert line_of(chat, 3) == LINE
    assert "Saved." in texts(card, "TextBlock")


async def test_a_rule_is_switched_moved_and_deleted_by_word(chat):
    await said(chat, "rule 3 off")
    assert chat.world.rule_port.rules_by_number[3].state is RuleState.OFF
    await said(chat, "rule #3 on")
    await said(chat, "rule 3 up")
    await said(chat, "rule 3 down")

    card = await said(chat, "rule 3 delete")
    assert 3 in chat.world.rule_port.rules_by_number
    delete = card["actions"][0]
    await pressed(chat, delete["verb"], delete["data"])
    assert 3 not in chat.world.rule_port.rules_by_number


async def test_an_earlier_version_comes_back(chat):
    first = line_of(chat, 3)
    await said(chat, f"rule 3 {LINE}")
    history = await said(chat, "rule 3 history")
    assert first in texts(history, "TextRun")

    await said(chat, "rule 3 back to 1")

    assert line_of(chat, 3) == first


async def test_a_card_that_is_behind_changes_nothing(chat):
    await said(chat, "rule 3 off")

    card = await pressed(chat, "rule.on", {"rule": 3, "version": 1})
    other = await pressed(chat, "rule.change", {"rule": 3, "version": 1, "text": LINE})
    gone = await pressed(chat, "rule.deleted", {"rule": 3, "version": 1})

    for shown in (card, other, gone):
        assert STALE in texts(shown, "TextBlock")
    assert chat.world.rule_port.rules_by_number[3].state is RuleState.OFF


@pytest.mark.parametrize("text", ["rule 3 sideways", "rule three", "rule", "team Finance"])
async def test_what_is_not_understood_says_what_is(chat, text):
    answer = await said(chat, text)

    assert "`" in answer
    assert chat.world.changes == []


async def test_the_form_gives_the_line_that_is_saved(chat):
    form = await pressed(chat, "rule.new", {"mailbox": MAILBOX})
    look = form["actions"][0]
    filled = {
        "join": "any", "field1": "subject", "operator1": "one_of", "value1": "invoice, bill",
        "field2": "attachment", "operator2": "contains", "value2": "",
        "field3": "age", "operator3": "contains", "value3": "24",
        "field4": "from", "operator4": "ends", "value4": "@test.example",
        "assign": "team:5", "else": f"person:{BEN}", "tag": "Invoice", "priority": "high",
        "snooze": "4", "notify": str(ANNA), "also": "stop",
    }  # fmt: skip

    card = await pressed(chat, look["verb"], {**look["data"], **filled})
    save = card["actions"][1]
    assert save["title"] == "Save, switched off"
    await pressed(chat, save["verb"], {**save["data"], "text": text_in(card)})

    assert line_of(chat, 4) == (
        "when subject one of invoice, bill or has attachment or unanswered over 24 hours"
        " unless from ends with @test.example"
        " then assign to Finance pool, else Ben Busy, tag Invoice, set priority high,"
        " snooze 4 hours, notify Anna Admin, stop"
    )
    assert chat.world.rule_port.rules_by_number[4].state is RuleState.OFF


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"field1": "subject", "operator1": "contains", "value1": "", "tag": "x"},
        {"field1": "importance", "operator1": "is", "value1": "huge", "tag": "x"},
        {"field1": "importance", "operator1": "contains", "value1": "high", "tag": "x"},
        {"field1": "nonsense", "tag": "x"},
        {"assign": "person:999"},
        {"snooze": "soon"},
        {"priority": "worst"},
    ],
)
async def test_a_form_that_makes_no_rule_comes_back_with_what_was_filled_in(chat, wrong):
    card = await pressed(chat, "rule.form", {"mailbox": MAILBOX, "value3": "kept", **wrong})

    assert card["actions"][0]["verb"] == "rule.form"
    assert [p for p in parts(card) if p.get("value") == "kept"]
    assert [p for p in parts(card) if p.get("color") == "Attention"]


@pytest.mark.parametrize(
    ("text", "tried"),
    [
        ("rules try 3", (3, "last 30 days")),
        ("rules try rule 3 last week", (3, "last week")),
        (f"rules try 3 {LINE} last 7 days", (3, "last 7 days")),
        (f"rules try in {ADDRESS} {LINE} last 7 days", (None, "last 7 days")),
        (f"rules try {LINE}", (None, "last 30 days")),
    ],
)
async def test_a_rule_is_tried_and_its_card_comes_by_itself(chat, text, tried):
    answer = await said(chat, text)

    assert "Nothing is changed" in answer
    (what, number, _, period) = chat.world.changes[0]
    assert (what, (number, period)) == ("try", tried)


async def test_what_was_tried_is_saved_from_its_card(chat):
    await said(chat, f"rules try {LINE}")

    await pressed(chat, "rule.add", {"trial": 1})

    assert line_of(chat, 4) == LINE


async def test_other_words_that_were_tried_are_taken_over_from_the_card(chat):
    await said(chat, f"rules try 3 {LINE}")

    await pressed(chat, "rule.change", {"rule": 3, "version": 1, "trial": 1})

    assert line_of(chat, 3) == LINE


async def test_a_thread_that_changes_leaves_the_trial_that_shows_it_a_trial(chat):
    await said(chat, "rules try 3")
    port = chat.world.rule_port
    port.trials_by_id[1] = replace(port.trials_by_id[1], examples=(42,))
    await chat.notifier.handlers()["trial"]({"member_id": ANNA, "trial_id": 1}, 1)

    await chat.notifier.handlers()["thread_card"]({"thread_id": 42}, 1)

    how, _, payload = chat.connector.sent[-1]
    assert how == "update"
    assert "Rule 3 tried" in texts(card_of(payload), "TextBlock")


async def test_a_trials_card_is_posted_once_and_then_changes(chat):
    await said(chat, "rules try 3")
    notify = chat.notifier.handlers()["trial"]
    before = len(chat.connector.sent)

    for _ in range(3):
        await notify({"member_id": ANNA, "trial_id": 1}, 1)

    assert [how for how, _, _ in chat.connector.sent[before:]] == ["send", "update", "update"]
    check_card(card_of(chat.connector.sent[-1][2]))


async def test_a_trial_under_way_can_be_looked_at_again(chat):
    await said(chat, "rules try 3")
    await chat.notifier.handlers()["trial"]({"member_id": ANNA, "trial_id": 1}, 1)
    refresh = card_of(chat.connector.sent[-1][2])["refresh"]["action"]

    card = await pressed(chat, refresh["verb"], refresh["data"])

    assert "Rule 3 tried" in texts(card, "TextBlock")


@pytest.mark.parametrize(("member", "trial"), [(CARA, 1), (ANNA, 99), (99, 1)])
async def test_a_trial_that_is_not_theirs_is_not_posted(chat, member, trial):
    await said(chat, "rules try 3")
    before = len(chat.connector.sent)

    await chat.notifier.handlers()["trial"]({"member_id": member, "trial_id": trial}, 1)

    assert len(chat.connector.sent) == before


async def test_rules_go_out_and_come_in_with_their_lines(chat):
    card = await said(chat, f"rules export {ADDRESS}")
    (text,) = [part["value"] for part in parts(card) if part["type"] == "Input.Text"]

    card = await said(chat, f"rules import {ADDRESS}\n{text}")
    assert "1 rule taken in." in texts(card, "TextBlock")
    assert line_of(chat, 4) == line_of(chat, 3)

    form = await said(chat, f"rules import {ADDRESS}")
    press = form["actions"][0]
    await pressed(chat, press["verb"], {**press["data"], "yaml": text})
    assert line_of(chat, 5) == line_of(chat, 3)


async def test_a_file_that_is_wrong_says_which_rule_and_adds_nothing(chat):
    text = "version: 1\nrules:\n- {when: always, then: [stop]}\n- {when: always, then: [dance]}\n"

    card = await said(chat, f"rules import {ADDRESS}\n{text}")

    assert "Rule 2 of the file" in texts(card, "TextBlock")
    assert chat.world.changes == []


async def test_a_team_is_made_and_ended(chat):
    card = await said(chat, f"team Sales in {ADDRESS}: Ben, Anna Admin")
    assert "Sales" in texts(card, "TextRun")
    assert chat.world.rule_port.team_people["Sales"] == (BEN, ANNA)

    await said(chat, "team delete Sales")
    assert "Sales" not in chat.world.rule_port.team_people


@pytest.mark.parametrize(
    "text",
    ["rules", "rule 3", LINE, "rule add", "rules try 3", "rules export", "rules import", "teams"],
)
async def test_who_leads_no_mailbox_is_told_so(chat, text):
    for member, expected in ((BEN, "leads"), (CARA, "leads")):
        answer = await said(chat, text, member=member)
        assert expected in answer or answer == NOT_FOUND
    assert chat.world.changes == []


@pytest.mark.parametrize("text", ["rules", "rule 3", LINE, f"rules export {ADDRESS}", "teams"])
async def test_rules_are_talked_about_in_private(chat, text):
    (payload,) = await chat.say(text, channel=True)

    assert payload["text"] == IN_PRIVATE


@pytest.mark.parametrize("text", ["rules try", "Rules Try last 7 days"])
async def test_a_trial_of_nothing_is_told_what_can_be_tried(chat, text):
    assert "a rule's number or its line" in await said(chat, text)
    assert not chat.world.changes
