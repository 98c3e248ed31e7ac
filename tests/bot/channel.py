"""Bot Framework on loopback: its keys, its sign-in, Teams' connector; and a bot to talk to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapter import PostroomAdapter
from bot.authentication import JwtAuthenticator
from bot.bot_token import BotToken
from bot.callers import ActivityChecks
from bot.connector import Connector
from bot.outgoing import HttpDoor, open_session
from bot.signing_keys import SigningKeys
from bot.turn import message, reply, said
from core.outgoing import AllowedHosts
from tests.bot.fakes import APP_ID, TENANT_ID, TestKey, make_activity, make_token


@dataclass
class FakeChannel:
    """What Microsoft runs. Change `keys`, `keys_down` and `connector_status` in a test."""

    keys: list[dict[str, Any]]
    keys_down: bool = False
    connector_status: int = 201
    received: list[dict[str, Any]] = field(default_factory=list)
    """Activities that came through the connector, with their method and path."""
    url: str = ""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/openid", self._metadata)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_route("*", "/v3/{path:.*}", self._connector)
        return app

    async def _metadata(self, request: web.Request) -> web.Response:
        if self.keys_down:
            return web.Response(status=503)
        return web.json_response({"jwks_uri": f"{request.url.origin()}/keys"})

    async def _keys(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": self.keys})

    async def _token(self, request: web.Request) -> web.Response:
        return web.json_response({"access_token": "bot-token", "expires_in": 3600})

    async def _connector(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer bot-token"
        body = await request.json() if request.can_read_body else {}
        self.received.append({"method": request.method, "path": request.raw_path, **body})
        return web.json_response({"id": f"r{len(self.received)}"}, status=self.connector_status)


class Logic:
    """The bot's logic in a test: echoes, unless `act` is replaced."""

    def __init__(self) -> None:
        self.turns = 0
        self.act: Any = self.echo

    async def on_turn(self, turn_context: Any) -> Any:
        self.turns += 1
        return await self.act(turn_context)

    async def echo(self, turn_context: Any) -> None:
        if turn_context.activity.type == "message":
            await reply(turn_context, message(f"Echo: {said(turn_context.activity)}"))


@dataclass
class Bot:
    """A running bot, the channel it lives in, and the key that signs for the channel."""

    session: aiohttp.ClientSession
    url: str
    channel: FakeChannel
    logic: Logic
    adapter: PostroomAdapter
    key: TestKey

    async def post(
        self, body: Any = None, *, token: str | None = "good", headers: Any = None, **changes: Any
    ) -> tuple[int, Any]:
        """POST an activity; `changes` alter a good one. Returns the status and the JSON."""
        if body is None:
            body = make_activity(**{"serviceUrl": self.channel.url, **changes})
        if token == "good":
            token = self.token()
        sent = {} if token is None else {"Authorization": f"Bearer {token}"}
        sent.update(headers or {})
        kind = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.session.post(self.url, headers=sent, **kind) as response:
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json else None

    def token(self, **changes: Any) -> str:
        claims = {"serviceurl": self.channel.url, **changes}
        return make_token(self.key, datetime.now(UTC), **claims)


class Once:
    """The port that tells first activities from repeated ones."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str]] = set()

    async def first_time(self, conversation_id: str, activity_id: str) -> bool:
        await asyncio.sleep(0)
        known = (conversation_id, activity_id) in self._taken
        self._taken.add((conversation_id, activity_id))
        return not known


async def apologise(turn_context: Any, operation_id: str) -> None:
    await reply(turn_context, message(f"Sorry: {operation_id}"))


async def running_bot(key: TestKey):  # type: ignore[no-untyped-def]
    """Yield one Bot; everything is closed afterwards."""
    channel, logic = FakeChannel([key.jwk()]), Logic()
    async with (
        TestServer(channel.app()) as channel_server,
        open_session() as session,
        aiohttp.ClientSession() as client,
    ):
        channel.url = f"http://127.0.0.1:{channel_server.port}/"
        hosts = AllowedHosts([channel.url])
        door = HttpDoor(session, hosts)
        token = BotToken(door, app_id=APP_ID, secret="s", tenant="t", login_url=channel.url)
        adapter = PostroomAdapter(
            JwtAuthenticator(
                APP_ID,
                SigningKeys(door, f"{channel.url}openid"),
                ActivityChecks(lambda tenant: tenant == TENANT_ID, hosts),
            ),
            Connector(door, token, app_id=APP_ID),
            logic.on_turn,
            first_time=Once().first_time,
            on_error=apologise,
        )
        app = web.Application()
        app.router.add_post("/api/messages", adapter.process)
        async with TestServer(app) as server:
            yield Bot(client, str(server.make_url("/api/messages")), channel, logic, adapter, key)
