"""Where no setting names an admin: the first one shows an Entra administrator role."""

from __future__ import annotations

import pytest

from sandbox.tour.cards import words
from tests.scenarios.conftest import MakeHouse
from tests.scenarios.house import House, member_of

pytestmark = pytest.mark.scenario


@pytest.fixture
async def house(make_house: MakeHouse) -> House:
    made = await make_house(admins=(), contact="<b>Dana</b>", data_region="Frankfurt")
    await made.install(*made.people)
    return made


async def test_an_administrator_of_the_tenant_becomes_admin_and_nobody_after_them(house: House):
    ada, ben = house.people[0], house.people[1]
    assert "for Postroom admins" in await house.told(ada, "onboard")

    card = await house.ask(ben, "become admin")
    status, page = await house.consent(card, ben, "Sign in")
    assert (status, "no administrator role" in page) == (400, True)
    assert not (await member_of(ben)).is_admin

    card = await house.ask(ada, "become admin")
    status, page = await house.consent(card, ben, "Sign in")
    assert (status, "Somebody else signed in" in page) == (400, True)
    card = await house.ask(ada, "become admin")
    status, page = await house.consent(card, ada, "Sign in")
    assert (status, "You are admin now" in page) == (200, True)
    assert (await member_of(ada)).is_admin
    assert "Which mailbox" in await house.told(ada, "onboard")

    ben.is_tenant_admin = True
    card = await house.ask(ben, "become admin")
    status, page = await house.consent(card, ben, "Sign in")
    assert (status, "has an admin" in page) == (400, True)
    assert not (await member_of(ben)).is_admin


async def test_the_privacy_page_says_what_the_settings_say_and_shows_it_as_text(house: House):
    card = words(await house.ask(house.people[1], "hi"))
    assert "keeps your name" in card
    async with house.browse("/privacy") as page:
        text = await page.text()
    assert "&lt;b&gt;Dana&lt;/b&gt;" in text
    assert "Frankfurt" in text
