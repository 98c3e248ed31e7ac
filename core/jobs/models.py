"""The embedded engine's queue."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model


class JobState(StrEnum):
    DUE = "due"
    RUNNING = "running"
    FAILED = "failed"


class Job(Model):
    """One piece of background work. Finished jobs are deleted, failed ones kept to be seen."""

    id = fields.BigIntField(primary_key=True)
    task = fields.CharField(max_length=48)
    facts: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    """Keyword arguments of the task: ids only."""
    lock = fields.CharField(max_length=64, null=True)
    """Jobs with the same lock never run at once."""
    queueing_lock = fields.CharField(max_length=64, null=True, unique=True)
    """While a job with this is due, another is not queued. Cleared when it starts."""
    state = fields.CharEnumField(JobState, max_length=8, default=JobState.DUE)
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField()
    worker = fields.CharField(max_length=32, null=True)
    heartbeat_at = fields.DatetimeField(null=True)
    error_code = fields.CharField(max_length=96, null=True)

    class Meta:
        table = "job"
        indexes = (("state", "due_at"), ("lock", "state"))
