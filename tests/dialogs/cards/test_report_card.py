"""The report's card: figures in words, small enough, and nothing that is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from core.reports.views import DayFigures, NoFairness
from dialogs.cards.report import channel_report, report_card
from tests.dialogs.rules import check_card, parts, texts
from tests.dialogs.sample import ANNA, BEN, NOW
from tests.dialogs.world import a_world

DAY = timedelta(days=1)
HOSTILE = "\u202e[Your bank](https://evil.example)\x00 \n**pay**\t" + "\U0001f4a9" * 5000


async def test_report_has_a_native_chart_with_facts_to_fall_back_on():
    world = a_world()
    view = await world.services().reports.overview(world.actor(ANNA), "")
    card = report_card(view, now=NOW)
    check_card(card)
    chart = next(p for p in parts(card) if p["type"].startswith("Chart."))
    assert chart["fallback"]["type"] == "FactSet"
    assert "Ben Busy" in texts(card, "TextRun")
    check_card(report_card(replace(view, days=(), members=view.members * 40), now=NOW))


async def test_the_largest_report_fits():
    view = await a_world().services().reports.overview(a_world().actor(ANNA), "")
    days = tuple(DayFigures(date(2026, 10, 1 + n), 123_456, 123_456) for n in range(31))
    hostile = replace(view.members[0], name=HOSTILE, open=123_456, finished=123_456)
    box = replace(
        view.led[0], address=HOSTILE, answers_seen=True, handling_time=DAY, is_small_sample=True
    )
    waiting = tuple((code, 123_456) for code in ("nobody_free", "pull", "left", "released", ""))
    card = report_card(
        replace(
            view, days=days, members=(hostile,) * 40, led=(box,) * 40, waiting=waiting,
            handling_time=DAY,
        ),
        now=NOW,
    )  # fmt: skip
    check_card(card)
    assert "evil.example" not in texts(card, "TextBlock")


async def test_a_report_tells_what_waits_by_its_reason_in_words():
    view = await a_world().services().reports.overview(a_world().actor(BEN), "")
    waiting = (("nobody_free", 5), ("", 2), ("of_another_version", 1))
    card = report_card(replace(view, open=9, unassigned=8, waiting=waiting), now=NOW)
    figures = texts(card, "TextRun")
    assert "Open now\n9\nAssigned now\n1\nWaiting now\n8\nSnoozed now\n1" in figures
    told = texts(card, "TextBlock")
    assert "5 waiting: Everybody is away" in told
    assert "3 waiting: Nobody has it yet." in told


async def test_leads_see_fairness_and_handling_time_of_each_mailbox_or_why_there_is_none():
    view = await a_world().services().reports.overview(a_world().actor(ANNA), "")
    box = view.led[0]
    even = replace(box, is_weighted=True, answers_seen=True, is_small_sample=True)
    led = (
        replace(even, handling_time=timedelta(minutes=90)),
        replace(box, fairness=None, no_fairness=NoFairness.ONE_PERSON),
        replace(box, fairness=None, no_fairness=NoFairness.TOO_LITTLE),
    )
    shown = texts(report_card(replace(view, led=led), now=NOW), "TextRun")
    assert "help@contoso.example\n0.97 of 2 people by share\n1 h 30 min (few)" in shown
    assert "one person\nnot seen" in shown
    assert "too little given\nnot seen" in shown
    assert "Jain" in texts(report_card(view, now=NOW), "TextBlock")
    assert "Jain" not in texts(report_card(replace(view, led=led[1:]), now=NOW), "TextBlock")
    assert "Mailboxes you lead" not in str(report_card(replace(view, led=()), now=NOW))


async def test_handling_time_is_told_with_what_it_is():
    view = await a_world().services().reports.overview(a_world().actor(BEN), "")
    known = replace(view, handling_time=timedelta(hours=3), is_small_handling_sample=True)
    shown = texts(report_card(known, now=NOW), "TextRun")
    assert "Handling time (median)\n3 h 00 min" in shown
    assert "from taken to answered or done, snoozes taken out. Few: it says little." in shown
    assert "snoozes taken out" not in texts(report_card(view, now=NOW), "TextRun")


async def test_report_says_instead_of_a_figure_when_answers_are_unseen():
    world = a_world()
    view = await world.services().reports.overview(world.actor(ANNA), "")
    assert "not seen" in texts(report_card(view, now=NOW), "TextRun")
    assert "answered" not in channel_report(view)
