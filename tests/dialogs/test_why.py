"""Why a thread is whose, and who is named by it."""

from __future__ import annotations

from dialogs.assignment import show, why
from dialogs.turns import Turn
from tests.dialogs.rules import check_card
from tests.dialogs.sample import ANNA, BEN, NOW
from tests.dialogs.world import a_world


async def test_everybody_whom_a_reason_names_is_recorded_with_the_card() -> None:
    world = a_world()
    made = await why(world.services(), Turn(world.actor(ANNA), NOW), "42")
    check_card(made.card)
    assert made.people == (BEN,)


async def test_a_card_without_its_reason_names_nobody_of_it() -> None:
    world = a_world()
    made = await show(world.services(), Turn(world.actor(ANNA), NOW), "42")
    assert made.people == ()
