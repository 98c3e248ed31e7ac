"""The sandbox as one server: sign-in, Graph and the Teams connector on one loopback TLS port."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, Self

from aiohttp import web

from core.clock import Clock, utc_now
from sandbox.certificates import Certificates
from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.identity.keys import Keys
from sandbox.identity.ledger import Ledger
from sandbox.identity.service import IdentityService
from sandbox.identity.tokens import Tokens
from sandbox.tenant import Tenant

LARGEST_REQUEST = 4 * 1024 * 1024
"""Bytes; Graph's own limit of a write."""


class Part(Protocol):
    """One of the services behind the port."""

    def routes(self) -> Iterable[web.AbstractRouteDef]: ...


class Sandbox:
    """A local Microsoft 365. Its keys, its authority and what was granted live in `folder`.

    `async with Sandbox(tenant, folder) as sandbox:` serves until the block ends. Port 0 takes
    a free one.
    """

    def __init__(
        self, tenant: Tenant, folder: Path, *, port: int = 0, now: Clock = utc_now
    ) -> None:
        self.tenant = tenant
        self.port = port
        self.keys = Keys(folder)
        self.ledger = Ledger(tenant, folder)
        self.tokens = Tokens(tenant, self.keys, self.ledger, now)
        self.faults = Faults(now)
        self.control = Control(tenant, self.faults, self.ledger)
        self._certificates = Certificates(folder)
        self.parts: list[Part] = [  # more may be added until it serves
            IdentityService(tenant, self.keys, self.ledger, self.tokens, now),
            self.control,
        ]
        self._runner: web.AppRunner | None = None

    @property
    def login_url(self) -> str:
        """The authority without its tenant, as `https://login.microsoftonline.com` is."""
        return f"https://localhost:{self.port}"

    @property
    def graph_url(self) -> str:
        """Graph without its version, as `https://graph.microsoft.com` is."""
        return self.login_url

    @property
    def connector_url(self) -> str:
        """The `serviceUrl` of the activities it sends."""
        return f"{self.login_url}/teams/"

    @property
    def bot_openid_url(self) -> str:
        return f"{self.login_url}/botframework/v1/.well-known/openidconfiguration"

    @property
    def control_url(self) -> str:
        return f"{self.login_url}/_sandbox"

    @property
    def ca_file(self) -> Path:
        return self._certificates.ca_file

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self.faults.middleware], client_max_size=LARGEST_REQUEST)
        for part in self.parts:
            app.add_routes(part.routes())
        context = self._certificates.server_context()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=context)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop serving; hanging answers end with 503."""
        self.faults.close()
        if self._runner is None or self._runner.server is None:
            return
        transports = [connection.transport for connection in self._runner.server.connections]
        await self._runner.cleanup()
        for transport in transports:
            if transport is not None:
                transport.abort()  # a client that keeps its connection would never say goodbye
        await asyncio.sleep(0)
