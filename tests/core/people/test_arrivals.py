"""Who comes in, and with which rights."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import InvalidInput, NotAllowed, NotFound
from core.mailboxes.models import MailboxState
from core.people.models import Member, MemberState, Organization
from core.people.views import Conversation
from tests import factories
from tests.core.people.conftest import CONVERSATION, FIRST_ADMIN, Crowd


async def test_the_first_to_install_has_no_rights(crowd: Crowd) -> None:
    actor = await crowd.people.arrive(
        factories.guid(), factories.guid(), name="Cy", reference=CONVERSATION
    )

    assert not actor.is_admin
    assert actor.mailboxes == frozenset()
    assert (await Member.get(id=actor.member_id)).state is MemberState.READY


async def test_whom_the_settings_name_is_admin(crowd: Crowd) -> None:
    actor = await crowd.people.arrive(factories.guid(), FIRST_ADMIN)

    assert actor.is_admin
    assert "member.admin_by_settings" in await crowd.audited()


async def test_without_a_conversation_they_are_invited(crowd: Crowd) -> None:
    actor = await crowd.people.arrive(crowd.organization.tenant_id, factories.guid())

    assert (await Member.get(id=actor.member_id)).state is MemberState.INVITED
    with pytest.raises(NotFound):
        await crowd.people.reference(actor.member_id)


async def test_a_conversation_is_kept_and_refreshed(crowd: Crowd) -> None:
    who = (crowd.organization.tenant_id, crowd.bob.entra_id)
    await crowd.people.arrive(*who, reference=CONVERSATION)
    moved = Conversation("https://smba.example/amer/", "a:1", "28:bot", "29:ada")
    await crowd.people.arrive(*who, reference=moved)

    reference = await crowd.people.reference(crowd.bob.id)

    assert reference.service_url == "https://smba.example/amer/"
    assert reference.tenant_id == crowd.organization.tenant_id


async def test_arrivals_at_once_make_one_row_each(crowd: Crowd) -> None:
    tenant_id, entra_id = factories.guid(), factories.guid()

    actors = await asyncio.gather(
        *(crowd.people.arrive(tenant_id, entra_id, name="Cy") for _ in range(4))
    )

    assert len({actor.member_id for actor in actors}) == 1
    assert await Organization.filter(tenant_id=tenant_id).count() == 1


async def test_names_are_sealed_and_follow_what_teams_says(crowd: Crowd) -> None:
    who = (crowd.organization.tenant_id, crowd.bob.entra_id)

    await crowd.people.arrive(*who, name="Bob\u202e  Martín\n", address="Bob@Contoso.example")

    row = await Member.get(id=crowd.bob.id)
    assert b"Bob" not in bytes(row.sealed_name or b"")
    assert await crowd.people.names([crowd.bob.id, crowd.ada.id]) == {
        crowd.bob.id: "Bob Martín",
        crowd.ada.id: "Ada Lovelace",
    }


async def test_whose_key_was_destroyed_gets_a_new_one(crowd: Crowd) -> None:
    await Member.filter(id=crowd.bob.id).update(wrapped_key=None)
    assert await crowd.people.names([crowd.bob.id]) == {crowd.bob.id: f"#{crowd.bob.id}"}

    await crowd.people.arrive(crowd.organization.tenant_id, crowd.bob.entra_id, name="Bob")

    assert await crowd.people.names([crowd.bob.id]) == {crowd.bob.id: "Bob"}


async def test_who_left_comes_back_without_rights(crowd: Crowd) -> None:
    mailbox = await factories.mailbox(crowd.vault, crowd.organization)
    await factories.works(mailbox, crowd.bob, is_lead=True)
    await Member.filter(id=crowd.bob.id).update(is_admin=True, is_privacy_officer=True)
    await crowd.people.remove(await crowd.actor(crowd.ada), crowd.bob.id)
    assert await crowd.people.actor(crowd.organization.tenant_id, crowd.bob.entra_id) is None

    actor = await crowd.people.arrive(
        crowd.organization.tenant_id, crowd.bob.entra_id, reference=CONVERSATION
    )

    assert actor.member_id == crowd.bob.id
    assert not actor.is_admin
    assert not actor.is_privacy_officer
    assert actor.mailboxes == frozenset()
    assert (await Member.get(id=crowd.bob.id)).left_at is None


async def test_whoever_is_ready_again_is_given_what_waits(crowd: Crowd) -> None:
    mailbox = await factories.mailbox(crowd.vault, crowd.organization)
    paused = await factories.mailbox(crowd.vault, crowd.organization, state=MailboxState.PAUSED)
    for place in (mailbox, paused):
        await factories.works(place, crowd.bob)
    await crowd.people.unreachable(crowd.bob.id, "ConversationBlockedByUser")

    await crowd.people.arrive(
        crowd.organization.tenant_id, crowd.bob.entra_id, reference=CONVERSATION
    )

    assert crowd.jobs.of("assign_waiting") == [{"mailbox_id": mailbox.id}]


async def test_an_actor_has_their_mailboxes_and_leads(crowd: Crowd) -> None:
    one = await factories.mailbox(crowd.vault, crowd.organization)
    two = await factories.mailbox(crowd.vault, crowd.organization)
    await factories.works(one, crowd.bob)
    await factories.works(two, crowd.bob, is_lead=True)

    actor = await crowd.people.actor(crowd.organization.tenant_id, crowd.bob.entra_id)

    assert actor is not None
    assert actor == await crowd.people.actor_of(crowd.bob.id)
    assert (actor.mailboxes, actor.leads) == ({one.id, two.id}, {two.id})
    assert await crowd.people.actor(factories.guid(), crowd.bob.entra_id) is None


@pytest.mark.parametrize("bad", ["", "29:teams-id", "not a guid", "' OR 1=1"])
async def test_what_is_no_entra_id_is_refused(crowd: Crowd, bad: str) -> None:
    with pytest.raises(InvalidInput):
        await crowd.people.arrive(crowd.organization.tenant_id, bad)
    with pytest.raises(InvalidInput):
        await crowd.people.invite(await crowd.actor(crowd.ada), bad, None, "Cy", "cy@x.example")


async def test_an_invitation_is_harmless_twice_and_for_admins(crowd: Crowd) -> None:
    cy = factories.guid()
    admin = await crowd.actor(crowd.ada)

    first = await crowd.people.invite(admin, cy, "29:cy", "Cy Young", "cy@contoso.example")
    again = await crowd.people.invite(admin, cy.upper(), "29:cy", "Cy Young", "")

    assert first == again
    assert (await Member.get(id=first)).state is MemberState.INVITED
    with pytest.raises(NotAllowed):
        await crowd.people.invite(await crowd.actor(crowd.bob), cy, None, "Cy", "")
