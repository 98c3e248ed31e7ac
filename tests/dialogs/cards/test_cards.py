"""Every card obeys Teams' rules, whatever people outside wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.mail.models import ThreadState
from core.mail.views import ThreadPage, ThreadRow
from core.mailboxes.models import MailboxState
from core.mailboxes.views import MailboxPersonView
from core.people.hour_views import PresenceView
from core.people.views import Actor
from dialogs.cards.elements import NAME, SUBJECT, age, plain, safe
from dialogs.cards.letters import letters_card
from dialogs.cards.lists import (
    following_card,
    overdue_card,
    queue_card,
    snoozed_card,
    unassigned_card,
)
from dialogs.cards.mailboxes import consents_card, mailboxes_card, progress_card
from dialogs.cards.people import people_card, remove_card
from dialogs.cards.thread import gone_card, thread_card
from dialogs.cards.welcome import help_card, stranger_card, welcome_card
from dialogs.notices import NOTICES, notice_reply
from tests.dialogs.rules import check_card, parts, texts, verbs
from tests.dialogs.sample import ANNA, BEN, MAILBOX, NOW, a_thread
from tests.dialogs.world import a_world

HOSTILE = "\u202e[Your bank](https://evil.example)\x00\u200b \n**pay**\t" + "\U0001f4a9" * 5000
LINK = "https://postroom.example/open/42.x.k"


def drawn(view, member_id=ANNA, **more):
    reader = a_world().actor(member_id)
    return thread_card(view, reader=reader, now=NOW, outlook=LINK, **more)


@pytest.mark.parametrize(
    "view",
    [
        a_thread(),
        a_thread(assignee_id=ANNA, assignee="Anna", assigned_at=NOW, answered_at=NOW),
        a_thread(assignee_id=BEN, assignee="Ben"),
        a_thread(state=ThreadState.DONE),
        a_thread(state=ThreadState.SNOOZED, assignee_id=ANNA, assignee="Anna"),
        a_thread(is_history=True),
        a_thread(subject=None, sender_name=None, sender_address=None, why=None),
        a_thread(subject="", message_id=None, last_received_at=None),
    ],
)
@pytest.mark.parametrize("explain", [False, True])
def test_thread_card_obeys_the_rules(view, explain):
    check_card(drawn(view, explain=explain))
    check_card(drawn(view, BEN, explain=explain))


def test_thread_card_shows_sender_subject_age_state_and_link():
    card = drawn(a_thread())
    shown = texts(card, "TextRun") + texts(card, "TextBlock")
    assert "Printer on fire" in shown
    assert "Zoe Outside <zoe@outside.example>" in shown
    assert "2 h old" in shown
    assert "Unassigned" in shown
    assert any(action.get("url") == LINK for action in card["actions"])


def test_hostile_text_stands_only_in_text_runs_and_is_made_harmless():
    view = a_thread(
        subject=HOSTILE,
        sender_name=HOSTILE,
        sender_address=HOSTILE,
        assignee=HOSTILE,
        assignee_id=2,
    )
    card = drawn(view, explain=True)
    check_card(card)
    assert "evil.example" in texts(card, "TextRun")
    for part in parts(card):
        if part["type"] != "TextRun":
            assert "evil.example" not in str(part.get("text", ""))
            assert "evil.example" not in str(part.get("title", ""))
    assert "\u202e" not in str(card)


def test_names_in_choices_hold_no_markdown():
    colleague = MailboxPersonView(7, "[Ada](https://evil.example)", False, True)
    card = drawn(a_thread(), colleagues=(colleague,))
    check_card(card)
    (choice,) = next(p for p in parts(card) if p["type"] == "Input.ChoiceSet")["choices"]
    assert not set("[]()") & set(choice["title"])


def test_actions_fit_the_state_and_the_reader():
    always = ["thread.why", "thread.more"]
    assert verbs(drawn(a_thread())) == ["thread.take", "thread.done", "thread.pass", *always]
    mine = a_thread(assignee_id=BEN, assignee="Ben")
    assert "thread.release" in verbs(drawn(mine, BEN))
    assert verbs(drawn(a_thread(assignee_id=ANNA), BEN)) == always
    assert verbs(drawn(a_thread(state=ThreadState.DONE))) == ["thread.reopen", *always]
    asleep = replace(mine, state=ThreadState.SNOOZED)
    assert verbs(drawn(asleep, BEN)) == ["thread.take", "thread.done", "thread.pass", *always]
    assert verbs(drawn(a_thread(merged_into=17, state=ThreadState.DONE))) == ["thread.open"]


def a_page(count=8, page=2, pages=9, **changes):
    row = ThreadRow(42, MAILBOX, "Subject", "Zoe", NOW, ThreadState.OPEN, None, None, None)
    rows = tuple(replace(row, thread_id=10**9 + i, **changes) for i in range(count))
    return ThreadPage(rows, 1000, page, pages)


LISTS = [queue_card, unassigned_card, snoozed_card, following_card, overdue_card]


@pytest.mark.parametrize("draw", LISTS)
def test_lists_fit_whatever_their_subjects_are(draw):
    for page in (a_page(), a_page(0, 1, 1), a_page(subject=HOSTILE, sender_name=HOSTILE)):
        check_card(draw(page, now=NOW))


def test_lists_offer_paging_and_act_on_the_number_picked():
    card = queue_card(a_page(), now=NOW)
    assert verbs(card) == [
        "thread.open", "queue.done", "queue.release", "thread.reason", "queue.page", "queue.page",
    ]  # fmt: skip
    pick = next(p for p in parts(card) if p["type"] == "Input.ChoiceSet")
    assert len(pick["choices"]) == 8


async def test_the_other_cards_obey_the_rules():
    world = a_world()
    world.names.update(dict.fromkeys(range(20, 60), HOSTILE))
    anna, ben = world.actor(ANNA), world.actor(BEN)
    people = await world.people(anna)
    mailboxes = await world.services().mailboxes.mailboxes(anna)
    hostile = replace(mailboxes[0], address=HOSTILE)
    for page in (1, 2, 3):
        check_card(people_card(people, reader=anna, install_link=LINK, now=NOW, page=page))
    for card in (
        people_card(people, reader=ben, install_link=LINK, now=NOW),
        remove_card(people[-1]),
        mailboxes_card((hostile,) * 30, reader=anna, now=NOW, say="Which one?"),
        mailboxes_card((), reader=ben, now=NOW),
        consents_card(await world.consents(anna) * 10, now=NOW),
        consents_card((), now=NOW),
        progress_card(await world.services().mailboxes.progress(1)),
        progress_card(replace(await world.services().mailboxes.progress(1), is_finished=True)),
        letters_card(await world.services().dead_letters.dead_letters(anna) * 30, now=NOW),
        letters_card((), now=NOW),
        welcome_card(LINK, has_mailboxes=True, is_admin=False),
        welcome_card(LINK, has_mailboxes=False, is_admin=True),
        stranger_card(LINK),
        help_card((("Threads", (("take 42", "make it yours"),) * 30),) * 3, LINK),
        gone_card(42),
    ):
        check_card(card)


async def test_a_mailboxs_policy_is_offered_to_its_leads_and_to_admins():
    world = a_world()
    boxes = await world.services().mailboxes.mailboxes(world.actor(ANNA))
    closed = replace(boxes[0], state=MailboxState.NEEDS_CONSENT)
    other = replace(closed, mailbox_id=MAILBOX + 1)
    admin = Actor(1, ANNA, is_admin=True)
    lead = Actor(1, BEN, mailboxes=frozenset({MAILBOX, MAILBOX + 1}), leads=frozenset({MAILBOX}))
    member = replace(lead, leads=frozenset())

    of_admin, of_lead, of_member = [
        mailboxes_card((closed, other), reader=reader, now=NOW) for reader in (admin, lead, member)
    ]

    assert verbs(of_admin) == [
        "policy.show", "mailbox.pause", "mailbox.resume", "mailbox.consents", "mailbox.offboard",
        "mailbox.consent",
    ]  # fmt: skip
    assert verbs(of_lead) == ["policy.show", "mailbox.consent"]
    (pick,) = [part for part in parts(of_lead) if part["type"] == "Input.ChoiceSet"]
    assert [choice["value"] for choice in pick["choices"]] == [str(MAILBOX)]
    assert of_lead["actions"][1]["associatedInputs"] == "none"
    assert verbs(of_member) == ["mailbox.consent"]
    for card in (of_admin, of_lead, of_member):
        check_card(card)


async def test_people_say_who_is_at_work_where_that_is_known():
    world = a_world()
    anna = world.actor(ANNA)
    present = {
        ANNA: PresenceView(ANNA, "Anna", True, None),
        BEN: PresenceView(BEN, "Ben", False, NOW + timedelta(days=3), "away"),
    }
    people = await world.people(anna)

    told = people_card(people, reader=anna, install_link=LINK, now=NOW, present=present)
    untold = people_card(people, reader=anna, install_link=LINK, now=NOW)

    check_card(told)
    assert " · ready · at work" in texts(told, "TextRun")
    assert "away, back in 3 days" in texts(told, "TextRun")
    assert "at work" not in texts(untold, "TextRun")


async def test_each_consent_shows_two_facts_with_who_keeps_them():
    world = a_world()
    card = consents_card(await world.consents(world.actor(ANNA)), now=NOW)
    shown = texts(card, "TextRun")
    assert shown.count("Microsoft enforces") == 2
    assert shown.count("Postroom promises") == 2
    assert "own mailbox" in texts(card, "TextBlock")


async def test_every_notice_can_be_drawn():
    world = a_world()
    for code, notice in NOTICES.items():
        world.mailbox_state = min(notice.states)
        facts = {"code": code, "mailbox_id": MAILBOX, "person_id": BEN}
        made = await notice_reply(world.services(), world.actor(ANNA), facts)
        assert made is not None
        check_card(made.card)


async def test_a_notice_that_is_out_of_date_is_not_told():
    world = a_world()
    world.mailbox_state = MailboxState.ACTIVE
    for code in ("waiting_for_microsoft", "probe_passed", "needs_consent", "consent_done"):
        facts = {"code": code, "mailbox_id": MAILBOX}
        assert await notice_reply(world.services(), world.actor(ANNA), facts) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("  a\t\nb  ", "a b"),
        ("a\u202eb\u2066c\u200bd\x07", "abcd"),
        ("\ud800x", "x"),
        ("\u202e\u200b", "none"),
        (None, "none"),
        ("x" * 1_000_000, "x" * 149 + "…"),
    ],
)
def test_safe_leaves_one_visible_line(text, shown):
    assert safe(text, SUBJECT, "none") == shown


def test_plain_takes_markdown_out():
    assert plain("[a](b) *c* `d`", NAME) == "a b c d"


@pytest.mark.parametrize(
    ("gone_by", "said"),
    [
        (timedelta(seconds=5), "under a minute"),
        (timedelta(seconds=-5), "under a minute"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=12), "12 days"),
    ],
)
def test_age_is_said_in_one_unit(gone_by, said):
    assert age(NOW - gone_by, NOW) == said
