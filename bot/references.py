"""Where a conversation is: what must be kept to write to it later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from botbuilder.schema import Activity, ConversationReference

from core.mailboxes.channel_views import ChannelPlace


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


def place_of(activity: Activity) -> ChannelPlace:
    """The channel or group chat of an incoming activity.

    In a channel the conversation's id also names the thread, after `;messageid=`. What stands
    before that is the channel's own id.
    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
    """
    found = reference_to(activity)
    return ChannelPlace(
        found.service_url,
        found.conversation_id.partition(";")[0],
        found.bot_id,
        _id_in(activity, "team"),
        found.tenant_id,
    )


def deleted_channel(activity: Activity) -> ChannelPlace | None:
    """The channel that an event says was deleted."""
    data = activity.channel_data
    channel_id = _id_in(activity, "channel")
    if not isinstance(data, dict) or data.get("eventType") != "channelDeleted" or not channel_id:
        return None
    return replace(place_of(activity), conversation_id=channel_id, team_id=None)


def channel_tenant(activity: Activity) -> str | None:
    """`channelData.tenant.id`, where Teams names the tenant of every activity."""
    return _id_in(activity, "tenant")


def _id_in(activity: Activity, name: str) -> str | None:
    """`channelData.<name>.id`."""
    data = activity.channel_data
    named = data.get(name) if isinstance(data, dict) else None
    found = named.get("id") if isinstance(named, dict) else None
    return found if isinstance(found, str) and found else None
