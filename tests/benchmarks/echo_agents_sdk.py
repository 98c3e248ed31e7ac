"""Baseline: the echo of Microsoft's Agents SDK, authentication off."""

from __future__ import annotations

import asyncio

from aiohttp import web
from microsoft_agents.hosting.aiohttp import CloudAdapter
from microsoft_agents.hosting.core import ActivityHandler, TurnContext
from microsoft_agents.hosting.core.authorization import AnonymousTokenProvider
from serving import serve


class AnonymousConnections:
    """No sign-in: every call out goes without a token."""

    def get_token_provider(self, *_: object) -> AnonymousTokenProvider:
        return AnonymousTokenProvider()

    get_connection = get_token_provider
    get_default_connection = get_token_provider


class Echo(ActivityHandler):
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity(f"Echo: {turn_context.activity.text}")


def create_app() -> web.Application:
    adapter, bot = CloudAdapter(connection_manager=AnonymousConnections()), Echo()

    async def messages(request: web.Request) -> web.Response:
        return await adapter.process(request, bot)

    app = web.Application()
    app.router.add_post("/api/messages", messages)
    return app


if __name__ == "__main__":
    asyncio.run(serve(create_app()))
