"""Activities in and out: JSON to botbuilder's Activity and back, without msrest's reflection.

Reading by hand takes about a twentieth of `Activity().deserialize`, and `value` and
`channel_data` stay the plain dicts that came.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from botbuilder.schema import (
    Activity,
    Attachment,
    ChannelAccount,
    ConversationAccount,
    Entity,
)
from msrest.serialization import Model

from core.errors import PostroomError

Payload = dict[str, Any]
"""An activity as the Bot Connector REST API writes it."""

_TEXTS = (
    ("id", "id"),
    ("serviceUrl", "service_url"),
    ("channelId", "channel_id"),
    ("text", "text"),
    ("textFormat", "text_format"),
    ("name", "name"),
    ("action", "action"),
    ("replyToId", "reply_to_id"),
    ("locale", "locale"),
    ("localTimezone", "local_timezone"),
    ("valueType", "value_type"),
)


class MalformedActivity(PostroomError):
    """The JSON is not an activity."""


def read_activity(body: object) -> Activity:
    """Build an Activity from parsed JSON. Fields Postroom does not use are left out.

    Raises MalformedActivity unless it is an object with a type and a conversation and
    every field that is read has its right shape.
    """
    source = _object(body)
    activity = Activity(
        type=_text(source, "type"),
        timestamp=_moment(source.get("timestamp")),
        conversation=_conversation(_object(source.get("conversation"))),
        value=source.get("value"),
        channel_data=source.get("channelData"),
    )
    if not activity.type or not activity.conversation.id:
        raise MalformedActivity
    for key, attribute in _TEXTS:
        if key in source:
            setattr(activity, attribute, _text(source, key))
    if source.get("from") is not None:
        activity.from_property = _account(source["from"])
    if source.get("recipient") is not None:
        activity.recipient = _account(source["recipient"])
    if source.get("membersAdded"):
        activity.members_added = [_account(member) for member in _list(source["membersAdded"])]
    if source.get("membersRemoved"):
        activity.members_removed = [_account(member) for member in _list(source["membersRemoved"])]
    if source.get("entities"):
        activity.entities = [_entity(entity) for entity in _list(source["entities"])]
    if source.get("attachments"):
        activity.attachments = [_attachment(item) for item in _list(source["attachments"])]
    return activity


def to_payload(model: Model) -> Payload:
    """One level of a botbuilder model as its JSON object; `to_json` does the levels below."""
    payload = dict(model.additional_properties)
    for attribute, description in model._attribute_map.items():
        value = getattr(model, attribute)
        if value is not None:
            payload[description["key"]] = value
    return payload


def to_json(value: object) -> bytes:
    """Any mix of plain data and botbuilder models as JSON. Raises TypeError for other things."""
    return orjson.dumps(value, default=_plain)


def _plain(value: object) -> Payload:
    if isinstance(value, Model):
        return to_payload(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedActivity
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedActivity
    return value


def _text(source: dict[str, Any], key: str) -> str | None:
    value = source.get(key)
    if value is not None and not isinstance(value, str):
        raise MalformedActivity
    return value


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise MalformedActivity
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise MalformedActivity from error


def _account(value: object) -> ChannelAccount:
    source = _object(value)
    return ChannelAccount(
        id=_text(source, "id"),
        name=_text(source, "name"),
        aad_object_id=_text(source, "aadObjectId"),
        role=_text(source, "role"),
    )


def _conversation(source: dict[str, Any]) -> ConversationAccount:
    return ConversationAccount(
        id=_text(source, "id"),
        name=_text(source, "name"),
        conversation_type=_text(source, "conversationType"),
        tenant_id=_text(source, "tenantId"),
        is_group=source.get("isGroup") is True,
    )


def _entity(value: object) -> Entity:
    """As botbuilder reads it: what is not `type` is in `additional_properties`."""
    source = _object(value)
    entity = Entity(type=_text(source, "type"))
    entity.additional_properties = {key: source[key] for key in source if key != "type"}
    return entity


def _attachment(value: object) -> Attachment:
    source = _object(value)
    return Attachment(
        content_type=_text(source, "contentType"),
        content_url=_text(source, "contentUrl"),
        content=source.get("content"),
        name=_text(source, "name"),
    )
