"""What must survive a restart about talks in Teams: open dialogs and activities handled."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from core.people.models import Member, Organization


class OpenDialog(Model):
    """Where a member stands in a dialog. `memory` holds ids and kinds, never what was typed."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    member: fields.OneToOneRelation[Member] = fields.OneToOneField(
        "postroom.Member", on_delete=fields.CASCADE
    )
    member_id: int
    dialog = fields.CharField(max_length=32)
    step = fields.CharField(max_length=32)
    memory: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    version = fields.IntField(default=1)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "open_dialog"


class HandledActivity(Model):
    """An inbound activity that was handled: Teams sends it again when an answer is late."""

    id = fields.BigIntField(primary_key=True)
    key_hash = fields.CharField(max_length=64, unique=True)
    """SHA-256 of conversation id and activity id."""
    at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "handled_activity"
