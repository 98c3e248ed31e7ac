"""Who may call: Bot Framework's bearer tokens, checked without blocking.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import jwt
from aiohttp import web
from botbuilder.schema import Activity

from bot.callers import CHANNEL, ActivityChecks, Caller, Unauthenticated
from bot.signing_keys import SigningKeys
from core.clock import Clock, utc_now
from core.errors import ConfigError

ISSUER = "https://api.botframework.com"
SKEW = 300
"""Seconds that clocks may differ."""
REMEMBERED = 1024
"""Verified tokens kept. Teams signs with one token for an hour or so per service URL."""

_OPTIONS: Any = {
    "require": ["exp", "nbf", "iss", "aud"],
    "strict_aud": True,
    # Times are checked here, by the clock that was handed in.
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


@dataclass(frozen=True, slots=True)
class _Verified:
    """What a token has proved. Times are POSIX seconds."""

    service_url: str
    not_before: float
    expires: float
    keys_version: int


class JwtAuthenticator:
    """Takes activities that Bot Framework signed for this bot; anything else is Unauthenticated."""

    def __init__(
        self, app_id: str, keys: SigningKeys, checks: ActivityChecks, *, now: Clock = utc_now
    ) -> None:
        if not app_id.strip():
            raise ConfigError(["the bot's app id is empty: nobody could be refused"])
        self._app_id = app_id
        self._keys = keys
        self._checks = checks
        self._now = now
        self._verified: dict[bytes, _Verified] = {}

    async def authenticate(self, request: web.Request, activity: Activity) -> Caller:
        token = _bearer(request.headers.get("Authorization", ""))
        proof = await self._proof(token)
        if proof.service_url != activity.service_url:
            raise Unauthenticated("service url is not the token's")
        return self._checks.caller(activity)

    async def _proof(self, token: str) -> _Verified:
        digest = sha256(token.encode()).digest()
        proof = self._verified.get(digest)
        if proof is None or proof.keys_version != self._keys.version or self._keys.stale:
            proof = await self._verify(token)
            while len(self._verified) >= REMEMBERED:
                del self._verified[next(iter(self._verified))]
            self._verified[digest] = proof
        self._check_times(proof)
        return proof

    def _check_times(self, proof: _Verified) -> None:
        now = self._now().timestamp()
        if now >= proof.expires + SKEW:
            raise Unauthenticated("expired")
        if now < proof.not_before - SKEW:
            raise Unauthenticated("not valid yet")

    async def _verify(self, token: str) -> _Verified:
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise Unauthenticated("not a token") from error
        key = await self._keys.find(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise Unauthenticated("unknown key")
        if CHANNEL not in key.endorsements:
            raise Unauthenticated("channel not endorsed")
        try:
            claims = jwt.decode(
                token,
                key.public,
                algorithms=["RS256"],
                audience=self._app_id,
                issuer=ISSUER,
                options=_OPTIONS,
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise Unauthenticated(type(error).__name__) from error
        service_url = claims.get("serviceurl")
        if not isinstance(service_url, str) or not service_url:
            raise Unauthenticated("no service url claim")
        return _Verified(
            service_url, _number(claims["nbf"]), _number(claims["exp"]), self._keys.version
        )


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or not token.isascii():
        raise Unauthenticated("no bearer token")
    return token


def _number(claim: object) -> float:
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        raise Unauthenticated("a time is not a number")
    return float(claim)
