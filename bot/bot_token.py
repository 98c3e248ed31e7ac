"""The bot's own access token for the connector: client credentials, cached, one fetch at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from urllib.parse import quote, urlencode

from bot.outgoing import HttpDoor, Unreachable
from core.errors import ConfigError, ConnectorError

SCOPE = "https://api.botframework.com/.default"
RENEW_BEFORE = 300.0
"""Seconds before its end that a token is replaced."""
PAUSE = 10.0
"""Seconds between two attempts to replace a token that still works."""


class BotToken:
    """One token for the process. `tenant` is the registration's home, or `botframework.com`."""

    def __init__(
        self,
        door: HttpDoor,
        *,
        app_id: str,
        secret: str,
        tenant: str,
        login_url: str = "https://login.microsoftonline.com",
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        missing = [
            f"the bot's {name} is empty"
            for name, value in (("app id", app_id), ("secret", secret), ("tenant", tenant))
            if not value.strip()
        ]
        if missing:
            raise ConfigError(missing)
        self._door = door
        self._url = f"{login_url.rstrip('/')}/{quote(tenant, safe='')}/oauth2/v2.0/token"
        self._form = urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": app_id,
                "client_secret": secret,
                "scope": SCOPE,
            }
        ).encode()
        self._ticks = ticks
        self._token = ""
        self._ends_at = float("-inf")
        self._renew_at = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def get(self) -> str:
        """A token that is valid now. Raises ConnectorError where none can be had."""
        if self._ticks() >= self._renew_at:
            async with self._one_at_a_time:
                if self._ticks() >= self._renew_at:
                    await self._renew()
        return self._token

    def discard(self, token: str) -> None:
        """The connector refused this token: fetch another next time."""
        if token == self._token:
            self._renew_at = self._ends_at = float("-inf")

    async def _renew(self) -> None:
        try:
            self._token, lifetime = await self._fetch()
        except ConnectorError:
            if self._ticks() >= self._ends_at:
                raise
            self._renew_at = self._ticks() + PAUSE
            return
        self._ends_at = self._ticks() + lifetime
        self._renew_at = self._ticks() + max(lifetime - RENEW_BEFORE, lifetime / 2)

    async def _fetch(self) -> tuple[str, float]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = await self._door.request(
                "POST", self._url, headers=headers, body=self._form, timeout=5.0
            )
        except Unreachable as error:
            raise ConnectorError(0, "TokenUnreachable") from error
        found = answer.json()
        if answer.status != 200 or not isinstance(found, dict):
            raise ConnectorError(answer.status, "TokenRefused", answer.retry_after)
        token, lifetime = found.get("access_token"), found.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(lifetime, int | float):
            raise ConnectorError(answer.status, "TokenMalformed")
        return token, float(lifetime)
