"""The one place that makes httpx clients: allow-list, timeouts, retries, no redirects."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

import httpx
from httpx_retries import RetryTransport

from core.graph.retry import GraphRetry
from core.outgoing import AllowedHosts
from core.transactions import refuse_inside_transaction

GRAPH_TIMEOUT = httpx.Timeout(30.0, connect=10.0, pool=60.0)
SIGN_IN_TIMEOUT = httpx.Timeout(10.0, connect=5.0)

CONNECTIONS = 40
"""Requests under way at once, over all mailboxes; the others wait for a connection."""


def make_http(
    allowed: AllowedHosts,
    ca_file: Path | None = None,
    *,
    connections: int = CONNECTIONS,
    retry: GraphRetry | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """The client for Graph.

    `ca_file` (PEM) takes the place of the public authorities. `transport` stands in for
    the network in tests; retries and the allow-list stay as they are.
    """

    async def guard(request: httpx.Request) -> None:
        refuse_inside_transaction()
        allowed.check(str(request.url))

    network = transport or httpx.AsyncHTTPTransport(
        verify=_trust(ca_file),
        trust_env=False,
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
    )
    return httpx.AsyncClient(
        transport=RetryTransport(network, retry=retry or GraphRetry()),
        timeout=GRAPH_TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        event_hooks={"request": [guard]},
    )


def make_sign_in_http(
    allowed: AllowedHosts,
    ca_file: Path | None = None,
    *,
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """The client MSAL is given: it blocks, so it is used in threads only."""

    def guard(request: httpx.Request) -> None:
        allowed.check(str(request.url))

    return httpx.Client(
        transport=transport
        or httpx.HTTPTransport(verify=_trust(ca_file), trust_env=False, retries=1),
        timeout=SIGN_IN_TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        event_hooks={"request": [guard]},
    )


@cache
def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """One for all clients: reading the public authorities takes longer than all else here."""
    if ca_file is None:
        return httpx.create_ssl_context(trust_env=False)
    return ssl.create_default_context(cafile=ca_file)
