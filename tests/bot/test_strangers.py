"""Every command and every verb, with a stranger's ids: nothing is told, nothing is changed.

Generated from the tables, so a new row is covered by being there.
"""

from __future__ import annotations

import re

import pytest

from dialogs.wording import NOT_FOUND
from tests.bot.talking import OTHER_TENANT, Talking
from tests.dialogs.rules import texts
from tests.dialogs.sample import BEN, CARA, FOREIGN_MAILBOX, FOREIGN_THREAD, STRANGER

USAGES = [command.usage for command in Talking().commands.table]
VERBS = sorted(Talking().card_actions)

FOREIGN = {
    "thread": FOREIGN_THREAD, "version": 1, "to": BEN, "member": STRANGER, "page": 1,
    "mailbox": FOREIGN_MAILBOX, "letter": 999, "period": "", "dialog": "onboarding",
    "note": "x", "tags": "a", "priority": "high", "snooze": "1 h", "into": "42", "bulk": 999,
    "step": "people", "at": 1, "people": str(STRANGER), "leads": str(STRANGER),
    "text": "when always then stop", "reply": 5,
    "yaml": "version: 1\nrules:\n- {when: always, then: [stop]}\n",
}  # fmt: skip
NAMES_A_MAILBOX = {
    "pause", "resume", "offboard", "allow replies", "disallow replies", "reply text", "replies",
    "next",
}  # fmt: skip
HIDDEN = ("not yours", "zoe@outside.example", "Printer", "ledger")
UNKNOWN_RULE = {**FOREIGN, "rule": 999, "trial": 999}
OURS = {**FOREIGN, "thread": 42, "mailbox": 10, "member": 1}
"""Ids that exist, but not for somebody who works no mailbox."""


def foreign(usage: str) -> str:
    """The command with numbers, names and addresses that are not the speaker's."""
    if usage in NAMES_A_MAILBOX:
        return f"{usage} else@where.example"
    return re.sub(r"\d+", str(FOREIGN_THREAD), usage).replace("Ada", "Nobody")


def says(sent) -> str:
    return str([(p.get("text"), p.get("attachments")) for p in sent])


@pytest.mark.parametrize("usage", USAGES)
async def test_an_admin_learns_and_changes_nothing_with_foreign_ids_by_command(usage):
    chat = Talking()
    sent = await chat.say(foreign(usage))
    assert chat.world.changes == []
    assert "not yours" not in says(sent).replace("not yours to see", "")
    if foreign(usage) != usage and "Nobody" not in foreign(usage):
        assert sent[0]["text"] == NOT_FOUND


@pytest.mark.parametrize("usage", USAGES)
async def test_a_member_of_no_mailbox_learns_and_changes_nothing_by_command(usage):
    chat = Talking()
    sent = await chat.say(usage, member=CARA)
    assert chat.world.changes == []
    assert chat.world.dialogs == {}
    for hidden in HIDDEN:
        assert hidden not in says(sent).replace("not yours to see", "")


@pytest.mark.parametrize("usage", USAGES)
async def test_somebody_of_another_tenant_gets_the_welcome_by_command(usage):
    chat = Talking()
    (payload,) = await chat.say(usage, tenant=OTHER_TENANT)
    assert "You are not among its members" in says([payload])
    assert chat.world.changes == []


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("ids", [FOREIGN, UNKNOWN_RULE])
async def test_an_admin_learns_and_changes_nothing_with_foreign_ids_by_button(verb, ids):
    chat = Talking()
    answer = await chat.press(verb, ids)
    assert chat.world.changes == []
    assert "not yours" not in str(answer).replace("not yours to see", "")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("ids", [FOREIGN, OURS, {**OURS, "rule": 3}])
async def test_a_member_of_no_mailbox_learns_and_changes_nothing_by_button(verb, ids):
    chat = Talking()
    answer = await chat.press(verb, ids, member=CARA)
    assert chat.world.changes == []
    assert chat.world.dialogs == {}
    card = answer["value"] if isinstance(answer["value"], dict) else {}
    for hidden in HIDDEN:
        assert hidden not in texts(card, "TextRun")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("by", ["invoke", "submit"])
async def test_somebody_of_another_tenant_is_turned_away_by_button(verb, by):
    chat = Talking()
    if by == "invoke":
        answer = await chat.press(verb, {**FOREIGN, "thread": 42}, tenant=OTHER_TENANT)
        assert "not among the members" in answer["value"]
    else:
        sent = await chat.submit({**FOREIGN, "thread": 42, "verb": verb}, tenant=OTHER_TENANT)
        assert "You are not among its members" in str(sent)
    assert chat.world.changes == []


@pytest.mark.parametrize("usage", USAGES)
async def test_a_member_of_no_mailbox_learns_and_changes_nothing_in_a_channel(usage):
    chat = Talking()
    sent = await chat.say(
        usage.replace("help@…", "help@contoso.example"), member=CARA, channel=True
    )
    assert chat.world.changes == []
    for hidden in HIDDEN:
        assert hidden not in says(sent).replace("not yours to see", "")


@pytest.mark.parametrize("verb", VERBS)
async def test_a_member_of_no_mailbox_learns_nothing_by_a_button_in_a_channel(verb):
    chat = Talking()
    await chat.press(verb, OURS, member=CARA, channel=True)
    assert (chat.world.changes, chat.connector.sent) == ([], [])
