"""Why a thread is whose: one decision a change of assignee."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from core.mail.models import MailThread
from core.people.models import Member, Organization


class Decision(Model):
    """A decision with its reason. The reason holds codes, ids and counts, never text."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    thread: fields.ForeignKeyRelation[MailThread] = fields.ForeignKeyField(
        "postroom.MailThread", on_delete=fields.CASCADE
    )
    thread_id: int
    at = fields.DatetimeField()
    code = fields.CharField(max_length=32)
    """What decided: `fewest_open`, `next_in_turn`, `same_thread`, `by_hand`, `nobody_ready`…"""
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", null=True, on_delete=fields.SET_NULL, related_name="decisions"
    )
    member_id: int | None
    """Who got it; null: nobody."""
    by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", null=True, on_delete=fields.SET_NULL, related_name="decided"
    )
    by_id: int | None
    """Who decided, if a person did."""
    reason: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)

    class Meta:
        table = "decision"
        indexes = (("thread_id", "at"),)
