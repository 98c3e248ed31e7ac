"""A change of many threads is counted on a card, begun by a button, and can be undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import InvalidInput, NotFound
from core.threads.bulk_reading import BulkVerb
from core.threads.bulk_views import BulkOrder, BulkView
from core.threads.models import BulkState
from dialogs.bulk import assign_all, do_button, done_all, drop_button, snooze_all, undo, undo_button
from dialogs.cards.bulk import bulk_card, why_not
from dialogs.turns import Turn
from dialogs.wording import words
from tests.dialogs.rules import check_card, texts, verbs
from tests.dialogs.sample import ANNA, BEN, CARA, MAILBOX, NOW
from tests.dialogs.world import a_world

A_VIEW = BulkView(7, BulkVerb.DONE, BulkState.PREVIEW, 1200, 0, 0, (4, 8, 15))


def turn_of(world, member_id: int = ANNA) -> Turn:
    return Turn(world.actor(member_id), NOW)


async def test_it_is_counted_first_and_the_people_are_looked_up() -> None:
    world = a_world()
    services = world.services()
    made = await assign_all(
        services, turn_of(world), "unassigned from @Fabrikam.com in support@contoso.example to Ben"
    )
    check_card(made.card)
    assert services.bulk.orders == [
        BulkOrder(
            BulkVerb.ASSIGN, unassigned=True, sender="@fabrikam.com", to_id=BEN, mailbox_id=MAILBOX
        )
    ]
    assert "2 threads would be assigned" in texts(made.card, "TextBlock")
    assert verbs(made.card) == ["bulk.do", "bulk.drop"]
    assert (made.kind, made.threads, made.people) == ("bulk", (42, 43), (BEN,))
    assert made.public is None
    assert world.changes == []


async def test_do_it_and_undo_are_buttons_of_the_same_card() -> None:
    world = a_world()
    services, turn = world.services(), turn_of(world)
    made = await done_all(services, turn, "mine older than 30 days")
    done = await do_button(services, turn, made.facts)
    assert "1 of 2 threads done" in texts(done.card, "TextBlock")
    assert "1: the person has as many as they can take" in texts(done.card, "TextBlock")
    assert verbs(done.card) == ["bulk.undo"]
    undone = await undo_button(services, turn, made.facts)
    assert "Undone: 1 of 1 thread" in texts(undone.card, "TextBlock")
    assert verbs(undone.card) == []
    assert world.changes == [("bulk", 1), ("undo", 1)]


async def test_undo_by_word_is_the_newest_and_says_when_there_is_none() -> None:
    world = a_world()
    services, turn = world.services(), turn_of(world)
    with pytest.raises(InvalidInput) as refused:
        await undo(services, turn, "")
    assert "nothing of yours to undo" in words(refused.value)


async def test_a_preview_that_is_left_changes_nothing() -> None:
    world = a_world()
    services, turn = world.services(), turn_of(world)
    made = await done_all(services, turn, "mine")
    left = await drop_button(services, turn, made.facts)
    check_card(left.card)
    with pytest.raises(NotFound):
        await do_button(services, turn, made.facts)
    assert world.changes == []


async def test_who_works_no_mailbox_learns_no_name() -> None:
    world = a_world()
    for who in ("Ben", "Nobody"):
        with pytest.raises(NotFound):
            await assign_all(world.services(), turn_of(world, CARA), f"unassigned to {who}")


async def test_the_words_of_until_are_handed_on() -> None:
    world = a_world()
    services = world.services()
    await snooze_all(services, turn_of(world), "mine until monday 9:00")
    assert services.bulk.orders[0].until == "monday 9:00"


@pytest.mark.parametrize("verb", BulkVerb)
@pytest.mark.parametrize("state", BulkState)
def test_every_stage_of_every_change_has_a_card(verb: BulkVerb, state: BulkState) -> None:
    view = replace(
        A_VIEW,
        verb=verb,
        state=state,
        handled=1200,
        changed=12,
        refused=(("full", 1100), ("absent", 88)),
        kept=(("changed", 2),),
        to="[Ada](http://evil)",
        to_id=BEN,
        tag="**Invoice**",
        until=NOW,
        undo_until=NOW + timedelta(minutes=10) if state is BulkState.DONE else None,
        is_cut=True,
    )
    card = bulk_card(view, now=NOW)
    check_card(card)
    assert "evil" not in texts(card, "TextBlock")


def test_nothing_to_change_offers_nothing() -> None:
    card = bulk_card(replace(A_VIEW, total=0, first=()), now=NOW)
    check_card(card)
    assert verbs(card) == []


def test_what_was_undone_and_waits_is_counted_with_its_reason() -> None:
    view = replace(
        A_VIEW,
        state=BulkState.UNDONE,
        changed=16,
        undone=16,
        waiting=(("nobody_free", 4),),
        to_another=2,
    )
    card = bulk_card(view, now=NOW)
    check_card(card)
    shown = texts(card, "TextBlock")
    assert "Undone: 16 of 16 threads" in shown
    assert "16 reopened; 4 of them wait. 4: Everybody is away" in shown
    assert "2 of them went to somebody else" in shown


def test_codes_that_mean_the_same_are_counted_together() -> None:
    view = replace(A_VIEW, state=BulkState.DONE, refused=(("away", 3), ("holiday", 2)))
    assert "5: the person is away." in texts(bulk_card(view, now=NOW), "TextBlock")


def test_a_code_unknown_here_is_still_worded() -> None:
    assert why_not("something_new") == "it could not be changed"
