"""How a mailbox hands out its threads, said in chat and on the card."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import InvalidInput
from core.mailboxes.models import HandBack, Sticky, Strategy
from core.mailboxes.policy_views import PolicyPersonView
from dialogs.cards.policy import policy_card, sentences
from dialogs.policy_inputs import form_change, form_pool, form_texts, pool_in, skills_in, weights_in
from tests.bot.talking import Talking, card_of
from tests.dialogs.policy_port import PolicyPort
from tests.dialogs.rules import check_card, parts, texts, verbs
from tests.dialogs.sample import ADDRESS, ANNA, BEN, CARA, MAILBOX
from tests.dialogs.world import a_world


@pytest.fixture
def chat() -> Talking:
    return Talking()


@pytest.fixture
def view():
    return PolicyPort(a_world()).view


async def test_a_policy_is_shown_in_sentences(chat):
    (payload,) = await chat.say(f"policy {ADDRESS}", member=BEN)

    card = card_of(payload)
    check_card(card)
    said = texts(card, "TextRun")
    assert "Load balanced: to whoever has the fewest open." in said
    assert "Business hours: always (Europe/Berlin, closed on public holidays of DE)." in said
    assert "When a shift ends, unfinished threads stay with their person." in said
    assert verbs(card) == ["policy.opt_out"]


async def test_a_mailbox_without_people_yet_has_a_form_as_well(chat, view):
    form = policy_card(replace(view, people=()), reader=chat.world.actor(ANNA))
    check_card(form)
    assert "Save" in [action["title"] for action in form["actions"]]
    for part in parts(form):
        if part["type"] == "Input.ChoiceSet":
            assert part["choices"]


async def test_a_lead_gets_the_form(chat):
    (payload,) = await chat.say("policy")

    card = card_of(payload)
    check_card(card)
    assert verbs(card) == ["policy.save", "policy.opt_out"]


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("capacity {} 12", ("policy", {"capacity": 12})),
        ("capacity 12", ("policy", {"capacity": 12})),
        ("capacity {} no limit", ("policy", {"capacity": None})),
        ("strategy {} Round Robin", ("policy", {"strategy": Strategy.ROUND_ROBIN})),
        ("strategy pull", ("policy", {"strategy": Strategy.PULL})),
        (
            "business hours {} mon-fri 9:00-17:00 Europe/Berlin DE-BY",
            (
                "policy",
                {"week": "mon-fri 09:00-17:00", "timezone": "Europe/Berlin", "holidays": "DE-BY"},
            ),
        ),
        ("weights {} Anna 2, Ben Busy: 1", ("weights", {ANNA: 2, BEN: 1})),
        ("skills {} Ben: invoice, past due", ("skills", BEN, ("invoice", "past due"))),
        ("pool {} ben", ("pool", (BEN,))),
        ("pool everybody", ("pool", (ANNA, BEN))),
    ],
)
async def test_a_lead_changes_it_in_one_line(chat, text, change):
    (payload,) = await chat.say(text.format(ADDRESS))

    assert chat.world.changes == [change]
    assert "Saved." in texts(card_of(payload), "TextBlock")


@pytest.mark.parametrize(
    "text",
    ["capacity 12", "strategy pull", "business hours always", "weights Ben 2", "pool everybody"],
)
async def test_others_may_look_only(chat, text):
    (payload,) = await chat.say(text, member=BEN)

    assert payload["text"] == "That is for leads of that mailbox."
    assert chat.world.changes == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("capacity", "from 1 to 1000"),
        ("capacity many", "from 1 to 1000"),
        ("strategy", "five ways"),
        ("strategy by moon", "five ways"),
        ("business hours now and then", "hours such as"),
        ("weights Ben", "shares from 1 to 100"),
        ("weights Zoe 2", "I know nobody"),
        ("skills Ben", "a person and up to 50 tags"),
        ("pool", "who are given work"),
    ],
)
async def test_what_cannot_be_read_is_answered_with_what_can(chat, text, said):
    (payload,) = await chat.say(text)

    assert said in payload["text"]
    assert chat.world.changes == []


async def test_a_person_opts_out_and_in(chat):
    (out,) = await chat.say(f"opt out {ADDRESS}", member=BEN)
    assert verbs(card_of(out)) == ["policy.opt_in"]

    answer = await chat.press("policy.opt_in", {"mailbox": MAILBOX}, member=BEN)

    assert verbs(answer["value"]) == ["policy.opt_out"]
    assert chat.world.own_changes == [(BEN, "opt", True), (BEN, "opt", False)]


async def test_who_works_no_mailbox_is_asked_which(chat):
    (payload,) = await chat.say("policy", member=CARA)

    assert "one mailbox" in payload["text"]


async def test_the_form_saves_what_was_changed_and_nothing_else(chat):
    (payload,) = await chat.say("policy")
    shown = {
        part["id"]: str(part.get("value", ""))
        for part in parts(card_of(payload))
        if part["type"].startswith("Input.")
    }

    unchanged = await chat.press("policy.save", {"mailbox": MAILBOX, **shown})
    assert "Nothing was changed." in texts(unchanged["value"], "TextBlock")
    assert chat.world.changes == []

    changed = {**shown, "capacity": "9", "hand_back": f"to:{BEN}", "pool": str(BEN)}
    await chat.press("policy.save", {"mailbox": MAILBOX, **changed})
    assert chat.world.changes == [
        ("policy", {"capacity": 9, "hand_back": HandBack.COLLEAGUE, "hand_back_to_id": BEN}),
        ("pool", (BEN,)),
    ]


def test_the_form_reads_every_field(view):
    typed = {
        "strategy": "weighted",
        "capacity": "5",
        "counts_effort": "true",
        "fair_share": "false",
        "sticky": "within_hours",
        "sticky_hours": "8",
        "sticky_sender_days": "14",
        "hand_back": "pool",
        "week": "mon-fri 9-17",
        "timezone": "UTC",
        "holidays": "",
    }

    assert form_change(typed, view) == {
        "strategy": Strategy.WEIGHTED,
        "capacity": 5,
        "counts_effort": True,
        "fair_share": False,
        "sticky": Sticky.WITHIN_HOURS,
        "sticky_hours": 8,
        "sticky_sender_days": 14,
        "hand_back": HandBack.POOL,
        "hand_back_to_id": None,
        "week": "mon-fri 9-17",
        "timezone": "UTC",
        "holidays": "",
    }


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"strategy": "moon"}, "strategy"),
        ({"capacity": "-1"}, "capacity"),
        ({"sticky": "glue"}, "sticky"),
        ({"sticky_hours": "soon"}, "sticky_hours"),
        ({"hand_back": "to:somebody"}, "hand_back"),
        ({"hand_back": "colleague"}, "hand_back"),
    ],
)
def test_a_form_that_was_forged_is_refused(view, typed, field):
    with pytest.raises(InvalidInput) as refused:
        form_change(typed, view)

    assert refused.value.field == field


def test_numbers_come_as_numbers_or_as_text_and_empty_ones_not_at_all(view):
    shown = replace(view, capacity=12, sticky_sender_days=3)
    inputs = {"mailbox": MAILBOX, "strategy": "pull", "sticky_hours": 8, "capacity": 9.0}

    assert form_change(form_texts(inputs), shown) == {
        "strategy": Strategy.PULL,
        "capacity": 9,
        "sticky_hours": 8,
        "sticky_sender_days": None,
    }
    assert form_texts({"mailbox": MAILBOX}) == {}


def test_a_colleague_is_changed_for_another(view):
    to_anna = replace(view, hand_back=HandBack.COLLEAGUE, hand_back_to_id=ANNA)

    assert form_change({"hand_back": f"to:{BEN}"}, to_anna) == {
        "hand_back": HandBack.COLLEAGUE,
        "hand_back_to_id": BEN,
    }


def test_a_pool_that_is_not_said_stays(view):
    assert form_pool({}, view) is None
    assert form_pool({"pool": f"{BEN},{ANNA}"}, view) is None
    assert form_pool({"pool": ""}, view) == ()


def test_people_are_named_as_anywhere_else(view):
    assert weights_in("BEN=3", view.people) == {BEN: 3}
    assert skills_in("ben busy: none", view.people) == (BEN, ())
    assert pool_in("Ben, anna admin", view.people) == (BEN, ANNA)
    twins = (*view.people, replace(view.people[1], member_id=77))
    with pytest.raises(InvalidInput) as refused:
        weights_in("Ben 2", twins)
    assert refused.value.hint == "2"


def test_sentences_say_what_is_set(view):
    said = " ".join(
        sentences(
            replace(
                view,
                capacity=12,
                counts_effort=True,
                fair_share=False,
                sticky=Sticky.WITHIN_HOURS,
                sticky_sender_days=1,
                hand_back=HandBack.COLLEAGUE,
                hand_back_to_id=BEN,
                holidays="",
            )
        )
    )

    assert "At most 12 (effort) a person" in said
    assert "within 4 h" in said
    assert "at most 1 day old" in said
    assert "unfinished threads go to Ben Busy." in said
    assert "(Europe/Berlin)." in said


def test_the_card_fits_however_many_people_there_are(view):
    hostile = "\u202e[Bank](https://evil.example)" + "x" * 500
    people = tuple(
        PolicyPersonView(i, hostile, False, False, True, 9, (hostile,) * 5) for i in range(90)
    )
    reader = a_world().actor(ANNA)

    card = policy_card(replace(view, people=people, mailbox=hostile), reader=reader)

    check_card(card)
    assert "pool" not in [part.get("id") for part in parts(card)]
    assert "[Bank]" not in str([part.get("choices") for part in parts(card)])
