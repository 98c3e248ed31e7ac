"""Tags, notes, presence and deadlines on cards: within Teams' rules, whatever was typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.mail.models import Priority, ThreadState
from core.mail.views import ThreadPage, ThreadRow, ThreadView
from core.mailboxes.models import GrantKind, MailboxState, Strategy
from core.mailboxes.views import MailboxView
from core.threads.models import TargetKind
from core.threads.tags import TagView
from core.threads.targets import TargetsView, TargetView
from core.threads.views import NoteView, PresentView, ThreadLife
from dialogs.cards.elements import ahead
from dialogs.cards.life import notes_card
from dialogs.cards.lists import queue_card
from dialogs.cards.more import more_card
from dialogs.cards.tags import tags_card
from dialogs.cards.targets import duration, targets_card
from dialogs.cards.thread import thread_card
from tests.dialogs.rules import check_card, parts, texts
from tests.dialogs.sample import ANNA, BEN, MAILBOX, NOW, a_thread
from tests.dialogs.world import a_world

HOSTILE = "\u202e[Your bank](https://evil.example)\x00\u200b \n**pay**\t" + "\U0001f4a9" * 3000
MINUTE = timedelta(minutes=1)


def a_life(
    text: str | None = "Asked finance.", name: str = "Ben Busy", **more: object
) -> ThreadLife:
    life = ThreadLife(
        tags=("Invoice", text or "Other"),
        notes=(NoteView(7, BEN, name, NOW - 3 * MINUTE, text),) * 3,
        notes_in_all=5,
        present=(
            PresentView(BEN, name, NOW + 15 * MINUTE),
            PresentView(3, "Cara", None),
        ),
    )
    return replace(life, **more)  # type: ignore[arg-type]


def drawn(view: ThreadView) -> dict[str, object]:
    reader = a_world().actor(ANNA)
    return thread_card(view, reader=reader, now=NOW, outlook="https://postroom.example/open/1")


def shown(card: dict[str, object]) -> str:
    return texts(card, "TextRun") + "\n" + texts(card, "TextBlock")


def test_a_card_says_what_the_team_keeps() -> None:
    view = a_thread(
        priority=Priority.URGENT,
        answer_due_at=NOW + 80 * MINUTE,
        finish_due_at=NOW - 20 * MINUTE,
        life=a_life(follows="follow", answering_until=NOW + MINUTE),
    )
    card = drawn(view)
    check_card(card)
    for words in (
        "Urgent priority",
        "Invoice",
        "Answer due in 1 h 20 min",
        "Finish was due 20 min ago",
        "Ben is answering (until {{TIME(2026-11-24T09:45:00Z)}})",
        "Cara has it open",
        "You are answering",
        "You follow it.",
        "Asked finance.",
        "5 notes in all",
    ):
        assert words in shown(card)


def test_a_merged_and_a_snoozed_thread_say_so() -> None:
    assert "Merged into #17" in shown(drawn(a_thread(merged_into=17, state=ThreadState.DONE)))
    asleep = a_thread(state=ThreadState.SNOOZED, snoozed_until=NOW + MINUTE, assignee_id=ANNA)
    assert "Snoozed until {{DATE(2026-11-24T09:31:00Z, SHORT)}}" in shown(drawn(asleep))


@pytest.mark.parametrize("text", [HOSTILE, None, "x" * 2000])
def test_what_people_typed_cannot_break_a_card(text: str | None) -> None:
    life = a_life(text, name=HOSTILE)
    view = a_thread(life=life, state=ThreadState.SNOOZED, snoozed_until=NOW)
    for card in (drawn(view), more_card(view), notes_card(42, life, NOW, BEN)):
        check_card(card)
        assert "](https" not in texts(card, "TextBlock")


def test_the_most_notes_there_can_be_fit_one_card() -> None:
    many = (NoteView(7, BEN, "Ben", NOW, "\U0001f4a9" * 2000),) * 4
    check_card(notes_card(42, a_life(notes=many), NOW, BEN))


@pytest.mark.parametrize("state", ThreadState)
@pytest.mark.parametrize("follows", [None, "follow", "watch"])
def test_the_second_view_has_six_actions_at_most(state: ThreadState, follows: str | None) -> None:
    card = more_card(a_thread(state=state, life=a_life(follows=follows)))
    check_card(card)
    ids = {part["id"] for part in parts(card) if part["type"].startswith("Input.")}
    assert {"note", "priority", "tags"} <= ids
    assert ("into" in ids) is (state is not ThreadState.DONE)


def test_a_list_shows_priority_deadline_and_when_it_wakes() -> None:
    row = ThreadRow(
        42, MAILBOX, "Subject", "Zoe", NOW, ThreadState.SNOOZED, ANNA, "Anna", None,
        Priority.HIGH, NOW - 5 * MINUTE, NOW + 90 * MINUTE,
    )  # fmt: skip
    card = queue_card(ThreadPage((row,), 1, 1, 1), now=NOW)
    check_card(card)
    for words in ("high", "was due 5 min ago", "wakes in 1 h 30 min"):
        assert words in shown(card)


MAILBOX_VIEW = MailboxView(
    MAILBOX, HOSTILE, MailboxState.ACTIVE, Strategy.LOAD_BALANCED, GrantKind.APPLICATION,
    GrantKind.APPLICATION, None, NOW, 0, 0, (),
)  # fmt: skip


def test_targets_are_said_in_words_and_why_nobody_is_warned() -> None:
    view = TargetsView(
        MAILBOX,
        (
            TargetView(TargetKind.ANSWER, 240, None, None),
            TargetView(TargetKind.FINISH, 960, None, Priority.URGENT),
            TargetView(TargetKind.ANSWER, 90, HOSTILE, None),
        ),
        warns=False,
    )
    card = targets_card(MAILBOX_VIEW, view)
    check_card(card)
    for words in (
        "All threads: first answer within 4 h".partition(":")[2],
        "Urgent priority",
        "finish within 2 days",
        "within 1 h 30 min",
        "no answer has been seen in Sent Items",
    ):
        assert words in shown(card)
    check_card(targets_card(MAILBOX_VIEW, TargetsView(MAILBOX, (), warns=True)))


def test_tags_are_shown_with_their_effort() -> None:
    tags = tuple(TagView(i, HOSTILE, i) for i in range(200))
    check_card(tags_card(MAILBOX_VIEW, tags))
    check_card(tags_card(MAILBOX_VIEW, ()))


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(5, "in 5 min"), (60, "in 1 h"), (80, "in 1 h 20 min"), (5000, "in 3 days"), (-90, "1 h ago")],
)
def test_how_far_ahead_is_said_in_words(minutes: int, said: str) -> None:
    assert ahead(NOW + minutes * MINUTE, NOW) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(30, "30 min"), (90, "1 h 30 min"), (240, "4 h"), (480, "1 day"), (960, "2 days")],
)
def test_durations_are_said_in_words(minutes: int, said: str) -> None:
    assert duration(minutes) == said
