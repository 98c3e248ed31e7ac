"""A Graph service with five people and one shared mailbox, spoken to in memory or over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from sandbox.graph.service import GraphService
from sandbox.mail.sources import MemorySource
from sandbox.mail.store import MailStore
from sandbox.tenant import Caller, InvalidToken, Tenant, User

BOX = "help@contoso.example"
APP = "app-1"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = NOW
        self.step = timedelta(seconds=1)

    def __call__(self) -> datetime:
        self.at += self.step
        return self.at


class FakeTokens:
    """`Bearer app` is the application; `Bearer ada:Scope,Scope` is Ada with those scopes."""

    def read_graph(self, authorization_header: str) -> Caller:
        kind, _, token = authorization_header.partition(" ")
        if kind != "Bearer" or not token or token == "bad":
            raise InvalidToken("Access token is empty.")
        name, _, scopes = token.partition(":")
        user_id = None if name == "app" else f"user-{name}"
        return Caller(APP, "tenant-1", user_id, frozenset(scopes.split(",")))


@dataclass
class StruckFault:
    status: int | None
    retry_after: int | None = None
    code: str | None = None


@dataclass
class FakeFaults:
    struck: dict[str, StruckFault] = field(default_factory=dict)

    def strike(self, path: str, *, status: int, retry_after: int) -> None:
        self.struck[path] = StruckFault(status, retry_after)

    def take(self, method: str, path: str) -> StruckFault | None:
        return self.struck.pop(path, None)


@dataclass
class Answer:
    status: int
    body: Any
    headers: Any

    @property
    def error(self) -> str:
        return str(self.body["error"]["code"])


@dataclass
class Graph:
    """A client that never decides anything."""

    service: GraphService
    store: MailStore
    tenant: Tenant
    clock: Clock
    faults: FakeFaults
    session: ClientSession
    root: str

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "app",
        prefer: str = 'IdType="ImmutableId"',
        headers: dict[str, str] | None = None,
    ) -> Answer:
        sent = {"Authorization": f"Bearer {token}", "Prefer": prefer, **(headers or {})}
        url = path if path.startswith("http") else self.root + path
        async with self.session.request(method, url, headers=sent, json=body) as response:
            text = await response.text()
            return Answer(response.status, json.loads(text) if text else None, response.headers)

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.call("GET", path, **options)

    def grant(self, *roles: str) -> None:
        for role in roles:
            self.tenant.assign_role(APP, f"Application {role}", [BOX])

    def id(self, number: int, *, immutable: bool = True) -> str:
        mailbox = self.store.mailboxes[BOX]
        return mailbox.message_id(mailbox.messages[number], immutable=immutable)


def mail(number: int, **headers: str) -> bytes:
    fields = {
        "From": f"Customer {number} <customer{number}@fabrikam.example>",
        "To": f"Help <{BOX}>",
        "Subject": f"Question {number}",
        "Date": f"Mon, 02 Mar 2026 {number // 60 % 24:02}:{number % 60:02}:00 +0000",
        "Message-ID": f"<m{number}@fabrikam.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{head}\r\nThe body of {number}.\r\n".encode()


def a_tenant(clock: Clock) -> Tenant:
    people = ("Ada", "Ben", "Chloé")
    users = {
        f"user-{name.lower()}": User(
            f"user-{name.lower()}",
            f"{name} Example",
            name,
            f"{name.lower()}@contoso.example",
            f"29:{name}",
            full_access={BOX} if name != "Chloé" else set(),
        )
        for name in people
    }
    return Tenant(
        "tenant-1", "contoso.example", users=users, shared_mailboxes={BOX: "box-1"}, now=clock
    )


def a_store(tenant: Tenant, clock: Clock, messages: list[bytes], held_back: int = 0) -> MailStore:
    store = MailStore(clock)
    for address, id_ in tenant.shared_mailboxes.items():
        store.add_mailbox(address, id_, "Help", shared=True)
    for user in tenant.users.values():
        store.add_mailbox(user.email, user.id, user.name, shared=False)
    store.load(BOX, MemorySource(messages), held_back=held_back)
    store.resume()
    return store


@pytest.fixture
def messages() -> list[bytes]:
    return [mail(number) for number in range(25)]


@pytest.fixture
async def graph(messages: list[bytes]) -> AsyncIterator[Graph]:
    clock = Clock()
    tenant = a_tenant(clock)
    store = a_store(tenant, clock, messages, held_back=5)
    faults = FakeFaults()
    service = GraphService(tenant, FakeTokens(), store, faults, clock)
    service.latency = 0
    app = web.Application()
    app.add_routes(service.routes())
    await service.start()
    async with TestServer(app) as server, ClientSession() as session:
        root = str(server.make_url("/v1.0"))
        yield Graph(service, store, tenant, clock, faults, session, root)
    await service.stop()
