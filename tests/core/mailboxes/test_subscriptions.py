"""Subscriptions: asked for, renewed, ended; nothing depends on them."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from core.mailboxes.models import (
    Folder,
    FolderKind,
    GrantKind,
    Mailbox,
    MailboxState,
    Subscription,
)
from core.transactions import OutsideCallInTransaction, transaction
from tests import factories
from tests.core.mailboxes.subscribing import Office


async def test_each_followed_folder_gets_one_subscription_and_a_sync_follows(office: Office):
    await factories.folder(office.vault, office.mailbox, "Sent", kind=FolderKind.SENT)
    await factories.folder(office.vault, office.mailbox, "Archive", followed=False)

    assert await office.subscriptions.ensure(office.mailbox.id)
    assert await office.subscriptions.ensure(office.mailbox.id)

    assert len(office.graph.living) == 2
    assert {row.graph_id for row in await Subscription.all()} == office.graph.living.keys()
    assert office.sync in office.jobs.deferred


async def test_the_client_state_is_random_and_sealed_and_life_is_halved_for_renewal(
    office: Office,
):
    await office.subscriptions.ensure(office.mailbox.id)

    (row,), (made,) = await Subscription.all(), office.graph.living.values()
    assert len(made["clientState"]) == 43
    assert made["clientState"].encode() not in bytes(row.sealed_client_state)
    opened = office.vault.ring.decrypt_token(bytes(row.sealed_client_state))
    assert opened == made["clientState"]
    assert row.expires_at - office.clock.now == timedelta(minutes=4_200)
    assert row.renew_at - office.clock.now == timedelta(minutes=2_100)


async def test_only_an_application_grant_of_an_active_mailbox_subscribes(office: Office):
    other = await factories.mailbox(office.vault, office.organization)
    await factories.folder(office.vault, other)
    await factories.grant(other, kind=GrantKind.DELEGATED)
    paused = await factories.mailbox(office.vault, office.organization, state=MailboxState.PAUSED)
    await factories.folder(office.vault, paused)
    await factories.grant(paused)

    assert not await office.subscriptions.ensure(other.id)
    assert not await office.subscriptions.ensure(paused.id)

    assert office.graph.asked == []


async def test_a_subscription_of_a_folder_no_longer_followed_is_ended(office: Office):
    await office.subscribed()
    await Folder.filter(id=office.inbox.id).update(followed=False)

    await office.subscriptions.ensure(office.mailbox.id)

    assert office.graph.living == {}
    assert await Subscription.all() == []


async def test_a_mailbox_that_cannot_subscribe_is_left_to_the_clock_and_tried_again(
    office: Office,
):
    office.graph.down = httpx.Response(400, json={"error": {"code": "ValidationError"}})

    assert not await office.subscriptions.ensure(office.mailbox.id)
    assert await Subscription.all() == []

    office.graph.down = None
    await office.subscriptions.renew_due()
    assert len(office.graph.living) == 1


async def test_nothing_is_renewed_before_half_its_life(office: Office):
    await office.subscribed()
    office.clock.advance(timedelta(minutes=2_000))

    await office.subscriptions.renew_due()

    assert office.graph.asked == []


async def test_at_half_life_it_is_given_a_full_life_again(office: Office):
    subscription_id = await office.subscribed()
    office.clock.advance(timedelta(minutes=2_200))

    await office.subscriptions.renew_due()

    row = await Subscription.get()
    assert office.graph.asked == [("PATCH", f"/subscriptions/{subscription_id}")]
    assert row.expires_at == office.clock.now + timedelta(minutes=4_200)
    assert office.jobs.deferred == []


async def test_one_that_graph_has_dropped_is_made_anew_and_a_sync_catches_up(office: Office):
    subscription_id = await office.subscribed()
    office.graph.living.clear()
    office.clock.advance(timedelta(minutes=5_000))

    await office.subscriptions.renew_due()

    row = await Subscription.get()
    assert row.graph_id != subscription_id
    assert row.graph_id in office.graph.living
    assert office.jobs.take() == [office.sync]


async def test_the_trouble_of_one_mailbox_does_not_stop_the_renewal_of_others(office: Office):
    await office.subscribed()
    broken = await factories.folder(office.vault, office.mailbox, "Broken")
    await Subscription.create(
        folder_id=broken.id,
        graph_id="..",
        sealed_client_state=b"",
        expires_at=office.clock.now,
        renew_at=office.clock.now - timedelta(days=1),
    )
    office.clock.advance(timedelta(minutes=2_200))

    await office.subscriptions.renew_due()

    assert [method for method, _ in office.graph.asked] == ["PATCH"]


async def test_a_paused_mailbox_is_not_renewed_and_its_notifications_start_nothing(
    office: Office,
):
    subscription_id = await office.subscribed()
    await Mailbox.filter(id=office.mailbox.id).update(state=MailboxState.PAUSED)
    office.clock.advance(timedelta(minutes=2_200))

    await office.subscriptions.renew_due()
    await office.post(office.entry(subscription_id))

    assert office.graph.asked == []
    assert office.jobs.deferred == []


async def test_a_mailbox_offboarded_while_graph_answered_keeps_no_subscription(office: Office):
    await Mailbox.filter(id=office.mailbox.id).update(state=MailboxState.OFFBOARDED)
    access = await office.accesses.for_mailbox(office.mailbox.id)

    await office.subscriptions._create(access, office.inbox)

    assert office.graph.living == {}
    assert await Subscription.all() == []


async def test_of_two_jobs_that_subscribe_to_a_folder_at_once_the_first_stands(office: Office):
    subscription_id = await office.subscribed()
    access = await office.accesses.for_mailbox(office.mailbox.id)

    await office.subscriptions._create(access, office.inbox)

    assert [*office.graph.living] == [subscription_id]
    assert (await Subscription.get()).graph_id == subscription_id
    assert office.jobs.deferred == []


async def test_a_subscription_is_never_made_inside_a_transaction(office: Office):
    with pytest.raises(OutsideCallInTransaction):
        async with transaction():
            await office.subscriptions.ensure(office.mailbox.id)
