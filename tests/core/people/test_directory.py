"""Whom a word means, and who is shown whom."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput, NotAllowed, NotFound
from core.mail.models import ThreadState
from core.people.models import Member
from core.people.names import fold, match
from tests import factories
from tests.core.people.conftest import Crowd


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ada", "Ada Lovelace"),
        ("ADA LOVELACE", "Ada Lovelace"),
        ("soren", "Søren Kierkegård"),
        ("muller", "Müller, Jürgen"),
        ("jurgen muller", "Müller, Jürgen"),
        ("strasse", "Straße Meyer"),
        ("mary jane", "Mary Jane Watson"),
    ],
)
def test_case_and_diacritics_do_not_matter(text: str, name: str) -> None:
    people = [(1, name), (2, "Zoe Zorn")]
    expected = [] if text == "muller" else [1]

    assert match(text, people) == expected


def test_a_full_name_beats_those_it_begins() -> None:
    people = [(1, "Ada"), (2, "Ada Lovelace"), (3, "Ada Byron")]

    assert match("ada", people) == [1]
    assert match("", people) == []


def test_words_are_folded_the_same_way_round() -> None:
    assert fold("Lovelace, Ada") == fold("ÁDA  lovelace")


async def test_a_unique_first_name_is_enough(crowd: Crowd) -> None:
    view = await crowd.people.find(await crowd.actor(crowd.bob), "Ada")

    assert (view.member_id, view.name) == (crowd.ada.id, "Ada Lovelace")


async def test_an_address_is_found_by_its_hash(crowd: Crowd) -> None:
    cy = await factories.member(crowd.vault, crowd.organization, "Cy", "cy@contoso.example")

    view = await crowd.people.find(await crowd.actor(crowd.bob), "CY@contoso.example")

    assert view.member_id == cy.id


@pytest.mark.parametrize(("text", "count"), [("Bob", "2"), ("Nobody", "0"), ("x@y.example", "0")])
async def test_how_many_it_could_be_is_said(crowd: Crowd, text: str, count: str) -> None:
    await factories.member(crowd.vault, crowd.organization, "Bob Ross")

    with pytest.raises(InvalidInput) as refusal:
        await crowd.people.find(await crowd.actor(crowd.ada), text)

    assert (refusal.value.field, refusal.value.hint) == ("member", count)


async def test_people_of_elsewhere_are_not_found(crowd: Crowd) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await crowd.people.find(await crowd.actor(crowd.ada), "Eve")

    assert refusal.value.hint == "0"


async def test_an_admin_sees_all_and_others_whom_they_work_with(crowd: Crowd) -> None:
    cy = await factories.member(crowd.vault, crowd.organization, "Cy")
    mailbox = await factories.mailbox(crowd.vault, crowd.organization)
    for person in (crowd.bob, cy):
        await factories.works(mailbox, person, is_lead=person is cy)

    admins = await crowd.people.people(await crowd.actor(crowd.ada))
    bobs = await crowd.people.people(await crowd.actor(crowd.bob))

    assert [view.name for view in admins] == ["Ada Lovelace", "Bob Martin", "Cy"]
    assert [view.name for view in bobs] == ["Bob Martin", "Cy"]
    assert [(view.mailboxes, view.leads) for view in bobs] == [(1, 0), (1, 1)]


async def test_threads_are_counted_where_the_reader_may_see_them(crowd: Crowd) -> None:
    shared = await factories.mailbox(crowd.vault, crowd.organization)
    private = await factories.mailbox(crowd.vault, crowd.organization)
    cy = await factories.member(crowd.vault, crowd.organization, "Cy")
    for person in (crowd.bob, cy):
        await factories.works(shared, person)
    await factories.works(private, cy)
    grace = await factories.correspondent(crowd.vault, crowd.organization)
    for place in (shared, private):
        await factories.thread(crowd.vault, place, grace, assignee_id=cy.id)
    await factories.thread(crowd.vault, shared, grace, assignee_id=cy.id, state=ThreadState.DONE)

    admins = {v.name: v for v in await crowd.people.people(await crowd.actor(crowd.ada))}
    bobs = {v.name: v for v in await crowd.people.people(await crowd.actor(crowd.bob))}

    assert admins["Cy"].open_threads == 2
    assert bobs["Cy"].open_threads == 1


async def test_roles_are_given_by_admins(crowd: Crowd) -> None:
    admin = await crowd.actor(crowd.ada)

    await crowd.people.set_role(admin, crowd.bob.id, "privacy_officer", True)

    assert (await Member.get(id=crowd.bob.id)).is_privacy_officer
    with pytest.raises(InvalidInput):
        await crowd.people.set_role(admin, crowd.bob.id, "king", True)
    with pytest.raises(NotAllowed):
        await crowd.people.set_role(await crowd.actor(crowd.bob), crowd.bob.id, "admin", True)
    with pytest.raises(NotFound):
        await crowd.people.set_role(admin, crowd.eve.id, "admin", True)
