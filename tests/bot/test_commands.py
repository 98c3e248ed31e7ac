"""Commands are understood however they are typed."""

from __future__ import annotations

import pytest

from bot.activities import read_activity
from bot.turn import said
from tests.bot.talking import Talking


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


def test_every_command_is_told_in_help_to_whom_it_is_for(commands):
    world = Talking().world
    admin = commands.help_lines(world.actor(1))
    member = commands.help_lines(world.actor(2))
    assert len(admin) == len(commands.table)
    assert ("onboard", "open a shared mailbox") in admin
    assert "onboard" not in dict(member)


def test_teams_is_offered_at_most_ten(commands):
    offered = [command for command in commands.table if command.in_manifest]
    assert 0 < len(offered) <= 10


def test_no_phrase_means_two_commands(commands):
    phrases = [phrase for command in commands.table for phrase in command.words]
    assert len(phrases) == len(set(phrases))
