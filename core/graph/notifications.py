"""What Graph POSTs to us: change notifications and lifecycle events, parsed and checked. No I/O.

A notification is a hint that a delta query is worth while; nothing else is taken from it.
Anybody can POST: only the client state, a secret of one subscription, makes it believable.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from core.errors import InvalidInput
from core.graph.answers import decode

BODY_LIMIT = 256 * 1024
"""Bytes of a POST. A notification without content has about 500."""

COUNT_LIMIT = 1_000
"""Notifications in one POST; what comes after them is left to the timed delta query."""

_ID_LIMIT = 128


class Lifecycle(StrEnum):
    REAUTHORIZE = "reauthorizationRequired"
    REMOVED = "subscriptionRemoved"
    MISSED = "missed"


_EVENTS = tuple(Lifecycle)


@dataclass(frozen=True, slots=True)
class Notification:
    """One entry as it came, unchecked."""

    subscription_id: str
    tenant_id: str
    client_state: str = field(repr=False)
    lifecycle: Lifecycle | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a notification of one of our subscriptions must carry."""

    tenant_id: str
    client_state: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hint:
    """Something has changed where this subscription looks."""

    subscription_id: str


@dataclass(frozen=True, slots=True)
class LifecycleEvent:
    """Graph says something about the subscription itself."""

    subscription_id: str
    event: Lifecycle


def parse_notifications(body: bytes) -> list[Notification]:
    """Read a POST; entries that are none are left out. Raises InvalidInput if it is no such POST.

    One POST may mix subscriptions, tenants and duplicates.
    """
    if len(body) > BODY_LIMIT:
        raise InvalidInput("body", "too_large")
    try:
        content = decode(body)
    except ValueError:
        raise InvalidInput("body", "not_json") from None
    entries = content.get("value") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise InvalidInput("body", "no_notifications")
    return [found for entry in entries[:COUNT_LIMIT] if (found := _read(entry)) is not None]


def _read(entry: object) -> Notification | None:
    if not isinstance(entry, dict):
        return None
    subscription_id, tenant_id, client_state = (
        _short(entry.get(key)) for key in ("subscriptionId", "tenantId", "clientState")
    )
    event = entry.get("lifecycleEvent")
    if not (subscription_id and tenant_id and client_state) or not (
        event is None or event in _EVENTS
    ):
        return None
    lifecycle = None if event is None else Lifecycle(event)
    return Notification(subscription_id, tenant_id, client_state, lifecycle)


def _short(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= _ID_LIMIT else ""


def believed(
    notifications: Iterable[Notification], expected: Callable[[str], Expected | None]
) -> list[Hint | LifecycleEvent]:
    """Those that prove where they come from, each once, in the order they came."""
    found: dict[Hint | LifecycleEvent, None] = {}
    for notification in notifications:
        known = expected(notification.subscription_id)
        if known is None or not _matches(notification, known):
            continue
        if notification.lifecycle is None:
            found[Hint(notification.subscription_id)] = None
        else:
            event = LifecycleEvent(notification.subscription_id, notification.lifecycle)
            found[event] = None
    return list(found)


def _matches(notification: Notification, known: Expected) -> bool:
    state, secret = (
        text.encode("utf-8", "replace") for text in (notification.client_state, known.client_state)
    )
    same_tenant = notification.tenant_id.lower() == known.tenant_id.lower()
    return hmac.compare_digest(state, secret) and same_tenant


def read_notifications(
    body: bytes, expected: Callable[[str], Expected | None]
) -> list[Hint | LifecycleEvent]:
    """Parse and check in one go, for a caller that has its subscriptions at hand."""
    return believed(parse_notifications(body), expected)
