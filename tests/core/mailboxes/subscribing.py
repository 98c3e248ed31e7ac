"""A mailbox with a Graph that keeps subscriptions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from core.graph.access import MailboxAccess, Right
from core.graph.client import GraphClient
from core.graph.http import make_http
from core.graph.retry import GraphRetry
from core.mailboxes.models import (
    Folder,
    Mailbox,
)
from core.mailboxes.pace import GAP
from core.mailboxes.subscriptions import Subscriptions
from core.outgoing import AllowedHosts
from core.people.models import Organization
from core.sealing import Vault
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


@asynccontextmanager
async def an_office(vault: Vault, clock: SettableClock) -> AsyncIterator[Office]:
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
