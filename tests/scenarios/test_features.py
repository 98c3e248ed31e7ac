"""Allowing replies, write-back and bodies, through Microsoft's own pages and rights."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.mailboxes.models import Grant, Mailbox, MailboxState
from sandbox.sample import CLIENT_ID
from sandbox.tour.cards import title, words
from sandbox.tour.waiting import until
from tests.scenarios.house import House, state_of

pytestmark = pytest.mark.scenario


def add_role(house: House, *names: str) -> None:
    """What the Exchange administrator's further lines do."""
    for name in names:
        house.box.ledger.assign_role(CLIENT_ID, f"Application {name}", [house.box.mailbox])


async def test_replies_are_on_once_exchange_gives_the_rights(working: House):
    admin = working.admin
    working.arrives("So that there is something to try it on")
    card = await working.ask(admin, f"allow replies {working.box.mailbox}")
    assert "Postroom promises" in words(card)
    said = await working.pressed(admin, card, "Next", {"yes": "yes"})
    assert "Application Mail.Send" in said
    said = await working.pressed(admin, card, "Continue")
    assert "Waiting for Microsoft" in said
    assert not (await Mailbox.get()).sends_replies

    add_role(working, "Mail.ReadWrite", "Mail.Send")
    said = await working.pressed(admin, card, "Check now")
    assert "Allowed: automatic replies" in said
    mailbox = await Mailbox.get()
    assert (mailbox.sends_replies, mailbox.writes_back, mailbox.reads_bodies) == (
        True,
        False,
        False,
    )
    grant = await Grant.get(revoked_at=None)
    assert (grant.mailboxes_enforced, grant.content_enforced) == (True, False)
    ledger = await working.told(admin, "consent")
    assert "automatic replies" in ledger
    assert working.box.mail.outgoing == [], "the probes sent something"

    said = await working.told(admin, f"disallow replies {working.box.mailbox}")
    assert "Remove-ManagementRoleAssignment" in said
    assert not (await Mailbox.get()).sends_replies
    await working.sync()
    assert await state_of(mailbox.id) is MailboxState.ACTIVE


async def test_a_right_that_exchange_takes_back_ends_the_feature_and_nothing_else(working: House):
    admin = working.admin
    working.arrives("To try it on")
    add_role(working, "Mail.ReadWrite")
    card = await working.ask(admin, "allow write-back")
    await working.press(admin, card, "Next", {"yes": "yes"})
    await working.press(admin, card, "Continue")
    assert (await Mailbox.get()).writes_back
    roles = working.box.tenant.role_assignments
    roles[:] = [one for one in roles if not one.role.endswith("ReadWrite")]

    working.arrives("After it")
    await working.notice(admin, "Microsoft took a right back")
    mailbox = await Mailbox.get()
    assert (mailbox.writes_back, mailbox.state) == (False, MailboxState.ACTIVE)


async def test_rights_that_spread_later_are_found_and_told(working: House):
    admin = working.admin
    working.box.tenant.rbac_delay = timedelta(hours=1)
    card = await working.ask(admin, "allow bodies")
    await working.press(admin, card, "Next", {"yes": "yes"})
    add_role(working, "Mail.Read")
    assert "Waiting for Microsoft" in await working.pressed(admin, card, "Continue")
    working.clock.advance(hours=1, minutes=6)
    await working.notice(admin, "Microsoft lets me do it now")
    assert (await Mailbox.get()).reads_bodies


async def test_a_right_in_the_whole_tenant_switches_nothing_on(working: House):
    admin = working.admin
    card = await working.ask(admin, "allow replies")
    await working.press(admin, card, "Next", {"yes": "yes"})
    add_role(working, "Mail.ReadWrite")
    working.box.tenant.entra_roles.setdefault(CLIENT_ID, set()).add("Mail.Send")
    said = await working.pressed(admin, card, "Continue")
    assert "other mailboxes" in said
    assert not (await Mailbox.get()).sends_replies


async def test_a_person_signs_in_once_more_for_a_further_right(house: House):
    admin = house.admin
    card = await house.begin_onboarding("delegated")
    await house.consent(card, admin, "Sign in")
    await house.passed(card)
    mailbox_id = await house.finish_onboarding(card, admin)

    card = await house.ask(admin, "allow write-back")
    await house.press(admin, card, "Next", {"yes": "yes"})
    card = house.standing(admin, card)
    assert title(card) == "Allow write-back of tags and assignee?"
    assert "not seen the sign-in" in await house.pressed(admin, card, "Continue")
    card = house.standing(admin, card)
    status, page = await house.consent(card, admin, "Sign in")
    assert status == 200, page
    assert "Allowed" in await house.pressed(admin, card, "Continue")
    grant = await Grant.get(mailbox_id=mailbox_id, revoked_at=None)
    assert "Mail.ReadWrite.Shared" in grant.scopes.split()
    assert (await Mailbox.get()).writes_back

    graph_id = house.arrives("After it")
    await house.sync()
    thread = await house.thread_of(graph_id)

    async def written() -> bool:
        message = house.outlook.mailboxes[house.box.mailbox].message(graph_id)
        return message.categories == (f"Assigned: {admin.name}",)

    await until(written, "the assignee in Outlook")
    assert thread.assignee_id is not None
