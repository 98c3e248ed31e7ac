"""The keys Bot Framework signs its tokens with: fetched, kept a day, renewed when one is unknown.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from bot.outgoing import HttpDoor, Unreachable
from core.errors import ExternalError
from core.log import get_logger
from core.outgoing import HostNotAllowed

METADATA_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"

KEEP = 24 * 3600.0
"""Seconds."""
PAUSE = 60.0
"""Seconds between two fetches, so that invented key ids cannot make us flood the key server."""
PAUSE_WITHOUT_KEYS = 5.0
"""Seconds between two fetches while there is no key at all."""
TIMEOUT = 5.0
"""Seconds for metadata and keys together."""

log = get_logger(__name__)


class KeysUnavailable(ExternalError):
    """The key server cannot be reached and no key is known: nobody can be recognised now."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    public: RSAPublicKey
    endorsements: frozenset[str]
    """The channels whose tokens this key may sign."""


class SigningKeys:
    """One key set for the process; any number of turns may ask at once."""

    def __init__(
        self,
        door: HttpDoor,
        metadata_url: str = METADATA_URL,
        *,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door = door
        self._metadata_url = metadata_url
        self._ticks = ticks
        self._keys: dict[str, SigningKey] = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._one_at_a_time = asyncio.Lock()
        self.version = 0
        """Grows with each fetched key set; what older keys have verified is void then."""

    async def find(self, key_id: str) -> SigningKey | None:
        """Raise KeysUnavailable if there is no key set; None means nobody has such a key."""
        if self.stale:
            await self._renew()
        if key_id not in self._keys:
            await self._renew()
        return self._keys.get(key_id)

    @property
    def stale(self) -> bool:
        return self._ticks() - self._fetched_at >= KEEP

    async def _renew(self) -> None:
        async with self._one_at_a_time:
            pause = PAUSE if self._keys else PAUSE_WITHOUT_KEYS
            if self._ticks() - self._tried_at >= pause:
                self._tried_at = self._ticks()
                await self._fetch()
        if not self._keys:
            raise KeysUnavailable

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                metadata = await self._get(self._metadata_url)
                keys = _read(await self._get(str(metadata.get("jwks_uri"))))
        except (Unreachable, HostNotAllowed, TimeoutError) as error:
            log.warning("signing keys not fetched", error=type(error).__name__)
            return
        if not keys:
            log.warning("signing keys not fetched", error="none usable")
            return
        self._keys = keys
        self._fetched_at = self._ticks()
        self.version += 1

    async def _get(self, url: str) -> dict[str, Any]:
        answer = await self._door.request("GET", url, timeout=TIMEOUT)
        document = answer.json() if answer.status == 200 else None
        if not isinstance(document, dict):
            raise Unreachable("not a JSON object", sent=True)
        return document


def _read(document: dict[str, Any]) -> dict[str, SigningKey]:
    """The RSA keys of a JWK set by key id; whatever else is in it is passed over."""
    entries = document.get("keys")
    found = {}
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
            continue
        try:
            public = RSAAlgorithm.from_jwk(entry)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if isinstance(public, RSAPublicKey) and public.key_size >= 2048:
            endorsed = entry.get("endorsements")
            names = endorsed if isinstance(endorsed, list) else []
            found[entry["kid"]] = SigningKey(public, frozenset(map(str, names)))
    return found
