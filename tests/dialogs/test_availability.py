"""Hours and time away, said in chat and on the card. It is Tuesday 24 Nov 2026, 10:30 in Berlin."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.people.hour_views import AbsenceView, HoursView, PresenceView
from core.people.spoken_hours import HoursSaid
from dialogs.availability import _DATES_BEGIN, _HOURS_BEGIN, _apart
from dialogs.cards.availability import availability_card, hours_card
from tests.bot.talking import Talking, card_of
from tests.dialogs.rules import check_card, parts, texts, verbs
from tests.dialogs.sample import ANNA, BEN, CARA, NOW

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)


def read(payload) -> str:
    """All that an answer says, whether in a card or not."""
    if "attachments" not in payload:
        return payload["text"]
    card = card_of(payload)
    check_card(card)
    return f"{texts(card, 'TextBlock')}\n{texts(card, 'TextRun')}"


@pytest.fixture
def chat() -> Talking:
    return Talking()


async def test_hours_shows_ones_own(chat):
    (payload,) = await chat.say("hours", member=BEN)

    said = read(payload)
    assert "Your hours" in said
    assert "always" in said
    assert "public holidays of DE" in said


async def test_hours_are_set_in_one_line(chat):
    (payload,) = await chat.say("hours Mon-Fri 9:00-17:00 Europe/Berlin DE-BY", member=BEN)

    assert chat.world.own_changes == [
        (BEN, "hours", HoursSaid("mon-fri 09:00-17:00", "Europe/Berlin", "DE-BY"))
    ]
    assert "Saved." in read(payload)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hours whenever", "I need hours such as"),
        ("hours mon-fri 9-5", "Do you mean the afternoon"),
        ("hours mon-fri 9-17 Europe/Atlantis", "time zone"),
        ("hours mon-fri 9-17 XX", "public holidays"),
        ("away until yesterday", "I need a day"),
        ("away until 2020-01-01", "over already"),
        ("vacation 12 dec 2026 to 1 dec 2026", "before the first"),
        ("day off", "I need a day"),
        ("day off tomorow", "I need a day"),
        ("away with the flu", "I know nobody"),
        ("i am back", "Nobody was away"),
    ],
)
async def test_what_cannot_be_read_is_answered_with_what_can(chat, text, said):
    (payload,) = await chat.say(text)

    assert said in payload["text"]
    assert chat.world.own_changes == []


@pytest.mark.parametrize(
    ("text", "starts", "ends", "said"),
    [
        ("away", NOW, None, "Say `back`"),
        ("away until friday", NOW, berlin(2026, 11, 27), "back on Fri 27 Nov 2026."),
        ("sick until 14:00", NOW, berlin(2026, 11, 24, 14), "back on Tue 24 Nov 2026 at 14:00."),
        (
            "vacation 1 Dec to 12 Dec",
            berlin(2026, 12, 1),
            berlin(2026, 12, 13),
            "away from Tue 1 Dec 2026, back on Sun 13 Dec 2026",
        ),
        (
            "day off tomorrow",
            berlin(2026, 11, 25),
            berlin(2026, 11, 26),
            "away from Wed 25 Nov 2026, back on Thu 26 Nov 2026",
        ),
    ],
)
async def test_time_away_is_said_and_shown_back(chat, text, starts, ends, said):
    (payload,) = await chat.say(text, member=BEN)

    assert chat.world.own_changes == [(BEN, "away", starts, ends)]
    assert said in read(payload)


@pytest.mark.parametrize("word", ["sick", "vacation"])
async def test_why_somebody_is_away_is_not_shown(chat, word):
    await chat.say(f"{word} until friday", member=BEN)

    (payload,) = await chat.say("availability")

    assert word not in read(payload)
    assert word not in str(chat.world.own_changes)


@pytest.mark.parametrize("text", ["back", "I'm back", "I\u2019m back", "i am back"])
async def test_back_is_back(chat, text):
    await chat.say("away", member=BEN)

    (payload,) = await chat.say(text, member=BEN)

    assert chat.world.away == {}
    assert "Welcome back" in read(payload)


async def test_back_in_the_middle_of_a_question_is_one_step_back(chat):
    await chat.say("away")
    await chat.say("onboard")

    (payload,) = await chat.say("back")

    assert "This is the first step" in read(payload)
    assert ANNA in chat.world.away


async def test_an_old_back_button_brings_nobody_back(chat):
    await chat.say("away")

    await chat.press("dialog.back", {"dialog": "onboarding", "step": "kind", "at": 1})

    assert ANNA in chat.world.away


async def test_a_lead_says_it_for_somebody(chat):
    await chat.say("away Ben until friday")
    (payload,) = await chat.say("hours of Ben Busy mon-fri 9-17")

    assert [change[:2] for change in chat.world.changes] == [(BEN, "away"), (BEN, "hours")]
    assert "Ben Busy" in read(payload)
    await chat.say("back Ben")
    assert chat.world.away == {}


async def test_a_colleague_may_not(chat):
    (payload,) = await chat.say("away Anna until friday", member=BEN)

    assert payload["text"] == "That is for leads of that mailbox."
    assert chat.world.changes == []


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("Ada", "Ada", ""),
        ("Ada Lovelace mon-fri 9-17", "Ada Lovelace", "mon-fri 9-17"),
        ("Ada Europe/Berlin", "Ada", "Europe/Berlin"),
        ("Ada DE-BY", "Ada", "DE-BY"),
        ("Mona Sunde weekdays 9-17", "Mona Sunde", "weekdays 9-17"),
        ("Ada mo-fr 9-17", "Ada", "mo-fr 9-17"),
        ("Ada: DE", "Ada", "DE"),
        ("ada@contoso.com always", "ada@contoso.com", "always"),
    ],
)
def test_a_name_ends_where_hours_begin(text, name, said):
    assert _apart(_HOURS_BEGIN, text) == (name, said)


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("", "", ""),
        ("until friday", "", "until friday"),
        ("1 Dec to 12 Dec", "", "1 Dec to 12 Dec"),
        ("Dec 1 to Dec 12", "", "Dec 1 to Dec 12"),
        ("Ada until 3 Dec", "Ada", "until 3 Dec"),
        ("Ada Lovelace tomorrow", "Ada Lovelace", "tomorrow"),
        ("April May until friday", "April May", "until friday"),
        ("for 3 days", "", "for 3 days"),
    ],
)
def test_a_name_ends_where_dates_begin(text, name, said):
    assert _apart(_DATES_BEGIN, text) == (name, said)


async def test_an_admin_sets_the_organizations_time_zone(chat):
    (payload,) = await chat.say("time zone europe/berlin DE-BY")

    assert chat.world.changes == [("home", HoursSaid(None, "Europe/Berlin", "DE-BY"))]
    assert "Europe/Berlin, public holidays of DE." in payload["text"]
    (refused,) = await chat.say("time zone UTC", member=BEN)
    assert refused["text"] == "That is for Postroom admins."


async def test_availability_names_who_is_at_work_and_when_others_are_back(chat):
    await chat.say("away until friday", member=BEN)

    (payload,) = await chat.say("availability")

    said = read(payload)
    assert "At work: 1 of 2" in said
    assert "Ben Busy" in said
    assert "{{DATE(2026-11-26T23:00:00Z, SHORT)}}" in said


async def test_a_channel_reads_first_names_alone(chat):
    await chat.say("away", member=BEN)

    sent = await chat.say("availability", channel=True)

    assert "At work: Anna. Not now: Ben." in str(sent)
    assert "Busy" not in str(sent)


async def test_the_form_saves_what_was_changed(chat):
    typed = {"week": "mon-fri 9-17", "timezone": "Europe/Berlin", "holidays": "DE"}

    await chat.press("hours.save", {"member": BEN, **typed}, member=BEN)
    answer = await chat.press(
        "hours.save", {"member": BEN, **typed, "week": "mon-fri 9-17"}, member=BEN
    )

    assert chat.world.own_changes[0] == (BEN, "hours", HoursSaid("mon-fri 9-17"))
    check_card(answer["value"])


async def test_a_form_without_changes_changes_nothing(chat):
    shown = {"week": "", "timezone": "Europe/Berlin", "holidays": "DE"}

    answer = await chat.press("hours.save", {"member": BEN, **shown}, member=BEN)

    assert chat.world.own_changes == []
    assert "Nothing was changed." in texts(answer["value"], "TextBlock")


@pytest.mark.parametrize(
    ("days", "starts", "ends"),
    [
        ({"first": "2026-12-01", "last": "2026-12-12"}, (2026, 12, 1), (2026, 12, 13)),
        ({"first": "2026-12-01", "last": ""}, (2026, 12, 1), None),
        ({"last": "2026-11-27"}, None, (2026, 11, 28)),
        ({}, None, None),
    ],
)
async def test_the_form_takes_two_days_or_fewer(chat, days, starts, ends):
    await chat.press("hours.away", {"member": BEN, **days}, member=BEN)

    assert chat.world.own_changes == [
        (BEN, "away", berlin(*starts) if starts else NOW, berlin(*ends) if ends else None)
    ]


async def test_the_card_takes_back_what_is_picked(chat):
    await chat.say("vacation 1 Dec to 12 Dec", member=BEN)

    answer = await chat.press("hours.drop", {"member": BEN, "absence": "5"}, member=BEN)

    assert chat.world.away == {}
    assert "hours.drop" not in verbs(answer["value"])


async def test_buttons_of_somebody_elses_card_do_nothing(chat):
    for verb in ("hours.save", "hours.away", "hours.back", "hours.drop"):
        await chat.press(verb, {"member": ANNA, "absence": 5, "week": "mon 9-10"}, member=CARA)

    assert chat.world.changes == []


def test_cards_fit_whatever_names_and_times_away_there_are():
    hostile = "\u202e[Bank](https://evil.example)" + "x" * 500
    absences = tuple(AbsenceView(i, NOW, None if i % 2 else NOW) for i in range(50))
    view = HoursView(7, hostile, "mon-fri 09:00-17:00", "Europe/Berlin", "", absences, "away", None)
    people = tuple(PresenceView(i, hostile, i % 3 == 0, NOW, "holiday") for i in range(200))

    for card in (
        hours_card(view, is_own=False, now=NOW, say="Saved."),
        availability_card(people),
        availability_card(()),
    ):
        check_card(card)
        assert "evil.example" not in texts(card, "TextBlock")
        titles = [p.get("title", "") for p in parts(card)]
        assert not any("evil" in title for title in titles)
