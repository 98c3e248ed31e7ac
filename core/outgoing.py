"""The one door outward: which hosts Postroom may speak to.

Every outgoing client (Graph and sign-in on httpx, the connector on aiohttp) asks an
`AllowedHosts` before each request and follows no redirect by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from core.errors import ExternalError

MICROSOFT_HOSTS = (
    "login.microsoftonline.com",
    "login.botframework.com",
    "graph.microsoft.com",
    "smba.trafficmanager.net",
    "*.botframework.com",
    "*.teams.microsoft.com",
    "*.sharepoint.com",
)
"""Sign-in, Graph, the Teams connector and its upload hosts."""


_DEFAULT_PORTS = {"https": 443, "http": 80}


class HostNotAllowed(ExternalError):
    """A request to a host that is not on the allow-list was stopped before it was made."""


class AllowedHosts:
    """`patterns` are `host`, `host:port` or `*.suffix`; without a port the scheme's own is meant.

    https is required, except to a pattern that itself starts with `http://`.
    """

    def __init__(self, patterns: Iterable[str] = MICROSOFT_HOSTS) -> None:
        self._exact: set[tuple[str, str]] = set()
        self._suffixes: set[tuple[str, str]] = set()
        for pattern in patterns:
            scheme, _, rest = pattern.rpartition("://")
            scheme = scheme or "https"
            rest = rest.rstrip("/").lower()
            if rest.startswith("*."):
                self._suffixes.add((scheme, rest[1:]))
            else:
                self._exact.add((scheme, rest))

    def allows(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            return False
        if not host or parts.username or parts.password:
            return False
        host = host.lower()
        if port is not None and port != _DEFAULT_PORTS.get(parts.scheme):
            return (parts.scheme, f"{host}:{port}") in self._exact
        return (parts.scheme, host) in self._exact or any(
            scheme == parts.scheme and host.endswith(end) for scheme, end in self._suffixes
        )

    def check(self, url: str) -> None:
        """Raise HostNotAllowed unless the URL's host is on the list."""
        if not self.allows(url):
            raise HostNotAllowed
