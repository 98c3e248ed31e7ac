"""Onboarding by a person's own sign-in: whose, for what, and what it is shown as."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import GraphAuthFailed, InvalidInput, NotAllowed
from core.graph.probes import Outcome
from core.mailboxes.models import Folder, Grant, GrantKind, Mailbox, MailboxState
from tests import factories
from tests.core.mailboxes.conftest import ADDRESS, House

DELEGATED = GrantKind.DELEGATED
NARROW = frozenset({"Mail.ReadBasic.Shared"})
WIDER = frozenset({"Mail.Read.Shared", "Mail.ReadBasic.Shared"})


async def test_asks_for_headers_alone_at_first(house: House) -> None:
    await house.sign_in(await house.begin(DELEGATED))

    assert house.user_tokens.asked == [["Mail.ReadBasic.Shared"]]


async def test_is_never_shown_as_kept_to_the_mailbox_by_microsoft(any_house: House) -> None:
    house = any_house
    await house.ready(DELEGATED)

    (consent,) = await house.onboarding.consents(await house.actor(house.ada))

    assert not consent.mailboxes_enforced
    assert consent.content_enforced
    assert [(fact.subject, fact.keeper) for fact in consent.facts] == [
        ("mailboxes", "postroom"),
        ("content", "microsoft"),
    ]
    assert consent.also_reaches == ("own_mailbox", "mailboxes_shared_with_them")
    assert consent.granted_by == "Ada Lovelace"


async def test_only_scopes_of_mail_are_kept(house: House) -> None:
    mailbox = await house.begin(DELEGATED)

    await house.consent_as_person(mailbox, scopes=NARROW | {"openid", "profile", "email"})

    assert (await Grant.get()).scopes == "Mail.ReadBasic.Shared"


async def test_tokens_are_sealed(house: House) -> None:
    await house.consent_as_person(await house.begin(DELEGATED), cache='{"refresh": 41}')

    grant = await Grant.get()

    assert grant.sealed_tokens is not None
    assert b"refresh" not in bytes(grant.sealed_tokens)


@pytest.mark.parametrize("who", ["bob", "stranger"])
async def test_another_persons_sign_in_is_refused(house: House, who: str) -> None:
    mailbox = await house.begin(DELEGATED)
    state = await house.sign_in(mailbox)
    house.user_tokens.signs_in = house.person(getattr(house, who))

    outcome = await house.back(state, code="code")

    assert outcome.code == "other_person"
    assert not await Grant.exists(sealed_tokens__isnull=False)


async def test_the_same_person_in_another_tenant_is_refused(house: House) -> None:
    mailbox = await house.begin(DELEGATED)
    state = await house.sign_in(mailbox)
    here = house.person(house.ada)
    house.user_tokens.signs_in = type(here)(here.object_id, factories.guid())

    assert (await house.back(state, code="code")).code == "other_person"


async def test_a_scope_that_is_not_given_is_said(house: House) -> None:
    outcome = await house.consent_as_person(
        await house.begin(DELEGATED), scopes=frozenset({"openid", "profile"})
    )

    assert outcome.code == "scope_refused"


async def test_more_than_was_asked_is_thrown_away(house: House) -> None:
    mailbox = await house.begin(DELEGATED)

    outcome = await house.consent_as_person(mailbox, scopes=WIDER)

    assert outcome.code == "wider_than_asked"
    assert not await Grant.exists(sealed_tokens__isnull=False)


async def test_bodies_are_in_reach_only_after_an_explicit_yes(house: House) -> None:
    mailbox = await house.begin(DELEGATED)
    await house.onboarding.accept_wider(await house.actor(house.ada), mailbox.id)
    house.open(ADDRESS)
    house.probes.bodies = Outcome.WORKED

    outcome = await house.consent_as_person(mailbox, scopes=WIDER)
    view = await house.onboarding.probe(mailbox.id)

    assert house.user_tokens.asked[-1] == ["Mail.Read.Shared"]
    assert (outcome.code, view.code) == ("granted", "passed")
    assert not view.content_enforced
    assert "grant.wider_accepted" in await house.audited()


async def test_only_an_admin_says_yes_to_more(house: House) -> None:
    mailbox = await house.begin(DELEGATED)
    await factories.works(mailbox, house.bob)

    with pytest.raises(NotAllowed):
        await house.onboarding.accept_wider(await house.actor(house.bob), mailbox.id)


async def test_an_application_grant_has_nothing_wider(house: House) -> None:
    mailbox = await house.begin(GrantKind.APPLICATION)

    with pytest.raises(InvalidInput):
        await house.onboarding.accept_wider(await house.actor(house.ada), mailbox.id)


async def test_a_person_without_rights_is_told_and_their_tokens_destroyed(house: House) -> None:
    mailbox = await house.begin(DELEGATED)
    await house.consent_as_person(mailbox)

    view = await house.onboarding.probe(mailbox.id)

    assert (view.code, view.reason) == ("refused", "no_rights")
    assert not await Grant.exists(sealed_tokens__isnull=False)
    assert await house.notices("consent_failed") == [house.ada.id]
    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.ONBOARDING


async def test_a_body_that_comes_unasked_ends_the_consent(house: House) -> None:
    mailbox = await house.begin(DELEGATED)
    await house.consent_as_person(mailbox)
    house.open(ADDRESS)
    house.probes.bodies = Outcome.WORKED

    view = await house.onboarding.probe(mailbox.id)

    assert (view.code, view.reason) == ("not_enforced", "bodies_open")
    assert not await Grant.exists(sealed_tokens__isnull=False)


async def test_consent_that_dies_stops_the_mailbox_and_is_told_once(any_house: House) -> None:
    house = any_house
    mailbox = await house.ready(DELEGATED)
    await Folder.filter(mailbox_id=mailbox.id).update(sealed_link=b"a delta link")
    access = await house.access.for_mailbox(mailbox.id)
    house.user_tokens.dead = True
    house.clock.advance(timedelta(minutes=2))

    for _ in range(2):
        with pytest.raises(GraphAuthFailed):
            await access.token()
    await house.onboarding.needs_consent(mailbox.id, "invalid_grant")

    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.NEEDS_CONSENT
    assert await house.notices("needs_consent") == [house.ada.id]
    assert {bytes(row.sealed_link or b"") for row in await Folder.all()} == {b"a delta link"}
    assert not await Grant.exists(sealed_tokens__isnull=False)


async def test_another_person_may_consent_and_the_mailbox_goes_on(house: House) -> None:
    mailbox = await house.ready(DELEGATED)
    await house.onboarding.needs_consent(mailbox.id, "invalid_grant")

    outcome = await house.consent_as_person(mailbox, house.bob)
    view = await house.onboarding.probe(mailbox.id)

    assert (outcome.code, view.code) == ("granted", "passed")
    after = await Mailbox.get(id=mailbox.id)
    assert after.state is MailboxState.ACTIVE
    assert after.sync_due_at is not None
    assert len(house.jobs.of("sync_mailbox")) == 2
    access = await house.access.for_mailbox(mailbox.id)
    assert await access.token() == "user-2"


async def test_a_renewal_keeps_the_yes_to_bodies(house: House) -> None:
    mailbox = await house.begin(DELEGATED)
    await house.onboarding.accept_wider(await house.actor(house.ada), mailbox.id)
    await house.consent_as_person(mailbox, scopes=WIDER)
    await Mailbox.filter(id=mailbox.id).update(state=MailboxState.ACTIVE)
    await house.onboarding.needs_consent(mailbox.id, "invalid_grant")

    await house.sign_in(mailbox)

    assert house.user_tokens.asked[-1] == ["Mail.Read.Shared"]


async def test_a_refusal_of_an_older_consent_does_not_end_a_newer_one(house: House) -> None:
    mailbox = await house.ready(DELEGATED)
    old = await house.access.for_mailbox(mailbox.id)
    await house.onboarding.needs_consent(mailbox.id, "invalid_grant")
    await house.consent_as_person(mailbox, house.bob)
    await house.onboarding.probe(mailbox.id)

    with pytest.raises(GraphAuthFailed):
        await old.token()

    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.ACTIVE


async def test_postrooms_own_bad_secret_ends_nobodys_consent(house: House) -> None:
    mailbox = await house.ready(DELEGATED)

    await house.onboarding.needs_consent(mailbox.id, "invalid_client")

    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.ACTIVE


async def test_the_person_may_take_their_own_consent_back(house: House) -> None:
    mailbox = await house.ready(DELEGATED)
    await house.onboarding.needs_consent(mailbox.id, "invalid_grant")
    await house.consent_as_person(mailbox, house.bob)
    await house.onboarding.probe(mailbox.id)
    await house.onboarding.revoke(await house.actor(house.bob), mailbox.id)

    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.NEEDS_CONSENT
    with pytest.raises(GraphAuthFailed):
        await house.access.for_mailbox(mailbox.id)


async def test_anothers_consent_is_for_admins_to_take_back(house: House) -> None:
    mailbox = await house.ready(DELEGATED)

    with pytest.raises(NotAllowed):
        await house.onboarding.revoke(await house.actor(house.bob), mailbox.id)


async def test_a_person_of_the_mailbox_cannot_consent_for_the_tenant(house: House) -> None:
    mailbox = await house.begin(GrantKind.APPLICATION)
    await factories.works(mailbox, house.bob)

    with pytest.raises(NotAllowed):
        await house.onboarding.sign_in_url(await house.actor(house.bob), mailbox.id)
