"""Tags, notes, following, merging, snoozing and targets, said and pressed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.errors import InvalidInput
from core.mail.models import Priority, ThreadState
from core.threads.models import TargetKind
from dialogs.inputs import number_and_more, two_numbers
from dialogs.targets import duration_in, minutes_in
from dialogs.wording import IN_PRIVATE
from tests.bot.talking import Talking, card_of
from tests.dialogs.rules import check_card, texts, verbs
from tests.dialogs.sample import ADDRESS, ANNA, BEN, NOW, a_thread


@pytest.fixture
def chat() -> Talking:
    return Talking()


def said(sent: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{payload.get('text') or ''}\n"
        + (texts(card_of(payload), "TextBlock") if payload.get("attachments") else "")
        for payload in sent
    )


async def test_snoozing_says_until_when(chat: Talking) -> None:
    sent = await chat.say("snooze 42 until tomorrow 9:00")
    assert chat.world.changes == [("snooze", 42, "until tomorrow 9:00")]
    assert "Snoozed until {{DATE(2026-11-25T09:30:00Z" in said(sent)


async def test_snoozing_without_a_time_asks_for_it_on_the_card(chat: Talking) -> None:
    (payload,) = await chat.say("snooze 42")
    check_card(card_of(payload))
    assert verbs(card_of(payload))[0] == "thread.save"
    assert chat.world.changes == []


async def test_a_time_that_is_not_understood_is_worded(chat: Talking) -> None:
    assert "such as `tomorrow 9:00`" in said(await chat.say("snooze 42 never"))


async def test_priority_is_one_of_four_words(chat: Talking) -> None:
    await chat.say("priority 42 High")
    assert chat.world.threads_by_id[42].priority is Priority.HIGH
    assert "`urgent`" in said(await chat.say("priority 42 highest"))


async def test_tags_are_put_on_and_taken_off_by_name(chat: Talking) -> None:
    await chat.say("tag 42 Invoice, Two words")
    await chat.say("untag #42 Invoice")
    assert chat.world.threads_by_id[42].life.tags == ("Two words",)
    assert "no such tag" in said(await chat.say("untag 42 Nothing"))
    assert "name of a tag" in said(await chat.say("tag 42"))


async def test_a_mailboxs_tags_are_listed_and_weighed(chat: Talking) -> None:
    (payload,) = await chat.say(f"tags {ADDRESS} Two words weighs 3")
    assert chat.world.changes == [("weigh", "Two words", 3)]
    check_card(card_of(payload))
    assert "leads" in said(await chat.say(f"tags {ADDRESS} Invoice 3", member=BEN))
    assert "a number from 1 to 100" in said(await chat.say(f"tags {ADDRESS} Invoice"))


async def test_notes_are_written_read_and_deleted_in_private(chat: Talking) -> None:
    assert "The note was added." in said(await chat.say("note 42 She was promised a refund."))
    (payload,) = await chat.say("notes 42")
    assert "She was promised a refund." in texts(card_of(payload), "TextRun")
    assert "Only who wrote" in said(await chat.say("note delete 1", member=BEN))
    await chat.say("note delete 1")
    assert chat.world.threads_by_id[42].life.notes == ()
    for text in ("note 42 hello", "notes 42", "note delete 1"):
        assert IN_PRIVATE in said(await chat.say(text, channel=True))


async def test_following_watching_and_no_longer(chat: Talking) -> None:
    for text, follows in (("watch 42", "watch"), ("follow 42", "follow"), ("unfollow 42", None)):
        await chat.say(text)
        assert chat.world.threads_by_id[42].life.follows == follows


async def test_answering_is_pressed_on_and_off(chat: Talking) -> None:
    await chat.say("answering 42")
    assert chat.world.threads_by_id[42].life.answering_until is not None
    answer = await chat.press("thread.answering", {"thread": 42})
    check_card(answer["value"])
    assert chat.world.threads_by_id[42].life.answering_until is None


async def test_merging_answers_with_the_thread_that_both_are(chat: Talking) -> None:
    sent = await chat.say("merge 42 into 43")
    assert chat.world.changes == [("merge", 42, 43)]
    assert "#42 belongs to this thread now." in said(sent)
    assert "two numbers" in said(await chat.say("merge 42"))
    assert "the same thread" in said(await chat.say("merge 43 into 43"))


async def test_whoever_asks_for_a_card_has_it_open(chat: Talking) -> None:
    await chat.say("show 42")
    await chat.press("thread.show", {"thread": 42}, member=BEN)
    await chat.press("thread.more", {"thread": 42}, member=BEN)
    presences: Any = chat.services.presences
    assert presences.opened == [(ANNA, 42), (BEN, 42), (BEN, 42)]


async def test_saving_changes_what_was_filled_in_and_nothing_else(chat: Talking) -> None:
    view = chat.world.threads_by_id[42]
    chat.world.threads_by_id[42] = replace(view, life=replace(view.life, tags=("Old", "Kept")))
    form = {
        "thread": 42,
        "shown_priority": "normal",
        "shown_tags": "Old, Kept",
        "priority": "urgent",
        "tags": "Kept, New",
        "note": "Two\nlines",
        "snooze": "",
        "snooze_date": "",
        "into": "",
    }
    answer = await chat.press("thread.save", form)
    check_card(answer["value"])
    now = chat.world.threads_by_id[42]
    assert (now.life.tags, now.priority) == (("Kept", "New"), Priority.URGENT)
    assert now.life.notes[0].text == "Two\nlines"
    assert now.state is ThreadState.OPEN


async def test_saving_leaves_what_others_changed_meanwhile(chat: Talking) -> None:
    view = chat.world.threads_by_id[42]
    chat.world.threads_by_id[42] = replace(view, priority=Priority.HIGH)
    form = {"thread": 42, "shown_priority": "normal", "priority": "normal", "shown_tags": "",
            "tags": "", "note": ""}  # fmt: skip
    answer = await chat.press("thread.save", form)
    assert "Nothing was changed." in texts(answer["value"], "TextBlock")
    assert chat.world.threads_by_id[42].priority is Priority.HIGH


@pytest.mark.parametrize(
    ("form", "change"),
    [
        ({"snooze": "4 h"}, ("snooze", 42, "4 h")),
        ({"snooze_date": "2026-12-01", "snooze": "4 h"}, ("snooze", 42, "2026-12-01")),
        ({"into": "#43"}, ("merge", 42, 43)),
    ],
)
async def test_the_form_snoozes_and_merges(
    chat: Talking, form: dict[str, str], change: tuple[object, ...]
) -> None:
    await chat.press("thread.save", {"thread": 42, **form})
    assert chat.world.changes == [change]


async def test_a_form_with_a_wrong_number_changes_nothing(chat: Talking) -> None:
    await chat.press("thread.save", {"thread": 42, "into": "seventeen", "note": "Hello"})
    assert chat.world.changes == []


async def test_targets_are_set_by_a_line_and_shown(chat: Talking) -> None:
    await chat.say(f"targets {ADDRESS} answer 4h finish 2d")
    await chat.say(f"targets {ADDRESS} urgent answer 30m")
    (payload,) = await chat.say("targets support@contoso.example tag Two words answer off")
    answer, finish = TargetKind.ANSWER, TargetKind.FINISH
    assert chat.world.changes == [
        ("targets", {answer: 240, finish: 960}, None, None),
        ("targets", {answer: 30}, None, Priority.URGENT),
        ("targets", {answer: None}, "Two words", None),
    ]
    check_card(card_of(payload))
    assert "leads" in said(await chat.say(f"targets {ADDRESS} answer 4h", member=BEN))
    assert "urgent answer 30m" in said(await chat.say(f"targets {ADDRESS} quickly"))


async def test_targets_of_the_only_mailbox_need_no_address(chat: Talking) -> None:
    await chat.say("targets urgent answer 30 minutes")
    assert chat.world.changes == [("targets", {TargetKind.ANSWER: 30}, None, Priority.URGENT)]


async def test_lists_are_asked_for_and_paged(chat: Talking) -> None:
    late = NOW - timedelta(minutes=1)
    chat.world.threads_by_id[50] = a_thread(50, answer_due_at=late, assignee_id=BEN)
    chat.world.threads_by_id[51] = a_thread(51, state=ThreadState.SNOOZED, assignee_id=ANNA)
    await chat.say("follow 42")
    for kind, number in (("overdue", "#50"), ("snoozed", "#51"), ("following", "#42")):
        (payload,) = await chat.say(kind)
        check_card(card_of(payload))
        assert number in texts(card_of(payload), "TextRun")
        answer = await chat.press(f"{kind}.page", {"page": 1})
        assert number in texts(answer["value"], "TextRun")


async def test_a_channel_reads_numbers_alone(chat: Talking) -> None:
    for text in ("tag 42 Redundancies", "priority 42 low", "follow 42", "snooze 42 until monday"):
        public = (await chat.say(text, channel=True))[0]
        assert "#42" in (public["text"] or "")
        assert "Redundancies" not in str(public)
        assert "Printer" not in str(public)


@pytest.mark.parametrize("text", ["", "now", "-1", "42x y"])
def test_what_has_no_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        number_and_more(text)


def test_numbers_are_read_with_what_follows() -> None:
    assert number_and_more("#42 until monday") == (42, "until monday")
    assert number_and_more("42") == (42, "")
    assert two_numbers("#42 into #17") == (42, 17)


@pytest.mark.parametrize("text", ["answer", "answer 4", "answer 4h and", "answer 4 parsecs", "4h"])
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        minutes_in(text)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("30m", 30), ("4 hours", 240), ("1d", 480), ("off", None), ("90min", 90)],
)
def test_durations_are_read(text: str, minutes: int | None) -> None:
    assert duration_in(text) == minutes
