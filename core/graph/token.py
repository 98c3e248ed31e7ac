"""Access tokens for Graph: as the application itself, or for a person who signed in."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
from msal import ConfidentialClientApplication, SerializableTokenCache

from core.errors import GraphAuthFailed, InvalidInput
from core.graph.access import TokenSource
from core.graph.client import GRAPH_URL
from core.graph.sign_in import SignIn, refusal, token_in

_SPARE = 300.0
"""Seconds before its end at which a token is no longer handed out."""

_KEEP_ON_LOST_CONNECTION = (httpx.TransportError,)
"""MSAL then hands out a token that is due for renewal but still good."""


class AppTokens:
    """Tokens by client credentials, one long-lived MSAL app for each tenant."""

    def __init__(
        self,
        sign_in: SignIn,
        graph_url: str = GRAPH_URL,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sign_in = sign_in
        self._scopes = [f"{graph_url.rstrip('/')}/.default"]
        self._monotonic = monotonic
        self._apps: dict[str, ConfidentialClientApplication] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._kept: dict[str, tuple[str, float]] = {}

    async def get(self, tenant_id: str, refused: str | None = None) -> str:
        """A token for the tenant; a new one if the kept one is the `refused` one.

        Raises GraphAuthFailed where the app is not, or no longer, let into the tenant.
        """
        async with self._locks[tenant_id]:
            token, good_until = self._kept.get(tenant_id, (None, 0.0))
            if token is not None and token != refused and self._monotonic() < good_until:
                return token
            answer = await self._sign_in.run(partial(self._acquire, tenant_id, refused))
            token = token_in(answer)
            lasts = float(answer.get("expires_in", 0.0)) - _SPARE
            self._kept[tenant_id] = token, self._monotonic() + lasts
            return token

    def source(self, tenant_id: str) -> TokenSource:
        """What a MailboxAccess of an application grant carries."""
        return partial(self.get, tenant_id)

    def _acquire(self, tenant_id: str, refused: str | None) -> dict[str, Any]:
        app = self._apps.get(tenant_id)
        if app is None:
            app = self._apps[tenant_id] = self._sign_in.app(tenant_id)
        if refused is not None:
            app.remove_tokens_for_client()
        answer: dict[str, Any] = app.acquire_token_for_client(
            self._scopes, http_exceptions=_KEEP_ON_LOST_CONNECTION
        )
        return answer


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in and what they granted."""

    object_id: str
    """Entra object id (`oid`)."""
    tenant_id: str
    role_ids: frozenset[str]
    """Template ids of the Entra administrator roles they hold (`wids`)."""
    scopes: frozenset[str]
    """Short names: `Mail.ReadBasic.Shared`."""
    cache: str = field(repr=False)
    """The grant's tokens, to be stored encrypted and given back to `UserTokens.get`."""


class UserTokens:
    """Tokens by authorization code with PKCE. Each grant has its own cache, kept by the caller."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

    async def begin(self, scopes: Sequence[str], redirect_uri: str, tenant: str) -> dict[str, Any]:
        """Start a sign-in; send the person to its `auth_uri`.

        The whole of it is to be stored under its `state`, for one use within minutes, bound to
        the person who asked. The answer comes as a POST from Microsoft's page (`form_post`),
        so that no code stands in an address or a log; cookies do not come with it.
        """

        def start() -> dict[str, Any]:
            flow: dict[str, Any] = self._sign_in.app(tenant).initiate_auth_code_flow(
                list(scopes),
                redirect_uri=redirect_uri,
                prompt="select_account",
                response_mode="form_post",
            )
            return {**flow, "tenant": tenant}

        return await self._sign_in.run(start)

    async def redeem(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> SignedIn:
        """Turn the callback's fields into tokens. The caller compares who signed in.

        Raises InvalidInput if the answer does not belong to this sign-in, GraphAuthFailed
        (`access_denied`, `invalid_grant`, …) if the person or Microsoft declined.
        """
        used = {name: answer[name] for name in ("state", "code", "error") if name in answer}
        return await self._sign_in.run(partial(self._redeem, dict(flow), used))

    def _redeem(self, flow: dict[str, Any], answer: dict[str, str]) -> SignedIn:
        cache = SerializableTokenCache()
        app = self._sign_in.app(str(flow.get("tenant", "")), cache)
        try:
            result = app.acquire_token_by_auth_code_flow(flow, answer)
        except (ValueError, RuntimeError):
            raise InvalidInput("state", "start_again") from None
        token_in(result)
        claims = result.get("id_token_claims") or {}
        object_id, tenant_id = claims.get("oid"), claims.get("tid")
        if claims.get("aud") != self._sign_in.client_id or not (object_id and tenant_id):
            raise refusal("unusable_id_token")
        return SignedIn(
            object_id=str(object_id),
            tenant_id=str(tenant_id),
            role_ids=frozenset(str(role) for role in claims.get("wids") or ()),
            scopes=frozenset(
                scope.rpartition("/")[2] for scope in str(result.get("scope", "")).split()
            ),
            cache=str(cache.serialize()),
        )

    async def get(
        self, cache: str, scopes: Sequence[str], tenant: str, refused: str | None = None
    ) -> tuple[str, str | None]:
        """A token from a grant's cache, and the cache to store instead if it has changed.

        Raises GraphAuthFailed where the person must sign in again. Two calls at once would
        both renew: the caller lets one grant's calls wait for each other.
        """
        return await self._sign_in.run(partial(self._get, cache, list(scopes), tenant, refused))

    def _get(
        self, stored: str, scopes: list[str], tenant: str, refused: str | None
    ) -> tuple[str, str | None]:
        cache = SerializableTokenCache()
        try:
            cache.deserialize(stored)
        except ValueError:
            raise GraphAuthFailed(400, "unreadable_cache") from None
        app = self._sign_in.app(tenant, cache)
        account = next(iter(app.get_accounts()), None)
        ask = partial(
            app.acquire_token_silent_with_error,
            scopes,
            account,
            http_exceptions=_KEEP_ON_LOST_CONNECTION,
        )
        token = token_in(ask())
        if token == refused:
            token = token_in(ask(force_refresh=True))
        return token, str(cache.serialize()) if cache.has_state_changed else None
