"""The first admin shows an Entra administrator role in an id token."""

from __future__ import annotations

import pytest

from core.people.models import Member, MemberState
from tests.core.mailboxes.conftest import House, state_in

GLOBAL = frozenset({"62e90394-69f5-4237-9190-012177145e10"})
ORDINARY = frozenset({"b79fbf4d-3ef9-4689-8143-76b194e85509"})


async def show(house: House, member: Member, roles: frozenset[str]) -> str:
    url = await house.onboarding.admin_sign_in_url(await house.actor(member))
    house.user_tokens.signs_in = house.person(member, role_ids=roles)
    return (await house.back(state_in(url), code="code")).code


@pytest.mark.parametrize("state", [MemberState.LEFT, MemberState.UNREACHABLE])
async def test_whoever_shows_the_role_while_nobody_can_act(
    house: House, state: MemberState
) -> None:
    await Member.filter(id=house.ada.id).update(state=state)

    assert await show(house, house.bob, GLOBAL) == "admin"

    assert (await Member.get(id=house.bob.id)).is_admin
    assert "member.admin_by_entra_role" in await house.audited()


async def test_an_ordinary_role_makes_nobody_admin(house: House) -> None:
    await Member.filter(id=house.ada.id).update(is_admin=False)

    assert await show(house, house.bob, ORDINARY) == "no_role"
    assert not (await Member.get(id=house.bob.id)).is_admin


async def test_an_organization_with_an_admin_is_asked_of_them(house: House) -> None:
    assert await show(house, house.bob, GLOBAL) == "has_admin"
    assert not (await Member.get(id=house.bob.id)).is_admin


async def test_anothers_role_is_not_ones_own(house: House) -> None:
    await Member.filter(id=house.ada.id).update(is_admin=False)
    url = await house.onboarding.admin_sign_in_url(await house.actor(house.bob))
    house.user_tokens.signs_in = house.person(house.ada, role_ids=GLOBAL)

    assert (await house.back(state_in(url), code="code")).code == "other_person"
    assert not (await Member.get(id=house.bob.id)).is_admin
