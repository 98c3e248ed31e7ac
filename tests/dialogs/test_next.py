"""`next` pulls one thread, or says that none waits."""

from __future__ import annotations

import pytest

from core.errors import NotFound
from dialogs.assignment import NOTHING_WAITS, next_one
from dialogs.turns import Turn
from tests.dialogs.rules import check_card, texts
from tests.dialogs.sample import ADDRESS, ANNA, BEN, CARA, NOW
from tests.dialogs.world import a_world


@pytest.mark.parametrize("rest", ["", ADDRESS])
async def test_the_card_of_the_thread_that_was_pulled_is_shown(rest: str) -> None:
    world = a_world()
    made = await next_one(world.services(), Turn(world.actor(BEN), NOW), rest)
    check_card(made.card)
    assert made.threads == (42,)
    assert "This one is yours now." in texts(made.card, "TextBlock")
    assert world.changes == [("take", 42)]


async def test_where_nothing_waits_it_is_said() -> None:
    world = a_world()
    services, turn = world.services(), Turn(world.actor(ANNA), NOW)
    await next_one(services, turn, "")
    made = await next_one(services, turn, "")
    assert (made.text, made.card) == (NOTHING_WAITS, None)


async def test_a_mailbox_of_others_is_not_found() -> None:
    world = a_world()
    with pytest.raises(NotFound):
        await next_one(world.services(), Turn(world.actor(CARA), NOW), ADDRESS)
