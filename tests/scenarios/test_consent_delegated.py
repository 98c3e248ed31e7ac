"""Consent to a delegated grant: somebody's own sign-in, its end, and somebody else's after it."""

from __future__ import annotations

import pytest

from core.assignment.models import Decision
from core.mail.models import MailThread
from core.mailboxes.models import Folder, Grant, MailboxState
from sandbox.browser import Browser
from sandbox.teams.history import Activity
from sandbox.tenant import User
from sandbox.tour.cards import link, title, words
from sandbox.tour.waiting import until
from tests.scenarios.house import House, state_of

pytestmark = pytest.mark.scenario


async def test_a_person_with_rights_signs_in_and_what_postroom_promises_is_said(house: House):
    mailbox_id = await onboard(house)
    grant = await Grant.get(mailbox_id=mailbox_id, revoked_at=None)
    assert (grant.mailboxes_enforced, grant.content_enforced) == (False, True)
    ledger = await house.told(house.admin, "consent")
    assert "Postroom promises" in ledger
    assert "that person's own mailbox" in ledger


async def test_somebody_else_at_the_browser_is_refused(house: House):
    card = await house.begin_onboarding("delegated")
    status, page = await house.consent(card, house.people[1], "Sign in")
    assert (status, "Somebody else signed in" in page) == (400, True)
    assert not await Grant.filter(sealed_tokens__isnull=False).exists()


async def test_whoever_may_not_open_the_mailbox_is_told_so(house: House):
    house.admin.full_access.clear()
    card = await house.begin_onboarding("delegated")
    await house.consent(card, house.admin, "Sign in")
    notice = await house.notice(house.admin, "Consent did not work")
    assert "has no rights to that mailbox" in words(notice)
    assert not await Grant.filter(sealed_tokens__isnull=False).exists()


async def test_the_wider_right_is_asked_for_only_after_an_explicit_yes(house: House):
    card = await house.begin_onboarding("delegated")
    await refuse_scope(house, card)
    notice = await house.notice(house.admin, "Consent did not work")
    assert "did not give the right" in words(notice)
    assert {grant.scopes for grant in await Grant.all()} == {"Mail.ReadBasic.Shared"}

    await house.press(house.admin, card, "Continue", {"next": "wider"})
    said = await house.pressed(house.admin, card, "Next", {"wider": "no"})
    assert "Sign in and consent" in said
    await house.press(house.admin, card, "Continue", {"next": "wider"})
    await house.press(house.admin, card, "Next", {"wider": "yes"})
    card = house.standing(house.admin, card)
    await house.consent(card, house.admin, "Sign in")
    await house.passed(card)
    mailbox_id = await house.finish_onboarding(card, house.admin)

    grant = await Grant.get(mailbox_id=mailbox_id, revoked_at=None)
    assert (grant.scopes, grant.content_enforced) == ("Mail.Read.Shared", False)
    assert "could read bodies" in await house.told(house.admin, "consent")


async def test_a_revoked_person_is_replaced_by_another_and_nothing_is_lost(house: House):
    ben = house.people[1]
    mailbox_id = await onboard(house, house.admin, ben)
    await house.all_told()
    before = await kept(mailbox_id)
    decided = await Decision.all().count()

    house.box.ledger.revoke(house.admin.id, access_tokens=True)
    for _ in range(2):
        await house.queue("sync_mailbox", {"mailbox_id": mailbox_id})
    await until(lambda: needs_consent(mailbox_id), "the loss to be noticed")
    await house.notice(house.admin, "A mailbox needs consent again")
    await house.all_told()
    assert house.titles(house.admin).count("A mailbox needs consent again") == 1
    assert await kept(mailbox_id) == before

    graph_id = house.arrives("While nobody could look")
    card = await mailbox_card(house, ben)
    await house.press(ben, card, "Consent again")
    card = house.shown_to(ben)[-1]
    assert "PowerShell" not in words(card)
    await house.consent(card, ben, "Sign in")
    said = await house.pressed(ben, card, "Continue")
    assert "in order again" in said
    thread = await house.thread_of(graph_id)
    assert thread.assignee_id is not None
    assert await Decision.all().count() == decided + 1
    assert await state_of(mailbox_id) is MailboxState.ACTIVE


async def test_a_consent_is_taken_back_as_easily_as_it_was_given(house: House):
    mailbox_id = await onboard(house, house.admin, house.people[1])
    card = await house.ask(house.admin, "consent")
    await house.press(house.admin, card, "Take back…")
    asked = house.standing(house.admin, card)
    assert title(asked) == "Take back consent?"
    assert await state_of(mailbox_id) is MailboxState.ACTIVE
    said = await house.pressed(house.admin, asked, "Take back")
    assert "myapps.microsoft.com" in said
    assert await state_of(mailbox_id) is MailboxState.NEEDS_CONSENT
    assert not await Grant.filter(sealed_tokens__isnull=False).exists()
    await house.notice(house.admin, "A mailbox needs consent again")


async def test_others_neither_see_nor_take_back_a_consent_that_is_not_theirs(house: House):
    ben = house.people[1]
    mailbox_id = await onboard(house, house.admin, ben)
    card = await house.ask(ben, "consent")
    assert "No consent was given yet" in words(card)
    answer = await house.client.endpoint.post(
        house.client.inbound.invoke(
            ben,
            house.client.chat(ben),
            "adaptiveCard/action",
            {
                "action": {"verb": "consent.revoked", "data": {"mailbox": mailbox_id}},
                "trigger": "manual",
            },
            card["id"],
        )
    )
    assert "for Postroom admins" in answer.body["value"]
    assert await state_of(mailbox_id) is MailboxState.ACTIVE


async def onboard(house: House, *workers: User) -> int:
    card = await house.begin_onboarding("delegated")
    assert "Mail.ReadBasic" not in words(card)
    await house.consent(card, house.admin, "Sign in")
    await house.passed(card)
    return await house.finish_onboarding(card, *workers)


async def refuse_scope(house: House, card: Activity) -> None:
    """What Entra sends back where a tenant knows no such scope."""
    async with Browser(house.box.ca_file) as browser:
        arrival = await browser.sign_in(link(card, "Sign in"), house.admin.id, accept=False)
        arrival.fields["error"] = "invalid_scope"
        arrival.fields["error_description"] = "AADSTS70011: The provided scope is not valid."
        status, page = await browser.deliver(arrival)
    assert (status, "did not give the right" in page) == (400, True)


async def mailbox_card(house: House, user: User) -> Activity:
    house.clock.advance(minutes=1)
    return await house.ask(user, "mailboxes")


async def needs_consent(mailbox_id: int) -> bool:
    return await state_of(mailbox_id) is MailboxState.NEEDS_CONSENT


async def kept(mailbox_id: int) -> object:
    """Whose each thread is, and how far each folder was read."""
    threads = await MailThread.filter(mailbox_id=mailbox_id).order_by("id")
    folders = await Folder.filter(mailbox_id=mailbox_id).order_by("id")
    return (
        [(thread.id, thread.state, thread.assignee_id) for thread in threads],
        [(folder.id, folder.sealed_link is not None, folder.generation) for folder in folders],
    )
