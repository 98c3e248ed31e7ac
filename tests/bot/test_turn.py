"""What the bot's logic asks of a turn."""

from __future__ import annotations

import pytest

from bot.activities import read_activity
from bot.references import Reference, reference_to
from bot.turn import message, said, written
from tests.bot.fakes import ADA, APP_ID, SERVICE_URL, TENANT_ID, make_activity

BOT = f"28:{APP_ID}"


def mention(marked, mentioned=BOT):
    return {"type": "mention", "mentioned": {"id": mentioned, "name": "x"}, "text": marked}


@pytest.mark.parametrize(
    ("text", "entities", "words"),
    [
        ("queue", None, "queue"),
        ("<at>Postroom</at> take 42", [mention("<at>Postroom</at>")], "take 42"),
        ("<at>Postroom</at>&nbsp;queue\n", [mention("<at>Postroom</at>")], "queue"),
        ("assign 42 to <at>Ada</at>", [mention("<at>Ada</at>", "29:ada")], "assign 42 to Ada"),
        ("<p>take <b>42</b></p>", None, "take 42"),
        ("a &lt; b", None, "a < b"),
        ("3 < 4 and 5 > 2", None, "3 < 4 and 5 > 2"),
        ("<at>(.*)</at> queue", [mention("<at>(.*)</at>")], "queue"),
        (None, None, ""),
        ("queue", [{"type": "mention"}], "queue"),
        ("queue", [{"type": "mention", "mentioned": "x", "text": 7}], "queue"),
    ],
)
def test_hears_the_words_and_not_the_markup(text, entities, words):
    assert said(read_activity(make_activity(text=text, entities=entities))) == words


def test_a_reference_keeps_what_is_needed_to_write_later():
    assert reference_to(read_activity(make_activity())) == Reference(
        SERVICE_URL, "a:ada-1:1", TENANT_ID, BOT, "29:ada", ADA
    )


def test_a_reference_can_do_without_a_person():
    reference = reference_to(read_activity({**make_activity(recipient=None), "from": None}))

    assert (reference.user_id, reference.bot_id) == ("", "")


def test_a_message_is_a_text_a_card_or_both():
    assert message("hi") == {"type": "message", "text": "hi"}
    assert message(card={"type": "AdaptiveCard"})["attachments"] == [
        {
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {"type": "AdaptiveCard"},
        }
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("<at>Postroom</at> rules import\n- when: x\n  then:", "rules import\n- when: x\n  then:"),
        ("rules import<br>-&nbsp;when: x<br />  on: true", "rules import\n- when: x\n  on: true"),
        ("<p>rules import</p><p>- when: x</p>", "rules import\n - when: x"),
    ],
)
def test_what_was_written_keeps_its_lines(text, lines):
    named = [mention("<at>Postroom</at>")]

    activity = read_activity(make_activity(text=text, entities=named))

    assert written(activity) == lines
