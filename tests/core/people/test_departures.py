"""Who goes: what is taken away, put back and told."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput, NotAllowed, NotFound
from core.mailboxes.models import Grant, GrantKind, Mailbox, MailboxMember, MailboxState
from core.people.models import Absence, Member, MemberState, Reference
from tests import factories
from tests.core.people.conftest import Crowd


async def test_whoever_is_removed_gives_their_threads_back(crowd: Crowd) -> None:
    mailbox = await factories.mailbox(crowd.vault, crowd.organization)
    await factories.works(mailbox, crowd.bob)
    await factories.reference(crowd.bob)
    await Absence.create(
        organization_id=crowd.organization.id,
        member_id=crowd.bob.id,
        starts_at=crowd.clock(),
        created_at=crowd.clock(),
    )

    await crowd.people.remove(await crowd.actor(crowd.ada), crowd.bob.id)

    assert crowd.threads.put == [(crowd.bob.id, "left", None)]
    assert (await Member.get(id=crowd.bob.id)).state is MemberState.LEFT
    assert not await MailboxMember.exists(member_id=crowd.bob.id)
    assert not await Reference.exists(member_id=crowd.bob.id)
    assert not await Absence.exists(member_id=crowd.bob.id)
    with pytest.raises(NotFound):
        await crowd.people.remove(await crowd.actor(crowd.ada), crowd.bob.id)


async def test_what_they_consented_to_ends_with_them(crowd: Crowd) -> None:
    mailbox = await factories.mailbox(crowd.vault, crowd.organization)
    await factories.grant(mailbox, crowd.bob, kind=GrantKind.DELEGATED, sealed_tokens=b"tokens")

    await crowd.people.remove(await crowd.actor(crowd.ada), crowd.bob.id)

    grant = await Grant.get()
    assert grant.sealed_tokens is None
    assert grant.revoked_at is not None
    assert (await Mailbox.get()).state is MailboxState.NEEDS_CONSENT
    assert await crowd.notices("needs_consent") == [crowd.ada.id]


async def test_a_consent_for_the_tenant_outlives_who_gave_it(crowd: Crowd) -> None:
    mailbox = await factories.mailbox(crowd.vault, crowd.organization)
    await factories.grant(mailbox, crowd.bob)

    await crowd.people.remove(await crowd.actor(crowd.ada), crowd.bob.id)

    assert (await Mailbox.get()).state is MailboxState.ACTIVE


async def test_the_last_admin_stays(crowd: Crowd) -> None:
    admin = await crowd.actor(crowd.ada)

    with pytest.raises(InvalidInput) as removal:
        await crowd.people.remove(admin, crowd.ada.id)
    with pytest.raises(InvalidInput):
        await crowd.people.set_role(admin, crowd.ada.id, "admin", False)

    assert removal.value.hint == "last_admin"
    assert (await Member.get(id=crowd.ada.id)).is_admin


async def test_a_second_admin_lets_the_first_go(crowd: Crowd) -> None:
    await crowd.people.set_role(await crowd.actor(crowd.ada), crowd.bob.id, "admin", True)

    await crowd.people.remove(await crowd.actor(crowd.bob), crowd.ada.id)

    assert (await Member.get(id=crowd.ada.id)).state is MemberState.LEFT
    with pytest.raises(InvalidInput):
        await crowd.people.remove(await crowd.actor(crowd.bob), crowd.bob.id)


async def test_who_cannot_be_reached_is_told_to_admins_once(crowd: Crowd) -> None:
    await factories.reference(crowd.bob)

    await crowd.people.unreachable(crowd.bob.id, "ConversationBlockedByUser")
    await crowd.people.unreachable(crowd.bob.id, "ConversationBlockedByUser")

    assert crowd.threads.put == [(crowd.bob.id, "unreachable", None)]
    assert await crowd.notices("unreachable") == [crowd.ada.id]
    assert (await Member.get(id=crowd.bob.id)).state is MemberState.UNREACHABLE
    assert await Reference.exists(member_id=crowd.bob.id)


async def test_a_conversation_that_is_gone_is_forgotten(crowd: Crowd) -> None:
    await factories.reference(crowd.bob)

    await crowd.people.unreachable(crowd.bob.id, "ConversationNotFound")

    assert not await Reference.exists(member_id=crowd.bob.id)


async def test_whoever_takes_the_bot_away_gives_threads_back(crowd: Crowd) -> None:
    await factories.reference(crowd.bob)

    await crowd.people.uninstalled(crowd.organization.tenant_id, crowd.bob.entra_id)

    assert crowd.threads.put == [(crowd.bob.id, "uninstalled", None)]
    assert not await Reference.exists(member_id=crowd.bob.id)


async def test_a_strangers_going_is_no_matter(crowd: Crowd) -> None:
    await crowd.people.uninstalled(factories.guid(), crowd.bob.entra_id)
    await crowd.people.unreachable(10_000, "ConversationNotFound")

    assert crowd.threads.put == []


async def test_removing_is_for_admins_of_the_same_organization(crowd: Crowd) -> None:
    with pytest.raises(NotAllowed):
        await crowd.people.remove(await crowd.actor(crowd.bob), crowd.ada.id)
    with pytest.raises(NotFound):
        await crowd.people.remove(await crowd.actor(crowd.eve), crowd.bob.id)


async def test_a_failure_to_put_threads_back_undoes_the_removal(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError("crash")

    monkeypatch.setattr(crowd.threads, "put_back", fails)

    with pytest.raises(RuntimeError):
        await crowd.people.remove(await crowd.actor(crowd.ada), crowd.bob.id)

    assert (await Member.get(id=crowd.bob.id)).state is MemberState.READY
    assert "member.removed" not in await crowd.audited()
