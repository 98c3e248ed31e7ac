"""The HTTP server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import (
    asynccontextmanager,
)

from aiohttp import web
from tortoise.connection import get_connection

from bot.adapter import PostroomAdapter, uncounted
from bot.authentication import JwtAuthenticator
from bot.callers import TEAMS_SERVICE_HOSTS, ActivityChecks, Authenticator
from bot.loopback import LoopbackUnsigned
from bot.pages import PrivacyFacts
from bot.routes import Routes
from bot.signing_keys import SigningKeys
from core.mail.outlook import Outlook
from core.outgoing import AllowedHosts
from core.settings import Settings
from wiring.parts import Parts


@asynccontextmanager
async def web_server(settings: Settings, parts: Parts, unsigned: bool) -> AsyncIterator[str]:
    """The HTTP server; yields where it listens."""
    adapter = PostroomAdapter(
        _authenticator(settings, parts, unsigned),
        parts.connector,
        parts.handler.on_turn,
        first_time=parts.handled.first_time,
        on_error=parts.handler.on_error,
        count=parts.metrics.turn if parts.metrics else uncounted,
    )
    app = web.Application()
    Routes(
        messages=adapter.process,
        notifications=parts.subscriptions,
        onboarding=parts.onboarding,
        links=parts.links,
        outlook=Outlook(parts.graph, parts.access),
        ready=_ready,
        privacy=PrivacyFacts(
            settings.name,
            settings.contact,
            settings.data_region,
            settings.log_days if settings.log_file else None,
        ),
        metrics=parts.metrics.text if parts.metrics else None,
    ).add_to(app)
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        port = runner.addresses[0][1]
        yield f"http://{settings.host}:{port}"
    finally:
        await runner.cleanup()


def _authenticator(settings: Settings, parts: Parts, unsigned: bool) -> Authenticator:
    services = AllowedHosts((*TEAMS_SERVICE_HOSTS, *settings.service_hosts))
    # People of any tenant are heard, and told that they are strangers; `Visitors` sees to it.
    checks = ActivityChecks(tenant_allowed=lambda _: True, service_hosts=services)
    keys = SigningKeys(parts.door, settings.bot_openid_url)
    signed = JwtAuthenticator(settings.bot_app_id, keys, checks)
    return LoopbackUnsigned(signed, checks) if unsigned else signed


async def _ready() -> bool:
    await get_connection("default").execute_query("SELECT 1")
    return True
