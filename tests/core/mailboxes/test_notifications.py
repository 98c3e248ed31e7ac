"""Notifications: what Graph posts is checked, and makes a sync come sooner."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.errors import InvalidInput
from core.mailboxes.models import (
    FolderKind,
    Subscription,
)
from tests import factories
from tests.core.mailboxes.subscribing import Office


async def test_many_notifications_of_a_mailbox_start_one_sync_under_its_locks(office: Office):
    await factories.folder(office.vault, office.mailbox, "Sent", kind=FolderKind.SENT)
    await office.subscribed()

    await office.post(*[office.entry(one) for one in [*office.graph.living] * 5])

    assert office.jobs.options == [
        {
            "lock": f"mailbox:{office.mailbox.id}",
            "queueing_lock": f"sync:{office.mailbox.id}",
            "due_at": office.clock.now,
        }
    ]
    assert office.jobs.take() == [office.sync]
    assert office.graph.asked == []


async def test_a_flood_of_posts_starts_a_sync_once_in_a_while_and_the_last_is_not_lost(
    office: Office,
):
    subscription_id = await office.subscribed()
    starts: list[datetime] = []

    for _ in range(30):
        await office.post(office.entry(subscription_id))
        starts.append(office.jobs.options[-1]["due_at"])
        last = office.clock.now
        office.clock.advance(timedelta(seconds=1))

    assert len(set(starts)) <= 4
    assert starts[-1] >= last


@pytest.mark.parametrize(
    "forged",
    [
        {"clientState": "guessed"},
        {"clientState": ""},
        {"tenantId": "00000000-0000-4000-8000-00000000dead"},
        {"subscriptionId": "another"},
    ],
)
async def test_what_does_not_prove_where_it_comes_from_is_passed_over(
    office: Office, forged: dict[str, str]
):
    subscription_id = await office.subscribed()

    await office.post(office.entry(subscription_id) | forged)

    assert office.jobs.deferred == []


async def test_a_client_state_that_no_longer_opens_believes_nobody(office: Office):
    subscription_id = await office.subscribed()
    await Subscription.all().update(sealed_client_state=b"from another key ring")

    await office.post(office.entry(subscription_id))

    assert office.jobs.deferred == []


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"value": 7}'])
async def test_a_post_that_is_none_is_refused(office: Office, body: bytes):
    with pytest.raises(InvalidInput):
        await office.subscriptions.receive(body)


async def test_missed_notifications_are_made_up_for_by_a_sync(office: Office):
    subscription_id = await office.subscribed()

    await office.post(office.entry(subscription_id, lifecycleEvent="missed"))

    assert office.jobs.take() == [office.sync]


async def test_reauthorization_is_answered_by_a_renewal_soon_and_not_by_a_sync(office: Office):
    subscription_id = await office.subscribed()

    await office.post(office.entry(subscription_id, lifecycleEvent="reauthorizationRequired"))

    assert office.graph.asked == []
    assert office.jobs.options == [{"lock": "subscriptions", "queueing_lock": "subscriptions"}]
    assert office.jobs.take() == [("renew_subscriptions", {})]
    await office.subscriptions.renew_due()
    assert office.graph.asked == [("PATCH", f"/subscriptions/{subscription_id}")]


async def test_a_removed_subscription_is_made_anew_and_the_mailbox_synced(office: Office):
    subscription_id = await office.subscribed()
    entry = office.entry(subscription_id, lifecycleEvent="subscriptionRemoved")
    office.graph.living.clear()

    await office.post(entry)

    assert office.jobs.take() == [("renew_subscriptions", {}), office.sync]
    await office.subscriptions.renew_due()
    assert (await Subscription.get()).graph_id in office.graph.living
