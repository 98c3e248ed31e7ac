"""What the world must still be told, and what it has been shown."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from core.mail.models import MailThread
from core.people.models import Member, Organization


class OutboxState(StrEnum):
    DUE = "due"
    SENDING = "sending"
    DONE = "done"
    DEAD = "dead"


class OutboxMessage(Model):
    """One effect outside, queued with the change that caused it. Ids and kinds, never text."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    kind = fields.CharField(max_length=32)
    order_key = fields.CharField(max_length=64)
    """Rows with the same key are delivered in order, such as `thread:42` or `member:7`."""
    coalesce_key = fields.CharField(max_length=96, null=True, unique=True)
    """While a row with this key is due, another like it is not added. Cleared when claimed."""
    facts: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    state = fields.CharEnumField(OutboxState, max_length=8, default=OutboxState.DUE)
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField()
    claimed_until = fields.DatetimeField(null=True)
    claim = fields.CharField(max_length=32, null=True)
    error_code = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "outbox_message"
        indexes = (("state", "due_at"), ("order_key", "state", "id"))


class PostedActivity(Model):
    """An activity that Postroom sent, so that it can be changed or blanked later."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", null=True, on_delete=fields.CASCADE
    )
    member_id: int | None
    """Whose 1:1 conversation it stands in; null in a channel."""
    service_url = fields.CharField(max_length=255)
    conversation_id = fields.CharField(max_length=255)
    activity_id = fields.CharField(max_length=255)
    kind = fields.CharField(max_length=32)
    """Which card: `thread`, `queue`, `report`, `progress`…"""
    facts: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    """Ids that draw it again, such as a page number."""
    posted_at = fields.DatetimeField()

    class Meta:
        table = "posted_activity"
        unique_together = (("conversation_id", "activity_id"),)
        indexes = (("member_id", "posted_at"),)


class PostedThread(Model):
    """A thread that a posted activity shows."""

    id = fields.BigIntField(primary_key=True)
    posted: fields.ForeignKeyRelation[PostedActivity] = fields.ForeignKeyField(
        "postroom.PostedActivity", on_delete=fields.CASCADE
    )
    posted_id: int
    thread: fields.ForeignKeyRelation[MailThread] = fields.ForeignKeyField(
        "postroom.MailThread", on_delete=fields.CASCADE
    )
    thread_id: int

    class Meta:
        table = "posted_thread"
        unique_together = (("posted", "thread"),)
        indexes = (("thread_id",),)


class PostedPerson(Model):
    """A member whom a posted activity names, other than the one it was sent to."""

    id = fields.BigIntField(primary_key=True)
    posted: fields.ForeignKeyRelation[PostedActivity] = fields.ForeignKeyField(
        "postroom.PostedActivity", on_delete=fields.CASCADE
    )
    posted_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", on_delete=fields.CASCADE
    )
    member_id: int

    class Meta:
        table = "posted_person"
        unique_together = (("posted", "member"),)
        indexes = (("member_id",),)
