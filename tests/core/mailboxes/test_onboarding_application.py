"""Onboarding by an application grant: sign-in, admin consent, probes, start."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import GraphAuthFailed, InvalidInput, NotAllowed
from core.graph.probes import Outcome
from core.mailboxes.models import Grant, GrantKind, Mailbox, MailboxState, SignIn
from core.mailboxes.sign_ins import LIFETIME
from core.mailboxes.verdicts import AGAIN_IN, PATIENCE
from core.people.models import Member
from tests import factories
from tests.core.mailboxes.conftest import ADDRESS, House

APPLICATION = GrantKind.APPLICATION


async def test_a_mailbox_goes_from_its_address_to_work(any_house: House) -> None:
    house = any_house

    mailbox = await house.ready()

    assert mailbox.state is MailboxState.ACTIVE
    grant = await Grant.get(mailbox_id=mailbox.id)
    assert grant.mailboxes_enforced
    assert grant.content_enforced
    assert grant.granted_by_id == house.ada.id
    assert house.jobs.of("sync_mailbox") == [{"mailbox_id": mailbox.id}]
    assert await house.notices("probe_passed") == [house.ada.id]


async def test_consent_alone_proves_nothing(house: House) -> None:
    mailbox = await house.begin(APPLICATION)

    outcome = await house.admin_consent(mailbox)

    assert outcome.code == "granted"
    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.WAITING_FOR_MICROSOFT
    grant = await Grant.get(mailbox_id=mailbox.id)
    assert not grant.mailboxes_enforced
    assert not grant.content_enforced
    assert grant.probed_at is None
    assert house.jobs.of("probe_mailbox") == [{"mailbox_id": mailbox.id}]


async def test_admin_consent_comes_after_the_admins_own_sign_in(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    state = await house.sign_in(mailbox)

    early = await house.back(state, admin_consent="True", tenant=house.organization.tenant_id)

    assert house.user_tokens.asked == [[]]
    assert early.code == "failed"
    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.ONBOARDING


async def test_a_forged_tenant_is_refused(house: House) -> None:
    mailbox = await house.begin(APPLICATION)

    outcome = await house.admin_consent(mailbox, tenant_id=factories.guid())

    assert outcome.code == "other_tenant"
    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.ONBOARDING
    assert not await Grant.exists(granted_at__isnull=False)
    assert await house.notices("consent_failed") == [house.ada.id]


async def test_a_consent_that_was_never_given_gets_no_further_than_waiting(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    state = await house.to_admin_consent(mailbox)
    await house.back(state, admin_consent="True", tenant=house.organization.tenant_id)

    view = await house.onboarding.probe(mailbox.id)

    assert (view.code, view.reason) == ("waiting", "not_yet")
    with pytest.raises(InvalidInput, match="cannot be used"):
        await house.onboarding.start(await house.actor(house.ada), mailbox.id)


async def test_an_admin_who_declines_can_begin_again(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    state = await house.to_admin_consent(mailbox)

    outcome = await house.back(state, error="access_denied", error_description="Ada said no")

    assert outcome.code == "declined"
    assert (await house.admin_consent(mailbox)).code == "granted"


@pytest.mark.parametrize("late", [LIFETIME, LIFETIME + timedelta(hours=1)])
async def test_an_old_state_is_refused(house: House, late: timedelta) -> None:
    mailbox = await house.begin(APPLICATION)
    state = await house.to_admin_consent(mailbox)
    house.clock.advance(late)

    outcome = await house.back(state, admin_consent="True", tenant=house.organization.tenant_id)

    assert outcome.code == "expired"


async def test_a_callback_is_honoured_once(any_house: House) -> None:
    house = any_house
    mailbox = await house.begin(APPLICATION)
    state = await house.to_admin_consent(mailbox)
    query = {"admin_consent": "True", "tenant": house.organization.tenant_id}
    first = await house.back(state, **query)

    again = await house.back(state, **query)

    assert (first.code, again.code) == ("granted", "expired")
    assert len(house.jobs.of("probe_mailbox")) == 1


async def test_an_invented_state_is_refused(house: House) -> None:
    assert (await house.back("never-given", admin_consent="True")).code == "expired"


async def test_a_newer_address_voids_the_older(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    older = await house.sign_in(mailbox)
    await house.sign_in(mailbox)

    assert (await house.back(older, code="code")).code == "expired"


async def test_a_used_sign_in_keeps_no_flow(house: House) -> None:
    await house.to_admin_consent(await house.begin(APPLICATION))

    used = await SignIn.filter(used_at__isnull=False)

    assert [bytes(row.sealed_flow) for row in used] == [b""]


async def test_another_persons_sign_in_is_refused(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    state = await house.sign_in(mailbox)
    house.user_tokens.signs_in = house.person(house.bob)

    outcome = await house.back(state, code="code")

    assert (outcome.code, outcome.redirect_url) == ("other_person", None)


async def test_an_admin_who_lost_the_right_meanwhile_cannot_consent(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    state = await house.to_admin_consent(mailbox)
    await Member.filter(id=house.ada.id).update(is_admin=False)

    outcome = await house.back(state, admin_consent="True", tenant=house.organization.tenant_id)

    assert outcome.code == "expired"
    assert not await Grant.exists(granted_at__isnull=False)


async def test_rights_that_have_not_spread_are_waited_for_and_told_once(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    await house.admin_consent(mailbox)

    for _ in range(3):
        view = await house.onboarding.probe(mailbox.id)
        house.clock.advance(AGAIN_IN)

    assert (view.code, view.reason) == ("waiting", "not_yet")
    assert await house.notices("waiting_for_microsoft") == [house.ada.id]
    assert await house.onboarding.due_probes() == (mailbox.id,)
    house.open(ADDRESS)
    assert (await house.new_onboarding().probe(mailbox.id)).code == "passed"


async def test_waiting_ends_after_hours(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    await house.admin_consent(mailbox)
    house.clock.advance(PATIENCE)

    view = await house.onboarding.probe(mailbox.id)

    assert (view.code, view.reason) == ("refused", "too_late")
    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.ONBOARDING
    assert await house.onboarding.due_probes() == ()
    assert (await house.admin_consent(mailbox)).code == "granted"


async def test_graph_being_down_is_waited_for(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    await house.admin_consent(mailbox)
    house.app_tokens.down = True

    view = await house.onboarding.probe(mailbox.id)

    assert (view.code, view.reason) == ("waiting", "no_answer")


async def test_an_admins_own_mailbox_that_opens_stops_onboarding(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    await house.admin_consent(mailbox)
    house.open(ADDRESS)
    house.open(house.ada.entra_id)

    view = await house.onboarding.probe(mailbox.id)

    assert (view.code, view.reason) == ("not_enforced", "other_mailboxes_open")
    assert not view.mailboxes_enforced
    assert await house.notices("probe_not_enforced") == [house.ada.id]
    with pytest.raises(InvalidInput) as refusal:
        await house.onboarding.start(await house.actor(house.ada), mailbox.id)
    assert refusal.value.field == "grant"


async def test_a_body_that_comes_stops_onboarding(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    await house.admin_consent(mailbox)
    house.open(ADDRESS)
    house.probes.bodies = Outcome.WORKED

    view = await house.onboarding.probe(mailbox.id)

    assert (view.code, view.reason) == ("not_enforced", "bodies_open")
    assert view.mailboxes_enforced
    assert not view.content_enforced


async def test_a_finding_is_told_once_however_often_it_is_asked_for(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    await house.admin_consent(mailbox)
    house.open(ADDRESS)
    house.probes.bodies = Outcome.WORKED

    views = [await house.onboarding.probe(mailbox.id) for _ in range(3)]

    assert {view.code for view in views} == {"not_enforced"}
    assert await house.notices("probe_not_enforced") == [house.ada.id]
    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.ONBOARDING


async def test_postrooms_own_bad_secret_is_no_refusal(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    await house.admin_consent(mailbox)

    async def refuses(tenant_id: str, refused: str | None = None) -> str:
        raise GraphAuthFailed(400, "invalid_client")

    house.app_tokens.get = refuses  # type: ignore[method-assign]

    view = await house.onboarding.probe(mailbox.id)

    assert (view.code, view.reason) == ("waiting", "no_answer")


async def test_what_was_put_right_is_checked_again_with_a_new_token(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    await house.admin_consent(mailbox)
    house.open(ADDRESS)
    house.open(house.ada.entra_id)
    await house.onboarding.probe(mailbox.id)
    del house.probes.opens[house.ada.entra_id]
    before = house.app_tokens.given

    view = await house.onboarding.probe(mailbox.id)

    assert view.code == "passed"
    assert house.app_tokens.given > before


async def test_an_admin_without_a_mailbox_is_stood_in_for_by_a_colleague(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    await house.admin_consent(mailbox)
    house.open(ADDRESS)
    house.probes.opens[house.ada.entra_id] = Outcome.NO_MAILBOX

    view = await house.onboarding.probe(mailbox.id)

    assert view.code == "passed"
    assert house.probes.tried == [ADDRESS, house.ada.entra_id, house.bob.entra_id]


async def test_no_mailbox_to_be_refused_proves_nothing(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    await house.admin_consent(mailbox)
    house.open(ADDRESS)
    house.probes.otherwise = Outcome.NO_MAILBOX

    view = await house.onboarding.probe(mailbox.id)

    assert (view.code, view.reason) == ("not_enforced", "no_other_mailbox")


async def test_a_probe_changes_nothing_after_offboarding(house: House) -> None:
    mailbox = await house.begin(APPLICATION)
    await house.admin_consent(mailbox)
    house.open(ADDRESS)
    await house.onboarding.offboard(await house.actor(house.ada), mailbox.id, purge=False)

    view = await house.onboarding.probe(mailbox.id)

    assert view.code == "no_consent"
    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.OFFBOARDED


async def test_a_probe_is_for_nobody_once_the_mailbox_works(house: House) -> None:
    mailbox = await house.ready()

    view = await house.onboarding.probe(mailbox.id)

    assert view.code == "passed"
    assert await house.notices("probe_passed") == [house.ada.id]


async def test_begin_is_for_admins(house: House) -> None:
    with pytest.raises(NotAllowed):
        await house.onboarding.begin(await house.actor(house.bob), ADDRESS, APPLICATION)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "help",
        "help@contoso",
        "hunter2 is my password",
        "a@b@contoso.example",
        "<help@contoso.example>",
        "help@contoso.example\nBcc: x@y.example",
        f"{'a' * 250}@contoso.example",
        ".a@contoso.example",
    ],
)
async def test_what_is_no_address_is_refused_and_not_kept(house: House, text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await house.onboarding.begin(await house.actor(house.ada), text, APPLICATION)

    assert refusal.value.field == "address"
    assert not text or text not in f"{refusal.value!r} {refusal.value.__dict__}"
    assert not await Mailbox.exists()


async def test_a_members_own_mailbox_is_not_onboarded(house: House) -> None:
    await factories.member(house.vault, house.organization, "Cy", "cy@contoso.example")

    with pytest.raises(InvalidInput) as refusal:
        await house.begin(APPLICATION, "Cy@Contoso.example")

    assert refusal.value.hint == "personal"


async def test_the_same_address_is_the_same_mailbox(house: House) -> None:
    first = await house.begin(APPLICATION)
    second = await house.begin(GrantKind.DELEGATED, "  HELP@contoso.EXAMPLE ")

    assert first.id == second.id
    assert [grant.kind for grant in await Grant.all()] == [GrantKind.DELEGATED]


async def test_a_mailbox_under_work_is_not_begun_again(house: House) -> None:
    await house.ready()

    with pytest.raises(InvalidInput) as refusal:
        await house.begin(APPLICATION)

    assert refusal.value.hint == "known"
