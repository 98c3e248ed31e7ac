"""A tenant of three, the connector on a loopback port, and a bot that answers in one line each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.teams.client import TeamsClient
from sandbox.teams.service import TeamsService
from sandbox.tenant import App, InvalidToken, Tenant, User

BOT = "bot-app-id"
CARD = "application/vnd.microsoft.card.adaptive"


class FakeClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class FakeTokens:
    """A connector token is `Bearer <app id>`; an activity's names its audience and service."""

    def read_connector(self, authorization_header: str) -> str:
        scheme, _, bot = authorization_header.partition(" ")
        if scheme != "Bearer" or not bot or bot == "forged":
            raise InvalidToken
        return bot

    def sign_activity(self, service_url: str, audience: str) -> str:
        return f"{audience}|{service_url}"


class Bot:
    """Keeps what it is sent; `answers` is called with each activity and may use the connector."""

    def __init__(self) -> None:
        self.activities: list[dict[str, Any]] = []
        self.authorizations: list[str | None] = []
        self.answers: Callable[[dict[str, Any]], Awaitable[web.Response | None]] | None = None

    async def receive(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self.activities.append(activity)
        self.authorizations.append(request.headers.get("Authorization"))
        answer = await self.answers(activity) if self.answers else None
        return answer or web.Response(status=201)


class Connector:
    """The connector as a bot's HTTP client sees it."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session = session
        self.base = base
        self.headers = {"Authorization": f"Bearer {BOT}"}

    async def __call__(
        self, method: str, path: str, body: Any = None, **options: Any
    ) -> tuple[int, Any, Any]:
        """Status, JSON body (or None) and headers."""
        if body is not None:
            options["json"] = body
        options.setdefault("headers", self.headers)
        async with self._session.request(method, self.base + path, **options) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await answer.json() if is_json else None, answer.headers

    async def send(self, conversation: str, activity: dict[str, Any]) -> str:
        status, body, _ = await self(
            "POST", f"v3/conversations/{conversation}/activities", activity
        )
        assert status == 201, body
        return str(body["id"])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tenant() -> Tenant:
    people = [
        User(
            f"oid-{name.lower()}",
            f"{name} {surname}",
            name,
            f"{name.lower()}@contoso.example",
            f"29:{name}",
        )
        for name, surname in (("Ada", "Okonkwo"), ("Mateo", "Álvarez"), ("Yuki", "Tanaka"))
    ]
    apps = {BOT: App(BOT, "secret"), "other-bot": App("other-bot", "secret")}
    return Tenant("tenant-1", "contoso.example", {u.id: u for u in people}, apps=apps)


@pytest.fixture
def ada(tenant: Tenant) -> User:
    return tenant.users["oid-ada"]


@pytest.fixture
def mateo(tenant: Tenant) -> User:
    return tenant.users["oid-mateo"]


@pytest.fixture
def yuki(tenant: Tenant) -> User:
    return tenant.users["oid-yuki"]


@pytest.fixture
async def service(tenant: Tenant, clock: FakeClock) -> AsyncIterator[TeamsService]:
    service = TeamsService(tenant, FakeTokens(), clock)
    app = web.Application()
    app.add_routes(service.routes())
    async with TestServer(app) as server:
        service.service_url = str(server.make_url("/teams/"))
        yield service


@pytest.fixture
async def connector(service: TeamsService) -> AsyncIterator[Connector]:
    async with aiohttp.ClientSession() as session:
        yield Connector(session, service.service_url)


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
async def client(service: TeamsService, bot: Bot) -> AsyncIterator[TeamsClient]:
    app = web.Application()
    app.router.add_post("/api/messages", bot.receive)
    async with TestServer(app) as server:
        url = str(server.make_url("/api/messages"))
        async with TeamsClient(service, url, BOT) as client:
            yield client


@pytest.fixture
def card_message() -> Callable[..., dict[str, Any]]:
    """Makes a message with one Adaptive Card of the given parts."""

    def make(body: list[Any] | None = None, **parts: Any) -> dict[str, Any]:
        card = {"type": "AdaptiveCard", "version": "1.5", "body": body or []} | parts
        return {"type": "message", "attachments": [{"contentType": CARD, "content": card}]}

    return make


@pytest.fixture
def make_people() -> Callable[[Tenant, int], list[User]]:
    def make(tenant: Tenant, count: int) -> list[User]:
        people = [
            User(f"oid-{n}", f"P{n} Q", f"P{n}", f"p{n}@x.example", f"29:{n}") for n in range(count)
        ]
        tenant.users |= {user.id: user for user in people}
        return people

    return make
