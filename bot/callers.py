"""Who called: what every authenticator answers, and what an activity must say of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web
from botbuilder.schema import Activity

from bot.references import channel_tenant
from core.errors import PostroomError
from core.outgoing import AllowedHosts

CHANNEL = "msteams"

TEAMS_SERVICE_HOSTS = ("smba.trafficmanager.net", "*.teams.microsoft.com")
"""Where Teams' connector lives, the public cloud and GCC."""

TenantAllowed = Callable[[str], bool]


class Unauthenticated(PostroomError):
    """The caller could not be recognised; `reason` is a constant word for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller. Rights are decided on these two ids and nothing else."""

    tenant_id: str
    aad_object_id: str | None
    """The person's Entra object id; always there for messages and invokes."""


class Authenticator(Protocol):
    async def authenticate(self, request: web.Request, activity: Activity) -> Caller:
        """Raise Unauthenticated, or KeysUnavailable where nobody can be recognised now."""
        ...


@dataclass(frozen=True, slots=True)
class ActivityChecks:
    """Checks on the activity itself, once its sender is known to be the channel."""

    tenant_allowed: TenantAllowed
    service_hosts: AllowedHosts

    def caller(self, activity: Activity) -> Caller:
        """Raise Unauthenticated unless channel, service URL, tenant and person are in order."""
        if activity.channel_id != CHANNEL:
            raise Unauthenticated("channel")
        if not activity.service_url or not self.service_hosts.allows(activity.service_url):
            raise Unauthenticated("service url")
        tenant_id = _tenant(activity)
        if not self.tenant_allowed(tenant_id):
            raise Unauthenticated("tenant not allowed")
        sender = activity.from_property
        person = sender.aad_object_id if sender is not None else None
        if not person and activity.type in ("message", "invoke"):
            raise Unauthenticated("no person")
        return Caller(tenant_id, person or None)


def _tenant(activity: Activity) -> str:
    tenant_id = channel_tenant(activity)
    if tenant_id is None:
        raise Unauthenticated("no tenant")
    also = activity.conversation.tenant_id
    if also and also != tenant_id:
        raise Unauthenticated("tenants differ")
    return tenant_id
