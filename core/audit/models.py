"""The audit log: append-only, sealed into a hash chain afterwards."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from core.people.models import Organization


class AuditEntry(Model):
    """Who did what to what, by ids. `number`, `previous` and `mac` are given by the sealing job."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    at = fields.DatetimeField()
    actor_id = fields.BigIntField(null=True)
    """Member id; null: Postroom itself. No foreign key: an entry outlives the person."""
    action = fields.CharField(max_length=48)
    """Such as `thread.assigned` or `grant.revoked`."""
    subject_kind = fields.CharField(max_length=24)
    subject_id = fields.BigIntField(null=True)
    facts: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    number = fields.BigIntField(null=True)
    previous = fields.CharField(max_length=64, null=True)
    digest = fields.CharField(max_length=64, null=True)
    key_id = fields.CharField(max_length=16, null=True)
    mac = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "audit_entry"
        unique_together = (("organization", "number"),)
        indexes = (("organization_id", "id"), ("subject_kind", "subject_id"))
