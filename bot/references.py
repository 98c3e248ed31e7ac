"""Where a conversation is: what must be kept to write to it later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from botbuilder.schema import Activity, ConversationReference


@dataclass(frozen=True, slots=True)
class Reference:
    """A conversation of Teams. Refresh it on every activity: `service_url` may change."""

    service_url: str
    conversation_id: str
    tenant_id: str
    """The Entra tenant."""
    bot_id: str
    """`28:<app id>`."""
    user_id: str = ""
    """`29:…`, valid for this bot only; empty where the conversation has no one person."""
    aad_object_id: str = ""
    """The person's Entra object id."""


def reference_to(activity: Activity) -> Reference:
    """The conversation an incoming activity came from, and its sender."""
    reference = _reference(activity, bot=activity.recipient, user=activity.from_property)
    return replace(reference, tenant_id=channel_tenant(activity) or reference.tenant_id)


def reference_from(activity: Activity) -> Reference:
    """The conversation an outgoing activity is addressed to: here the bot is the sender."""
    return _reference(activity, bot=activity.from_property, user=activity.recipient)


def reference_in(reference: ConversationReference) -> Reference:
    """The framework's own form of a reference."""
    return _reference(reference, bot=reference.bot, user=reference.user)


def _reference(source: Activity | ConversationReference, bot: Any, user: Any) -> Reference:
    return Reference(
        service_url=source.service_url,
        conversation_id=source.conversation.id,
        tenant_id=source.conversation.tenant_id or "",
        bot_id=(bot and bot.id) or "",
        user_id=(user and user.id) or "",
        aad_object_id=(user and user.aad_object_id) or "",
    )


def channel_tenant(activity: Activity) -> str | None:
    """`channelData.tenant.id`, where Teams names the tenant of every activity."""
    data = activity.channel_data
    tenant = data.get("tenant") if isinstance(data, dict) else None
    tenant_id = tenant.get("id") if isinstance(tenant, dict) else None
    return tenant_id if isinstance(tenant_id, str) and tenant_id else None
