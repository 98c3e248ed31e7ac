"""A signed echo on Postroom's own adapter: every token checked, every reply paced."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web
from botbuilder.core import TurnContext
from harness import APP_ID, ROOT
from serving import serve

sys.path.insert(0, str(ROOT))

from pacing import unlimited

from bot.adapter import PostroomAdapter
from bot.authentication import JwtAuthenticator
from bot.bot_token import BotToken
from bot.callers import ActivityChecks
from bot.connector import Connector
from bot.outgoing import HttpDoor, open_session
from bot.signing_keys import SigningKeys
from bot.turn import message, reply, said
from core.outgoing import AllowedHosts


async def echo(turn_context: TurnContext) -> None:
    await reply(turn_context, message(f"Echo: {said(turn_context.activity)}"))


async def apologise(turn_context: TurnContext, operation_id: str) -> None:
    await reply(turn_context, message(f"Sorry: {operation_id}"))


async def main(channel: str) -> None:
    taken: set[tuple[str, str]] = set()

    async def first_time(conversation_id: str, activity_id: str) -> bool:
        known = (conversation_id, activity_id) in taken
        taken.add((conversation_id, activity_id))
        return not known

    hosts = AllowedHosts([channel])
    async with open_session() as session:
        door = HttpDoor(session, hosts)
        token = BotToken(door, app_id=APP_ID, secret="s", tenant="t", login_url=channel)
        authenticator = JwtAuthenticator(
            APP_ID,
            SigningKeys(door, f"{channel}/openid"),
            ActivityChecks(tenant_allowed=lambda _: True, service_hosts=hosts),
        )
        connector = Connector(door, token, app_id=APP_ID, pacer=unlimited())
        adapter = PostroomAdapter(
            authenticator, connector, echo, first_time=first_time, on_error=apologise
        )
        app = web.Application()
        app.router.add_post("/api/messages", adapter.process)
        await serve(app)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
