"""Unsigned activities from this very machine, for trying Postroom in Microsoft's Playground."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from botbuilder.schema import Activity

from bot.callers import ActivityChecks, Authenticator, Caller, Unauthenticated

_FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via")


class LoopbackUnsigned:
    """For `demo` alone, with the Playground, which sends no token.

    Only a loopback peer that named a loopback host and came through no proxy is taken
    unsigned, and only with a loopback service URL: a tunnel or a page in the browser that
    rebinds its name is refused. A request that carries a token goes to `signed`.
    """

    def __init__(self, signed: Authenticator, checks: ActivityChecks) -> None:
        self._signed = signed
        self._checks = checks

    async def authenticate(self, request: web.Request, activity: Activity) -> Caller:
        if "Authorization" in request.headers:
            return await self._signed.authenticate(request, activity)
        if not is_loopback(request.remote) or any(name in request.headers for name in _FORWARDING):
            raise Unauthenticated("not loopback")
        if not is_loopback(_host(f"//{request.host}")):
            raise Unauthenticated("not a loopback host")
        if not is_loopback(_host(activity.service_url or "")):
            raise Unauthenticated("service url is not loopback")
        return self._checks.caller(activity)


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine and no other."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
