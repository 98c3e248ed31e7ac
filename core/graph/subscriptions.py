"""Subscriptions to a mailbox's change notifications: create, renew, reauthorize, delete.

Only an application grant can subscribe to a shared mailbox. Before `create` answers, Graph
calls both addresses with a validation token, so the server must be listening already.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.errors import GraphError
from core.graph.access import MailboxAccess
from core.graph.client import IMMUTABLE_IDS, GraphClient, path
from core.graph.messages import read_moment

LIFETIME = timedelta(minutes=4_200)
"""Asked for: under every maximum that Microsoft's pages have named (4,230 minutes the least)."""

CHANGES = "created,updated,deleted"


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    expires_at: datetime

    def renew_at(self, created_at: datetime) -> datetime:
        """Half-way through its life."""
        return created_at + (self.expires_at - created_at) / 2


def new_client_state() -> str:
    """A secret that every notification of one subscription must carry (43 characters)."""
    return secrets.token_urlsafe(32)


async def create(
    client: GraphClient,
    access: MailboxAccess,
    folder_id: str,
    *,
    notification_url: str,
    lifecycle_url: str,
    client_state: str,
    now: datetime,
) -> Subscription:
    """Subscribe to a folder's messages, with immutable ids: that is fixed at creation.

    Sent once: a lost answer may leave a subscription behind, which expires by itself.
    """
    body = await client.post(
        "/subscriptions",
        token=access.token,
        mailbox=access.mailbox,
        prefer=(IMMUTABLE_IDS,),
        json={
            "changeType": CHANGES,
            "notificationUrl": notification_url,
            "lifecycleNotificationUrl": lifecycle_url,
            "resource": path("users", access.mailbox, "mailFolders", folder_id, "messages")[1:],
            "expirationDateTime": _wire(now + LIFETIME),
            "clientState": client_state,
            "latestSupportedTlsVersion": "v1_2",
        },
    )
    return _read(body)


async def renew(
    client: GraphClient, access: MailboxAccess, subscription_id: str, *, now: datetime
) -> Subscription | None:
    """Give it a full life from now. None: Graph has dropped it; create anew and run the delta."""
    try:
        body = await client.patch(
            path("subscriptions", subscription_id),
            token=access.token,
            mailbox=access.mailbox,
            json={"expirationDateTime": _wire(now + LIFETIME)},
            one_item=True,
        )
    except GraphError as error:
        if error.status == 404:
            return None
        raise
    return _read(body)


async def reauthorize(client: GraphClient, access: MailboxAccess, subscription_id: str) -> bool:
    """Answer `reauthorizationRequired`. False: Graph has dropped the subscription."""
    try:
        await client.post(
            path("subscriptions", subscription_id, "reauthorize"),
            token=access.token,
            mailbox=access.mailbox,
            one_item=True,
            changes_nothing=True,
        )
    except GraphError as error:
        if error.status == 404:
            return False
        raise
    return True


async def delete(client: GraphClient, access: MailboxAccess, subscription_id: str) -> None:
    """End it; one that is gone already counts as ended."""
    try:
        await client.delete(
            path("subscriptions", subscription_id),
            token=access.token,
            mailbox=access.mailbox,
            one_item=True,
        )
    except GraphError as error:
        if error.status != 404:
            raise


def _wire(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(body: dict[str, Any]) -> Subscription:
    subscription_id, expires_at = body.get("id"), read_moment(body.get("expirationDateTime"))
    if not isinstance(subscription_id, str) or not subscription_id or expires_at is None:
        raise GraphError(200, "not_a_subscription")
    return Subscription(subscription_id, expires_at)
