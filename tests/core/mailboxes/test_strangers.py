"""Whatever is asked with another's ids answers as if there were nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from core.errors import NotAllowed, NotFound
from core.mailboxes.models import GrantKind, Strategy
from core.people.views import Actor
from tests import factories
from tests.core.mailboxes.conftest import House

Ask = Callable[[House, Actor, int], Awaitable[Any]]

ABOUT_ONE: dict[str, Ask] = {
    "accept_wider": lambda h, a, i: h.onboarding.accept_wider(a, i),
    "sign_in_url": lambda h, a, i: h.onboarding.sign_in_url(a, i),
    "folders": lambda h, a, i: h.onboarding.folders(a, i),
    "start": lambda h, a, i: h.onboarding.start(a, i),
    "revoke": lambda h, a, i: h.onboarding.revoke(a, i),
    "offboard": lambda h, a, i: h.onboarding.offboard(a, i, purge=True),
    "pause": lambda h, a, i: h.mailboxes.pause(a, i),
    "resume": lambda h, a, i: h.mailboxes.resume(a, i),
    "set_people": lambda h, a, i: h.mailboxes.set_people(a, i, [a.member_id]),
    "set_strategy": lambda h, a, i: h.mailboxes.set_strategy(a, i, Strategy.ROUND_ROBIN),
    "set_folders": lambda h, a, i: h.mailboxes.set_folders(a, i, [1]),
    "set_live_from": lambda h, a, i: h.mailboxes.set_live_from(a, i, None),
    "followed": lambda h, a, i: h.mailboxes.followed(a, i),
}
OPEN_TO_PEOPLE = {"sign_in_url", "followed"}


@pytest.mark.parametrize("name", ABOUT_ONE)
async def test_an_admin_of_elsewhere_finds_nothing(house: House, name: str) -> None:
    mailbox = await house.ready()
    before = await house.audited()

    with pytest.raises(NotFound) as foreign:
        await ABOUT_ONE[name](house, await house.actor(house.stranger), mailbox.id)
    with pytest.raises(NotFound) as missing:
        await ABOUT_ONE[name](house, await house.actor(house.stranger), 10_000)

    assert (str(foreign.value), foreign.value.kind) == (str(missing.value), missing.value.kind)
    assert await house.audited() == before


@pytest.mark.parametrize("name", ABOUT_ONE)
async def test_a_colleague_of_another_mailbox_finds_nothing(house: House, name: str) -> None:
    mailbox = await house.ready()
    cy = await factories.member(house.vault, house.organization, "Cy")

    with pytest.raises(NotFound):
        await ABOUT_ONE[name](house, await house.actor(cy), mailbox.id)


@pytest.mark.parametrize("name", sorted(set(ABOUT_ONE) - OPEN_TO_PEOPLE))
async def test_a_person_of_the_mailbox_changes_nothing(house: House, name: str) -> None:
    mailbox = await house.ready()

    with pytest.raises(NotAllowed):
        await ABOUT_ONE[name](house, await house.actor(house.bob), mailbox.id)


async def test_lists_hold_nothing_of_elsewhere(house: House) -> None:
    await house.ready()
    eve = await house.actor(house.stranger)

    assert await house.mailboxes.mailboxes(eve) == ()
    assert await house.onboarding.consents(eve) == ()
    with pytest.raises(NotFound):
        await house.mailboxes.find(eve, "help@contoso.example")


async def test_the_same_address_elsewhere_is_another_mailbox(house: House) -> None:
    here = await house.begin(GrantKind.APPLICATION)

    there = await house.onboarding.begin(
        await house.actor(house.stranger), "help@contoso.example", GrantKind.APPLICATION
    )

    assert there != here.id
