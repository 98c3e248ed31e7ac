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


class HostNotAllowed(ExternalError):
    """A request to a host that is not on the allow-list was stopped before it was made."""


class AllowedHosts:
    """`patterns` are host names or `*.suffix`; with `host:port` the port must match too.

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
        names = {host} if port is None else {host, f"{host}:{port}"}
        if any((parts.scheme, name) in self._exact for name in names):
            return True
        return any(scheme == parts.scheme and host.endswith(end) for scheme, end in self._suffixes)

    def check(self, url: str) -> None:
        """Raise HostNotAllowed unless the URL's host is on the list."""
        if not self.allows(url):
            raise HostNotAllowed
