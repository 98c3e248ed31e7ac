"""Subscriptions: what Graph posts makes a sync come sooner, and nothing depends on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from core.errors import InvalidInput
from core.graph.access import MailboxAccess, Right
from core.graph.client import GraphClient
from core.graph.http import make_http
from core.graph.retry import GraphRetry
from core.mailboxes.models import (
    Folder,
    FolderKind,
    GrantKind,
    Mailbox,
    MailboxState,
    Subscription,
)
from core.mailboxes.pace import GAP
from core.mailboxes.subscriptions import Subscriptions
from core.outgoing import AllowedHosts
from core.people.models import Organization
from core.sealing import Vault
from core.transactions import OutsideCallInTransaction, transaction
from tests import factories
from tests.clock import SettableClock


class FakeGraph:
    """Keeps subscriptions; `down` refuses everything."""

    def __init__(self, clock: SettableClock) -> None:
        self._clock = clock
        self.living: dict[str, dict[str, Any]] = {}
        self.down: httpx.Response | None = None
        self.asked: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.method, request.url.path.removeprefix("/v1.0")))
        if self.down is not None:
            return self.down
        subscription_id = request.url.path.rpartition("/")[2]
        if request.method == "POST":
            body = orjson.loads(request.content)
            body["id"] = factories.unlike("subscription")
            self.living[body["id"]] = body
            return httpx.Response(201, json=body)
        if subscription_id not in self.living:
            return httpx.Response(404, json={"error": {"code": "ResourceNotFound"}})
        if request.method == "DELETE":
            del self.living[subscription_id]
            return httpx.Response(204)
        self.living[subscription_id] |= orjson.loads(request.content)
        return httpx.Response(200, json=self.living[subscription_id])


class FakeJobs:
    def __init__(self) -> None:
        self.deferred: list[tuple[str, dict[str, Any]]] = []
        self.options: list[dict[str, Any]] = []

    async def defer(self, task: str, facts: dict[str, Any] | None = None, **options: Any) -> None:
        self.deferred.append((task, facts or {}))
        self.options.append(options)

    def take(self) -> list[tuple[str, dict[str, Any]]]:
        taken, self.deferred, self.options = self.deferred, [], []
        return taken


class FakeAccesses:
    async def for_mailbox(self, mailbox_id: int) -> MailboxAccess:
        async def token(refused: str | None = None) -> str:
            return "token"

        return MailboxAccess(f"box-{mailbox_id}@contoso.example", token, frozenset(Right))


@dataclass
class Office:
    vault: Vault
    clock: SettableClock
    graph: FakeGraph
    subscriptions: Subscriptions
    organization: Organization
    mailbox: Mailbox
    inbox: Folder
    jobs: FakeJobs = field(default_factory=FakeJobs)
    accesses: FakeAccesses = field(default_factory=FakeAccesses)

    def entry(self, subscription_id: str, **more: Any) -> dict[str, Any]:
        living = self.graph.living.get(subscription_id, {"clientState": "unknown"})
        return {
            "subscriptionId": subscription_id,
            "tenantId": self.organization.tenant_id,
            "clientState": living["clientState"],
        } | more

    async def post(self, *entries: dict[str, Any]) -> None:
        await self.subscriptions.receive(orjson.dumps({"value": entries}))

    async def subscribed(self) -> str:
        """Ensured, with the jobs that this caused out of the way. The id of the first."""
        assert await self.subscriptions.ensure(self.mailbox.id)
        self.jobs.take()
        self.graph.asked.clear()
        self.clock.advance(2 * GAP)
        return next(iter(self.graph.living))

    @property
    def sync(self) -> tuple[str, dict[str, Any]]:
        return ("sync_mailbox", {"mailbox_id": self.mailbox.id})


@pytest.fixture
async def office(any_database: str, vault: Vault, clock: SettableClock) -> AsyncIterator[Office]:
    graph, jobs, accesses = FakeGraph(clock), FakeJobs(), FakeAccesses()
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization)
    await factories.grant(mailbox)
    inbox = await factories.folder(vault, mailbox)

    async def no_sleep(seconds: float) -> None: ...

    retry = GraphRetry(sleep=no_sleep, backoff_jitter=0.0)
    network = httpx.MockTransport(graph)
    async with make_http(AllowedHosts(), retry=retry, transport=network) as http:
        subscriptions = Subscriptions(
            GraphClient(http, retry=retry),
            accesses,
            vault,
            clock,
            jobs=jobs,
            notification_url="https://postroom.example/graph/notifications",
        )
        yield Office(
            vault,
            clock,
            graph,
            subscriptions,
            organization,
            mailbox,
            inbox,
            jobs,
            accesses,
        )


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
