"""Commands are understood however they are typed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.activities import read_activity
from bot.turn import said
from core.people.views import Actor
from dialogs.cards.welcome import help_card
from tests.bot.talking import Talking, card_of
from tests.dialogs.rules import check_card


@pytest.fixture
def commands():
    return Talking().commands


@pytest.mark.parametrize(
    ("text", "usage", "rest"),
    [
        ("queue", "queue", ""),
        ("QUEUE", "queue", ""),
        (" /take   #42 ", "take 42", "#42"),
        ("take\u00a042", "take 42", "42"),
        ("ta\u200bke 42", "take 42", "42"),
        ("ｔａｋｅ 42", "take 42", "42"),
        ("Assign 42 to Ada Lovelace", "assign 42 to Ada", "42 to Ada Lovelace"),
        ("people", "people", ""),
        ("People Remove Ada", "people remove Ada", "Ada"),
        ("people ada", "people", "ada"),
        ("report last week", "report last week", "last week"),
        ("dead letters", "dead letters", ""),
        ("dead letters retry 7", "dead letters retry 7", "7"),
        ("Hello!", "hi", ""),
        ("help?", "help", ""),
        ("?", "help", ""),
    ],
)
def test_a_command_is_found(commands, text, usage, rest):
    command, remainder = commands.parse(text)
    assert (command.usage, remainder) == (usage, rest)


@pytest.mark.parametrize("text", ["", " ", "42", "quue", "take42", "\u200b", "\ud800", "x" * 10**6])
def test_other_text_is_no_command(commands, text):
    assert commands.parse(text) is None


def test_mention_and_entities_of_a_channel_message_are_taken_out(commands):
    activity = read_activity(
        {
            "type": "message",
            "conversation": {"id": "c"},
            "recipient": {"id": "28:bot"},
            "text": "<at>Postroom</at>&nbsp;take&nbsp;#42\n",
            "entities": [
                {"type": "mention", "mentioned": {"id": "28:bot"}, "text": "<at>Postroom</at>"}
            ],
        }
    )
    command, rest = commands.parse(said(activity))
    assert (command.usage, rest) == ("take 42", "#42")


def test_near_matches_are_offered(commands):
    assert "`queue`" in commands.not_known("quue")
    assert "`assign`" in commands.not_known("asign 42 to Ada")


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "[x](https://evil.example)", "y" * 9000]
)
def test_what_is_not_known_is_not_repeated(commands, text):
    assert text[:10] not in commands.not_known(text)


def said_in(told):
    return {say for _, lines in told for say, _ in lines}


def test_every_command_is_told_in_help_to_whom_it_is_for(commands):
    world = Talking().world
    admin = commands.help(world.actor(1))
    member = said_in(commands.help(world.actor(2)))
    assert len(said_in(admin)) == len(commands.table)
    assert ("onboard", "open a shared mailbox") in dict(admin)["Onboarding and replies"]
    assert "onboard" not in member
    assert "take 42" in member


def test_what_leads_may_is_told_to_leads_and_admins_alone(commands):
    leads = Actor(1, 2, mailboxes=frozenset({7}), leads=frozenset({7}))
    usage = "strategy help@contoso.com round robin"
    assert usage in said_in(commands.help(leads))
    assert usage in said_in(commands.help(Actor(1, 1, is_admin=True)))
    assert usage not in said_in(commands.help(replace(leads, leads=frozenset())))


def test_every_command_has_a_heading_and_headings_come_once(commands):
    titles = [title for title, _ in commands.help(Talking().world.actor(1))]
    assert all(titles)
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(
    ("about", "subject"),
    [
        ("rules", "Rules and teams"),
        (" RULE ", "Rules and teams"),
        ("teams", "Rules and teams"),
        ("notes", "Snooze, tags, notes, targets"),
        ("take", "Threads"),
        ("hours", "Hours and absence"),
        ("opt out", "Hours and absence"),
        ("mailbox", "Mailboxes"),
        ("report", "Reports"),
        ("bulk", "Bulk changes"),
    ],
)
def test_help_can_be_asked_for_one_subject(commands, about, subject):
    told = commands.help(Talking().world.actor(1), about)
    assert [title for title, _ in told] == [subject]


@pytest.mark.parametrize("about", ["the weather", "x" * 9000, "[x](https://evil.example)"])
def test_of_no_subject_there_is_no_help(commands, about):
    assert commands.help(Talking().world.actor(1), about) == ()


def test_the_whole_help_is_a_small_card(commands):
    card = help_card(commands.help(Talking().world.actor(1)), "https://postroom.example/privacy")
    check_card(card)
    assert len(json.dumps(card, ensure_ascii=False).encode()) < 20 * 1024


async def test_help_of_what_it_does_not_know_tells_all():
    talking = Talking()
    whole, unknown, rules = [
        card_of((await talking.say(text))[0]) for text in ("help", "help the weather", "help rules")
    ]
    assert unknown == whole
    assert "take 42" in str(whole)
    assert "take 42" not in str(rules)
    assert "rules try" in str(rules)


async def test_help_in_an_open_dialog_is_help_with_its_question():
    talking = Talking()
    await talking.say("onboard")
    (payload,) = await talking.say("help")
    assert "What you can say" not in str(payload)


def test_teams_is_offered_at_most_ten(commands):
    offered = [command for command in commands.table if command.in_manifest]
    assert 0 < len(offered) <= 10


def test_no_phrase_means_two_commands(commands):
    phrases = [phrase for command in commands.table for phrase in command.words]
    assert len(phrases) == len(set(phrases))


def test_help_says_what_only_a_lead_may(commands):
    assert [c.usage for c in commands.table if c.by_lead and "by a lead" not in c.help] == []
    said = {words for c in commands.table if "; by a lead" in c.help for words in c.words}
    assert said >= {
        "rules", "rule", "rule add", "when", "rules try", "rules import", "rules export", "teams",
        "team", "team delete", "reply text", "targets",
    }  # fmt: skip
