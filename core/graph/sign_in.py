"""MSAL off the event loop: it blocks, and even making one of its apps asks the network."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import httpx
from msal import ConfidentialClientApplication, TokenCache
from msal.exceptions import MsalServiceError

from core.errors import GraphAuthFailed, GraphError
from core.transactions import refuse_inside_transaction

LOGIN_URL = "https://login.microsoftonline.com"

Credential = str | dict[str, Any]
"""A secret, or what MSAL takes for a certificate or an assertion."""

PATIENCE = 30.0
"""Seconds after which a sign-in call is given up; its thread ends by its own timeouts."""

_THREADS = 4
_DISCOVERY = "/.well-known/openid-configuration"
_DISCOVERY_KEPT = 86_400.0
_TENANT = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,252}")
_CODE = re.compile(r"[a-z_]{1,64}")
_TEMPORARY = {"temporarily_unavailable", "server_error", "timeout"}

T = TypeVar("T")


class SignIn:
    """One app registration at Microsoft's sign-in.

    `http` comes from `core.graph.http.make_sign_in_http`. Calls run in threads of their own:
    a sign-in that hangs must not hold up the default ones, which look up host names.
    """

    def __init__(
        self,
        client_id: str,
        credential: Credential,
        http: httpx.Client,
        login_url: str = LOGIN_URL,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self.client_id = client_id
        self.login_url = login_url.rstrip("/")
        self._credential = credential
        self._http = _DiscoveryKept(http)
        self._patience = patience
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="sign-in")

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work`, which may use MSAL, in a thread. Raises GraphError or GraphAuthFailed."""
        refuse_inside_transaction()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._patience):
                return await loop.run_in_executor(self._threads, work)
        except TimeoutError:
            raise GraphError(0, "sign_in_timeout") from None
        except httpx.HTTPError:
            raise GraphError(0, "sign_in_unreachable") from None
        except MsalServiceError:
            raise GraphError(503, "sign_in_failed") from None

    def app(self, tenant: str, cache: TokenCache | None = None) -> ConfidentialClientApplication:
        """An MSAL app for one tenant. Blocks: for use inside `run`."""
        if not _TENANT.fullmatch(tenant):
            raise GraphAuthFailed(400, "unusable_tenant")
        try:
            return ConfidentialClientApplication(
                self.client_id,
                client_credential=self._credential,
                authority=f"{self.login_url}/{tenant}",
                instance_discovery=False,
                token_cache=cache,
                http_client=self._http,
            )
        except (KeyError, ValueError):
            raise GraphAuthFailed(400, "unknown_tenant_or_bad_credential") from None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._http.close()


def token_in(answer: Mapping[str, Any] | None) -> str:
    """The access token of MSAL's answer.

    Raises GraphAuthFailed where a person must sign in or consent again. Of the refusal only
    its code is kept: the description may quote a name.
    """
    if answer is None:
        raise GraphAuthFailed(400, "interaction_required")
    token = answer.get("access_token")
    if isinstance(token, str) and token:
        return token
    raise refusal(answer.get("error"))


def refusal(code: object) -> GraphError:
    """The error for an OAuth error code."""
    named = code if isinstance(code, str) and _CODE.fullmatch(code) else "unknown"
    return GraphError(503, named) if named in _TEMPORARY else GraphAuthFailed(400, named)


class _DiscoveryKept:
    """The HTTP client MSAL sees. A tenant's metadata is asked for once a day, not per app."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._kept: dict[str, tuple[float, httpx.Response]] = {}

    def get(self, url: str, **options: Any) -> httpx.Response:
        now = time.monotonic()
        kept_until, response = self._kept.get(url, (0.0, None))
        if response is not None and now < kept_until:
            return response
        response = self._http.get(url, **options)
        if url.endswith(_DISCOVERY) and response.status_code == 200:
            self._kept[url] = now + _DISCOVERY_KEPT, response
        return response

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self._http.post(url, **options)

    def close(self) -> None:
        self._http.close()
