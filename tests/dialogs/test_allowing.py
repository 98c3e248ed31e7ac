"""Allowing a feature and writing reply texts, over the commands and buttons."""

from __future__ import annotations

import pytest

from core.mailboxes.features import Feature
from core.mailboxes.models import GrantKind, MailboxState
from dialogs.allowing import feature_in
from dialogs.wording import NOT_FOUND
from tests.bot.talking import Talking, card_of
from tests.dialogs.rules import check_card, texts
from tests.dialogs.sample import ADDRESS, BEN, MAILBOX
from tests.dialogs.world import a_world


def chat(**more) -> Talking:
    world = a_world()
    world.mailbox_state = MailboxState.ACTIVE
    for name, value in more.items():
        setattr(world, name, value)
    return Talking(world)


def shown(sent) -> str:
    card = card_of(sent[-1])
    check_card(card)
    return texts(card, "TextRun") + texts(card, "TextBlock")


@pytest.mark.parametrize(
    ("said", "feature", "rest"),
    [
        ("replies", Feature.REPLIES, ""),
        ("Replies help@x.example", Feature.REPLIES, "help@x.example"),
        ("automatic replies in help@x.example", Feature.REPLIES, "help@x.example"),
        ("write-back help", Feature.WRITE_BACK, "help"),
        ("write back help", Feature.WRITE_BACK, "help"),
        ("bodies", Feature.BODIES, ""),
    ],
)
def test_how_a_feature_is_named(said, feature, rest):
    assert feature_in(said) == (feature, rest)


async def test_a_word_of_no_feature_is_told_which_there_are():
    (sent,) = await chat().say("allow everything")
    assert "`write-back`" in sent["text"]


async def test_an_application_grant_shows_the_further_lines_and_is_tried():
    talk = chat()
    asked = shown(await talk.say(f"allow replies {ADDRESS}"))
    assert "Microsoft enforces" in asked
    assert "Postroom promises" in asked
    granting = shown(await talk.say("yes"))
    assert "-Role 'Application Mail.Send'" in granting
    assert "-Role 'Application Mail.ReadWrite'" in granting
    assert f"'Postroom {ADDRESS}'" in granting
    assert talk.world.changes == []
    (done,) = await talk.say("continue")
    assert "Allowed: automatic replies" in done["text"]
    assert talk.world.changes == [("allow", MAILBOX, Feature.REPLIES)]


async def test_nothing_happens_without_a_yes():
    talk = chat()
    await talk.say("allow bodies")
    (sent,) = await talk.say("no")
    assert "stays off" in sent["text"]
    assert talk.world.changes == []
    assert talk.world.dialogs == {}


async def test_rights_that_have_not_spread_are_waited_for():
    talk = chat(probe_code="waiting")
    await talk.say("allow write-back")
    await talk.say("yes")
    assert "look again by myself" in shown(await talk.say("continue"))
    talk.world.probe_code = "passed"
    (done,) = await talk.say("check")
    assert "Allowed" in done["text"]


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        ("refused", "headers_withheld", "nothing can be answered safely"),
        ("not_enforced", "other_mailboxes_open", "Take the Mail permissions off"),
        ("refused", "not_tried", "Send it a message"),
    ],
)
async def test_a_probe_that_does_not_pass_says_why(code, reason, words):
    talk = chat(probe_code=code, probe_reason=reason)
    await talk.say("allow replies")
    await talk.say("yes")
    assert words in shown(await talk.say("continue"))
    assert talk.world.changes == []


async def test_a_delegated_grant_asks_for_another_sign_in():
    talk = chat(kind=GrantKind.DELEGATED)
    assert "all mailboxes they may open" in shown(await talk.say("allow replies"))
    sent = await talk.say("yes")
    assert "Sign in once more" in shown(sent)
    assert "https://login.example/authorize?state=f" in str(card_of(sent[-1]))
    assert "PowerShell" not in shown(sent)
    assert "not seen the sign-in" in shown(await talk.say("continue"))


async def test_a_feature_is_taken_back_by_one_command():
    talk = chat()
    (sent,) = await talk.say("disallow replies")
    assert "Switched off: automatic replies" in sent["text"]
    assert "Remove-ManagementRoleAssignment" in sent["text"]
    assert talk.world.changes == [("disallow", MAILBOX, Feature.REPLIES)]


async def test_texts_are_listed_written_and_removed():
    talk = chat()
    listed = shown(await talk.say("replies"))
    assert "Away" in listed
    assert "Dear {first name}," in listed
    assert "{hours}" in shown(await talk.say("reply text"))
    saved = shown(await talk.say("Lunch: Back at one, {first name}."))
    assert "Back at one" in saved
    assert talk.world.changes == [("reply_text", MAILBOX, "Lunch")]
    answer = await talk.press("replies.remove", {"mailbox": MAILBOX, "reply": "5"})
    assert "Away" not in texts(answer["value"], "TextRun")
    assert talk.world.changes[-1] == ("reply_text_gone", MAILBOX, "Away")


async def test_a_text_with_an_unknown_field_is_asked_again():
    talk = chat()
    await talk.say("reply text")
    assert "no others" in shown(await talk.say("Lunch: Dear {name}"))
    assert talk.world.changes == []


async def test_who_leads_no_mailbox_reads_texts_and_writes_none():
    talk = chat()
    assert "Away" in shown(await talk.say("replies", member=BEN))
    (sent,) = await talk.say("reply text", member=BEN)
    assert "lead" in sent["text"]


async def test_foreign_mailboxes_are_not_found():
    for said in ("allow replies", "disallow replies", "replies", "reply text"):
        (sent,) = await chat().say(f"{said} else@where.example")
        assert sent["text"] == NOT_FOUND


async def test_a_reply_text_may_be_one_line():
    talk = chat()
    assert "Saved." in shown(await talk.say("reply text Danke: Hallo {first name}, danke."))
    assert talk.world.changes == [("reply_text", MAILBOX, "Danke")]
