"""Consent to an application grant: every way it may go, through Microsoft's own pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.mailboxes.models import Grant, Mailbox, MailboxState, SignIn
from sandbox.browser import Browser
from sandbox.sample import CLIENT_ID
from sandbox.tour.cards import link, title
from tests.scenarios.house import House, state_of

pytestmark = pytest.mark.scenario


async def test_a_mailbox_is_onboarded_and_both_facts_are_enforced_by_microsoft(house: House):
    mailbox_id = await house.onboard(*house.people[:2])
    grant = await Grant.get(mailbox_id=mailbox_id, revoked_at=None)
    assert (grant.mailboxes_enforced, grant.content_enforced) == (True, True)
    assert await state_of(mailbox_id) is MailboxState.ACTIVE
    ledger = await house.told(house.admin, "consent")
    assert "Microsoft enforces" in ledger
    assert "Postroom promises" not in ledger


async def test_rights_that_have_not_spread_are_waited_for_over_a_restart(house: House):
    house.box.tenant.rbac_delay = timedelta(hours=1)
    card = await house.begin_onboarding()
    house.box.grant_in_exchange()
    await house.consent(card, house.admin, "Consent")
    await house.notice(house.admin, "Waiting for Microsoft")
    assert "Waiting for Microsoft" in await house.pressed(house.admin, card, "Continue")
    mailbox = await Mailbox.get()
    assert mailbox.state is MailboxState.WAITING_FOR_MICROSOFT

    await house.stop()
    house.clock.advance(hours=1, minutes=5)
    await house.start()

    notice = await house.notice(house.admin, "Microsoft lets me in")
    shown = await house.pressed(house.admin, notice, "Continue")
    assert "Which folders are worked?" in shown
    await house.finish_onboarding(house.shown_to(house.admin)[-1])
    assert await state_of(mailbox.id) is MailboxState.ACTIVE
    assert house.titles(house.admin).count("Waiting for Microsoft") <= 2  # the notice, the step


async def test_rights_in_the_whole_tenant_stop_onboarding_until_they_are_taken_back(house: House):
    house.box.tenant.apps[CLIENT_ID].declared_roles.add("Mail.Read")
    card = await house.begin_onboarding()
    house.box.grant_in_exchange()
    await house.consent(card, house.admin, "Consent")
    await house.notice(house.admin, "I have stopped: the grant is not what was promised")
    said = await house.pressed(house.admin, card, "Continue")
    assert "Take the Mail permissions off" in said
    assert (await Mailbox.get()).state is not MailboxState.ACTIVE

    house.box.tenant.entra_roles[CLIENT_ID].clear()
    await house.passed(card)
    mailbox_id = await house.finish_onboarding(card)
    grant = await Grant.get(mailbox_id=mailbox_id, revoked_at=None, granted_at__isnull=False)
    assert (grant.mailboxes_enforced, grant.content_enforced) == (True, True)
    await house.notice(house.admin, "First sync: done")


async def test_a_declined_consent_is_told_and_can_be_given_after_all(house: House):
    card = await house.begin_onboarding()
    house.box.grant_in_exchange()
    status, page = await house.consent(card, house.admin, "Consent", accept=False)
    assert (status, "Consent was declined" in page) == (400, True)
    notice = await house.notice(house.admin, "Consent did not work")
    await house.press(house.admin, notice, "Continue")
    card = house.shown_to(house.admin)[-1]
    assert title(card) == "Consent, and rights to one mailbox"
    await house.consent(card, house.admin, "Consent")
    await house.passed(card)


async def test_who_is_no_administrator_cannot_consent_in_their_place(house: House):
    card = await house.begin_onboarding()
    status, page = await house.consent(card, house.people[1], "Consent")
    assert (status, "Somebody else signed in" in page) == (400, True)
    assert not await Grant.filter(granted_at__isnull=False).exists()


async def test_an_invented_state_a_used_one_and_an_old_one_open_nothing(house: House):
    assert "no longer good" in await _called_back(house, state="invented", code="x")

    card = await house.begin_onboarding()
    async with Browser(house.box.ca_file) as browser:
        arrival = await browser.sign_in(link(card, "Consent"), house.admin.id)
        house.clock.advance(minutes=11)
        _, page = await browser.deliver(arrival)
        assert "no longer good" in page

        assert "I have not seen" in await house.pressed(house.admin, card, "Continue")
        card = house.standing(house.admin, card)
        arrival = await browser.sign_in(link(card, "Consent"), house.admin.id)
        await browser.deliver(arrival)
        _, page = await browser.deliver(arrival)
        assert "no longer good" in page
    assert not await Grant.filter(granted_at__isnull=False).exists()


async def test_a_forged_admin_consent_of_another_tenant_opens_nothing(house: House):
    card = await house.begin_onboarding()
    async with Browser(house.box.ca_file) as browser:
        arrival = await browser.sign_in(link(card, "Consent"), house.admin.id)
        await browser.deliver(arrival)
    state = await _state_of_admin_consent(house, card)
    other = "00000000-0000-4000-8000-000000000000"
    page = await _called_back(house, state=state, admin_consent="True", tenant=other)
    assert "another organization" in page
    assert not await Grant.filter(granted_at__isnull=False).exists()


async def test_nobody_else_may_onboard(house: House):
    assert "for Postroom admins" in await house.told(house.people[1], "onboard")
    assert not await Mailbox.exists()
    assert not await SignIn.exists()


async def _state_of_admin_consent(house: House, card) -> str:
    """Sign in once more, and read the state that the way on to admin consent carries."""
    await house.press(house.admin, card, "Continue")
    card = house.standing(house.admin, card)
    async with Browser(house.box.ca_file) as browser:
        arrival = await browser.sign_in(link(card, "Consent"), house.admin.id)
        _, location, _ = await browser._deliver(arrival)
    return location.split("state=")[1].split("&")[0]


async def _called_back(house: House, **query: str) -> str:
    async with house.browse("/consent/callback", **query) as answer:
        return await answer.text()
