"""Cards of rules obey Teams' rules, whatever rules and people are called."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.rules.models import RuleState, TrialState
from core.rules.views import (
    DraftView,
    RuleChoices,
    RulesPage,
    RuleView,
    SideView,
    TeamView,
    TrialView,
    VersionView,
)
from dialogs.cards.rule_form import MOST_OFFERED, ROWS, form_card
from dialogs.cards.rules import (
    delete_card,
    edit_card,
    history_card,
    preview_card,
    rule_card,
    rules_card,
    which_card,
)
from dialogs.cards.rules_exchange import LONGEST_FILE, export_card, import_card
from dialogs.cards.rules_try import trial_card
from dialogs.cards.teams import teams_card
from tests.dialogs.rules import check_card, parts, texts, verbs
from tests.dialogs.sample import ADDRESS, ANNA, BEN, MAILBOX, NOW
from tests.dialogs.world import a_world

HOSTILE = "\u202e[Your bank](https://evil.example)\x00\u200b \n**pay**\t" + "\U0001f4a9" * 500
LINE = "when subject contains invoice then assign to Finance pool, tag Invoice"


def a_rule(**changes) -> RuleView:
    rule = RuleView(3, MAILBOX, ADDRESS, LINE, RuleState.ON, None, 2, 1, 4, (BEN,))
    return replace(rule, **changes)


def a_trial(**changes) -> TrialView:
    side = SideView(((ANNA, 12), (BEN, 30)), 5, 2, 1)
    trial = TrialView(
        7, MAILBOX, ADDRESS, 3, 2, LINE, NOW - timedelta(days=30), NOW, "Europe/Berlin",
        TrialState.DONE, 1000, 1000, 40, 950, 10, (42, 43), side, replace(side, finished=0),
        False, ((ANNA, 20),), 3, {ANNA: "Anna Admin", BEN: "Ben Busy"},
    )  # fmt: skip
    return replace(trial, **changes)


@pytest.mark.parametrize("line", [LINE, HOSTILE, "x" * 2_000, "\U0001f4a9" * 2_000])
@pytest.mark.parametrize("state", RuleState)
def test_rules_and_their_history_obey_the_rules(line, state):
    rule = a_rule(line=line, state=state)
    page = RulesPage(MAILBOX, HOSTILE, tuple(replace(rule, number=i) for i in range(6)), 18, 2, 3)
    versions = tuple(
        VersionView(50 - i, line, "changed", HOSTILE, BEN, NOW - timedelta(days=i))
        for i in range(50)
    )

    for card in (
        rules_card(page, say="Done."),
        rule_card(rule, say="Saved."),
        history_card(rule, versions, now=NOW),
        delete_card(rule),
        preview_card(DraftView(MAILBOX, ADDRESS, line, None)),
        preview_card(DraftView(MAILBOX, ADDRESS, line, "bodies"), number=3, version=2),
        edit_card(line, mailbox_id=MAILBOX, say="Wrong.", at=5, length=7),
    ):
        check_card(card)


def test_the_list_shows_number_state_and_words():
    card = rules_card(RulesPage(MAILBOX, ADDRESS, (a_rule(state=RuleState.OFF),), 1, 1, 1))

    shown = texts(card, "TextRun")
    assert "3 \noff \n" + LINE in shown
    assert verbs(card) == ["rule.show", "rule.toggle", "rule.new"]


def test_an_empty_list_says_how_to_begin():
    card = rules_card(RulesPage(MAILBOX, ADDRESS, (), 0, 1, 1))

    check_card(card)
    assert "when subject contains" in texts(card, "TextBlock")


def test_the_word_that_is_wrong_stands_out():
    card = edit_card(LINE, mailbox_id=MAILBOX, say="I know nobody.", at=45, length=7)

    (wrong,) = [p for p in parts(card) if p.get("color") == "Attention" and p["type"] == "TextRun"]
    assert wrong["text"] == "Finance"


def test_what_is_missing_at_the_end_is_pointed_to():
    card = edit_card("when always", mailbox_id=MAILBOX, say="Missing.", at=11, length=0)

    check_card(card)
    assert "when always \n◀ here" in texts(card, "TextRun")


def test_a_rule_that_needs_a_consent_cannot_be_saved():
    card = preview_card(DraftView(MAILBOX, ADDRESS, LINE, "replies"))

    assert "rule.add" not in verbs(card)
    assert "`allow replies`" in texts(card, "TextBlock")


def test_the_greatest_form_fits():
    people = tuple((i, f"{i} {'Ä' * 70}") for i in range(200))
    offered = RuleChoices(MAILBOX, HOSTILE, people, people, tuple(n for _, n in people), ())
    entered = {f"value{row}": "ü" * 200 for row in ROWS} | {"tag": HOSTILE}

    card = form_card(offered, entered, say="Wrong.")

    check_card(card)
    assert MOST_OFFERED < 200


@pytest.mark.parametrize(
    "trial",
    [
        a_trial(),
        a_trial(state=TrialState.QUEUED),
        a_trial(state=TrialState.RUNNING, done=400),
        a_trial(state=TrialState.FAILED),
        a_trial(number=None, examples=(), unknown=0, without=True),
        a_trial(line=HOSTILE, mailbox=HOSTILE, names=dict.fromkeys(range(200), HOSTILE)),
        a_trial(line="\U0001f4a9" * 2_000, names=dict.fromkeys(range(200), "Ä" * 99)),
    ],
)
def test_a_trial_obeys_the_rules(trial):
    check_card(trial_card(trial))


def test_a_trial_shows_both_sides_and_what_cannot_be_known():
    card = trial_card(a_trial())

    shown = texts(card, "TextRun").splitlines()
    assert shown[shown.index("Ben Busy") :][:4] == ["Ben Busy", "30", "30", "0"]
    assert shown[shown.index("Had to wait") :][:4] == ["Had to wait", "5", "5", "3"]
    said = texts(card, "TextBlock")
    assert "40 match, 950 do not" in said
    assert "Of 10 it cannot be known" in said


def test_a_file_keeps_its_lines_and_is_cut_at_one():
    text = "version: 1\nrules:\n" + "- when: “ä”\n  then:\n  - tag x\n" * 2_000

    card = export_card(ADDRESS, text)

    check_card(card)
    (value,) = [part["value"] for part in parts(card) if part["type"] == "Input.Text"]
    assert value.endswith("\n")
    assert len(value.encode()) <= LONGEST_FILE
    check_card(import_card(MAILBOX, HOSTILE, text, say="Wrong."))


def test_teams_and_choices_of_mailboxes_obey_the_rules():
    people = tuple((i, HOSTILE) for i in range(100))
    check_card(teams_card(tuple(TeamView(f"Team {i}", people) for i in range(50)), say="Done."))
    check_card(teams_card(()))


async def test_which_mailbox_is_asked_with_the_line_that_goes_on():
    world = a_world()
    mailboxes = await world.services().mailboxes.mailboxes(world.actor(ANNA))

    card = which_card(mailboxes, "A new rule", "rule.add", LINE)

    check_card(card)
    assert [p["value"] for p in parts(card) if p["type"] == "Input.Text"] == [LINE]
    assert verbs(card) == ["rule.add"]
