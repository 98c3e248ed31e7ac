"""Every URL that Postroom answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.links import SignedLinks
from bot.outgoing import TooLarge, read_at_most
from bot.pages import TERMS, PrivacyFacts, consent_page, page, privacy_paragraphs
from bot.ports import Notifications, Outlook
from core.errors import ExternalError, InvalidInput, NotFound, UserError
from dialogs.services import Onboarding
from dialogs.wording import words

LARGEST_POST = 256 * 1024
"""Bytes, of what Graph posts."""
LARGEST_FORM = 64 * 1024
"""Bytes, of what a browser posts after consent."""
LONGEST_TOKEN = 4096
"""Characters of a validation token; Graph's have a few hundred."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Routes:
    """What stands behind the URLs. `metrics` is None where they are switched off."""

    messages: Callable[[web.Request], Awaitable[web.Response]]
    notifications: Notifications
    onboarding: Onboarding
    links: SignedLinks
    outlook: Outlook
    ready: Callable[[], Awaitable[bool]]
    privacy: PrivacyFacts
    metrics: Callable[[], Awaitable[bytes]] | None = None

    def add_to(self, app: web.Application) -> None:
        router = app.router
        router.add_post("/api/messages", self.messages)
        router.add_post("/graph/notifications", self._notifications)
        router.add_post("/graph/lifecycle", self._notifications)
        router.add_get("/consent/callback", self._consent)
        router.add_post("/consent/callback", self._consent)
        router.add_get("/open/{signed}", self._open)
        router.add_get("/privacy", self._privacy)
        router.add_get("/terms", self._terms)
        router.add_get("/health", self._health)
        router.add_get("/ready", self._ready)
        if self.metrics is not None:
            router.add_get("/metrics", self._metrics)

    async def _notifications(self, request: web.Request) -> web.Response:
        """The handshake is answered at once; what is posted is taken in and answered 202.

        An answer of 5xx makes Graph post it again later.
        https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
        """
        token = request.query.get("validationToken")
        if token is not None:
            return _handshake(token)
        try:
            body = await read_at_most(request.content, LARGEST_POST)
            await self.notifications.receive(body)
        except TooLarge:
            return web.Response(status=413)
        except (InvalidInput, web.RequestPayloadError):
            return web.Response(status=400)
        except ExternalError as error:
            log.warning("notifications not taken", error=type(error).__name__)
            return web.Response(status=503)
        return web.Response(status=202)

    async def _consent(self, request: web.Request) -> web.Response:
        """Microsoft sends the browser back here, with a query or a form."""
        if (request.content_length or 0) > LARGEST_FORM:
            return web.Response(status=413)
        try:
            given = await request.post() if request.method == "POST" else request.query
        except (ValueError, web.HTTPRequestEntityTooLarge):
            return consent_page("malformed")
        facts = {name: value for name, value in given.items() if isinstance(value, str)}
        state = facts.get("state", "")
        if not state:
            return consent_page("malformed")
        try:
            outcome = await self.onboarding.callback(state, facts)
        except UserError as error:
            log.info("consent refused", error=type(error).__name__)
            return consent_page("refused")
        except ExternalError as error:
            log.warning("consent not finished", error=type(error).__name__)
            return page("That did not work", words(error), status=503)
        if outcome.redirect_url:
            return _redirect(outcome.redirect_url)
        return consent_page(outcome.code)

    async def _open(self, request: web.Request) -> web.Response:
        """A signed link of a card, on to the mail in Outlook, where its own rights count."""
        try:
            url = await self.outlook.link(self.links.thread_of(request.match_info["signed"]))
        except NotFound:
            return page("Not found", "That mail is not there any more.", status=404)
        except ExternalError as error:
            log.warning("link not made", error=type(error).__name__)
            return page("Not now", words(error), status=503)
        if urlsplit(url).scheme != "https":
            return page("Not found", "That mail is not there any more.", status=404)
        return _redirect(url)

    async def _privacy(self, request: web.Request) -> web.Response:
        return page("Privacy", *privacy_paragraphs(self.privacy))

    async def _terms(self, request: web.Request) -> web.Response:
        return page("Terms of use", *TERMS)

    async def _health(self, request: web.Request) -> web.Response:
        """The process is alive."""
        return web.json_response({"status": "ok"})

    async def _ready(self, request: web.Request) -> web.Response:
        """The database answers: turns can be handled."""
        ready = await self.ready()
        return web.json_response(
            {"status": "ready" if ready else "not ready"}, status=200 if ready else 503
        )

    async def _metrics(self, request: web.Request) -> web.Response:
        made = await self.metrics() if self.metrics is not None else b""
        return web.Response(body=made, headers={"Content-Type": "text/plain; version=0.0.4"})


def _redirect(url: str) -> web.Response:
    headers = {"Location": url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(status=303, headers=headers)


def _handshake(token: str) -> web.Response:
    """The token, decoded, as plain text that no browser takes for a page."""
    if len(token) > LONGEST_TOKEN:
        return web.Response(status=400)
    return web.Response(
        text=token, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"}
    )
