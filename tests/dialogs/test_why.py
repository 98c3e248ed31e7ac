"""Why a thread is whose, in plain words; and who is named by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.mail.views import EarlierView, WhyView
from dialogs.assignment import show, why
from dialogs.cards.reasons import decided, passed_over, reasons, waiting
from dialogs.turns import Turn
from tests.dialogs.rules import check_card, texts
from tests.dialogs.sample import ANNA, BEN, NOW, a_thread
from tests.dialogs.world import a_world

A_REASON = WhyView(
    "fewest_open", "Ada", None, NOW, (("Ada", 2), ("Bo", 5)), (), strategy="load_balanced"
)


def said(reason: WhyView | None, **changes) -> str:
    found = reasons(a_thread(why=reason, **changes), NOW)
    runs = ["".join(r["text"] for r in e["inlines"]) for e in found if e["type"] == "RichTextBlock"]
    return "\n".join([*runs, texts(found, "TextBlock")])


async def test_everybody_whom_a_reason_names_is_recorded_with_the_card() -> None:
    world = a_world()
    made = await why(world.services(), Turn(world.actor(ANNA), NOW), "42")
    check_card(made.card)
    assert made.people == (BEN,)


async def test_a_card_without_its_reason_names_nobody_of_it() -> None:
    world = a_world()
    made = await show(world.services(), Turn(world.actor(ANNA), NOW), "42")
    assert made.people == ()


def test_the_strategy_is_named_and_loads_are_told() -> None:
    text = said(A_REASON)
    assert "Ada has the fewest open threads of those who are free (load balanced)." in text
    assert "Considered (open threads then): Ada 2, Bo 5" in text


def test_effort_is_called_effort() -> None:
    text = said(replace(A_REASON, counts_effort=True))
    assert "Ada has the least effort open of those who are free" in text
    assert "Considered (effort open then): Ada 2" in text


def test_an_even_share_that_came_first_is_told() -> None:
    text = said(replace(A_REASON, skipped=(("Bo", "over_share"),)))
    assert "who are free, after an even share of this hour (load balanced)" in text
    assert "Bo has had their share of this hour" in text


def test_a_rule_is_told_by_number_and_version_with_its_pool() -> None:
    text = said(replace(A_REASON, rule=(3, 2), team="Finance pool"))
    assert text.startswith("Rule 3 (version 2) gives it to Finance pool. Ada has the fewest")


def test_among_a_rules_pool_the_strategy_chose() -> None:
    text = said(replace(A_REASON, code="by_rule", rule=(3, 2), team="Finance pool"))
    assert "gives it to Finance pool. Ada has the fewest open threads of those who are free" in text
    alone = said(replace(A_REASON, code="by_rule", rule=(3, 2), considered=(("Ada", 2),)))
    assert alone.startswith("Rule 3 (version 2) gives it to Ada. \n")


def test_a_rule_that_found_nobody_says_so() -> None:
    text = said(WhyView("nobody_free", None, None, NOW, (), (("Ada", "full"),), rule=(3, 1)))
    assert "Rule 3 (version 1) gives it to nobody who is free. Everybody is away" in text
    assert "Passed over: Ada has as many as they can take" in text


def test_nobody_reads_why_a_colleague_is_away() -> None:
    skipped = (("Ada", "holiday"), ("Bo", "away"), ("Cy", "off_hours"))
    text = said(replace(A_REASON, skipped=skipped))
    assert "Ada is away; Bo is away; Cy is outside working hours" in text
    assert "holiday" not in text
    assert "sick" not in text


def test_what_waits_says_for_whom_and_until_when() -> None:
    waits = replace(A_REASON, code="waits_for_owner", member=None, waits_for="Ada", considered=())
    text = said(replace(waits, waits_until=NOW))
    assert "It waits for Ada." in text
    assert "At the earliest until {{DATE(2026-11-24T09:30:00Z" in text


def test_earlier_decisions_follow_newest_first() -> None:
    earlier = (
        EarlierView("taken", "Bo", "Bo", NOW - timedelta(hours=2)),
        EarlierView("nobody_free", None, None, NOW - timedelta(hours=5), (3, 2)),
    )
    text = said(replace(A_REASON, earlier=earlier))
    assert text.index("2 h ago: Bo took it (by Bo).") < text.index("5 h ago: Rule 3 (version 2): E")


def test_without_a_decision_the_waiting_reason_is_told() -> None:
    assert "It is from before the day" in said(None, waiting_reason="history")


@pytest.mark.parametrize("word", [decided, passed_over, waiting])
def test_a_code_unknown_here_is_worded_neither_wrongly_nor_not_at_all(word) -> None:
    assert word("a_later_code") in (
        "was chosen",
        "could not be given it then",
        "Nobody has it yet.",
    )
