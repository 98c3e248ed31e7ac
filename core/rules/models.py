"""Rules as stored, with every version of them; teams, reply texts, replies sent, trials."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from core.mail.models import Correspondent, MailThread
from core.mailboxes.models import Mailbox
from core.people.models import Member, Organization


class TrialState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RuleState(StrEnum):
    ON = "on"
    OFF = "off"
    PAUSED = "paused"
    """Postroom stopped it: something it names is gone."""


class Rule(Model):
    """One rule of a mailbox. What it says is sealed: it may name people outside."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    mailbox: fields.ForeignKeyRelation[Mailbox] = fields.ForeignKeyField(
        "postroom.Mailbox", on_delete=fields.CASCADE
    )
    mailbox_id: int
    number = fields.IntField()
    """As people say it; counted within the organization, never used again."""
    position = fields.IntField()
    """Rules run in this order."""
    state = fields.CharEnumField(RuleState, max_length=8, default=RuleState.ON)
    pause_code = fields.CharField(max_length=32, null=True)
    version = fields.IntField(default=1)
    sealed_text = fields.BinaryField(null=True)
    """`core.rules.stored` JSON under the organization's key."""
    created_at = fields.DatetimeField()
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "rule"
        unique_together = (("organization", "number"),)
        indexes = (("mailbox_id", "position"),)


class RuleVersion(Model):
    """What a rule said, who changed it so, and when."""

    id = fields.BigIntField(primary_key=True)
    rule: fields.ForeignKeyRelation[Rule] = fields.ForeignKeyField(
        "postroom.Rule", on_delete=fields.CASCADE
    )
    rule_id: int
    version = fields.IntField()
    sealed_text = fields.BinaryField(null=True)
    change = fields.CharField(max_length=16)
    """`created`, `changed`, `rolled_back`, `imported`, `on`, `off`, `paused`, `deleted`…"""
    by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", null=True, on_delete=fields.SET_NULL
    )
    by_id: int | None
    at = fields.DatetimeField()

    class Meta:
        table = "rule_version"
        unique_together = (("rule", "version"),)


class Team(Model):
    """A named group of a mailbox's people that rules assign to: 'Finance pool'."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    mailbox: fields.ForeignKeyRelation[Mailbox] = fields.ForeignKeyField(
        "postroom.Mailbox", on_delete=fields.CASCADE
    )
    mailbox_id: int
    name = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()

    class Meta:
        table = "team"
        unique_together = (("mailbox", "name"),)


class TeamMember(Model):
    """A person of such a group."""

    id = fields.BigIntField(primary_key=True)
    team: fields.ForeignKeyRelation[Team] = fields.ForeignKeyField(
        "postroom.Team", on_delete=fields.CASCADE
    )
    team_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", on_delete=fields.CASCADE
    )
    member_id: int

    class Meta:
        table = "team_member"
        unique_together = (("team", "member"),)


class ReplyText(Model):
    """The text of an automatic reply: our words, with fields to fill in."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    mailbox: fields.ForeignKeyRelation[Mailbox] = fields.ForeignKeyField(
        "postroom.Mailbox", on_delete=fields.CASCADE
    )
    mailbox_id: int
    name = fields.CharField(max_length=64)
    sealed_text = fields.BinaryField(null=True)
    """Under the organization's key."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "reply_text"
        unique_together = (("mailbox", "name"),)


class ReplyMark(Model):
    """An automatic reply that was queued: what 'at most once' is kept by."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    mailbox: fields.ForeignKeyRelation[Mailbox] = fields.ForeignKeyField(
        "postroom.Mailbox", on_delete=fields.CASCADE
    )
    mailbox_id: int
    thread: fields.ForeignKeyRelation[MailThread] = fields.ForeignKeyField(
        "postroom.MailThread", on_delete=fields.CASCADE
    )
    thread_id: int
    correspondent: fields.ForeignKeyRelation[Correspondent] = fields.ForeignKeyField(
        "postroom.Correspondent", on_delete=fields.CASCADE
    )
    correspondent_id: int
    rule: fields.ForeignKeyNullableRelation[Rule] = fields.ForeignKeyField(
        "postroom.Rule", null=True, on_delete=fields.SET_NULL
    )
    rule_id: int | None
    message_id = fields.BigIntField()
    """The mail it answers."""
    text_id = fields.BigIntField()
    at = fields.DatetimeField()
    sent_id = fields.CharField(max_length=255, null=True)
    """Internet message id of the draft, kept before it is sent."""

    class Meta:
        table = "reply_mark"
        unique_together = (("thread", "correspondent"),)
        indexes = (("correspondent_id", "at"), ("mailbox_id", "at"), ("sent_id",))


class RuleTrial(Model):
    """A rule tried on mail of the past: what it says, how far the trial is, what it found."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    mailbox: fields.ForeignKeyRelation[Mailbox] = fields.ForeignKeyField(
        "postroom.Mailbox", on_delete=fields.CASCADE
    )
    mailbox_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", on_delete=fields.CASCADE
    )
    member_id: int
    """Who asked."""
    rule: fields.ForeignKeyNullableRelation[Rule] = fields.ForeignKeyField(
        "postroom.Rule", null=True, on_delete=fields.SET_NULL
    )
    rule_id: int | None
    """In whose place it is tried; null: after all others."""
    sealed_text = fields.BinaryField(null=True)
    """`core.rules.stored` JSON under the organization's key."""
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    state = fields.CharEnumField(TrialState, max_length=8, default=TrialState.QUEUED)
    messages = fields.IntField(default=0)
    """To go through in all; known once it runs."""
    done = fields.IntField(default=0)
    found: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    """Ids and counts, as `core.rules.replay` tells them."""
    created_at = fields.DatetimeField()
    moved_at = fields.DatetimeField(null=True)
    """When it last got on; null: it has not begun."""

    class Meta:
        table = "rule_trial"
        indexes = (("member_id", "created_at"),)


class AgeLook(Model):
    """A rule looked at how long a thread has waited. It looks once an age, and acts once a wait."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    thread: fields.ForeignKeyRelation[MailThread] = fields.ForeignKeyField(
        "postroom.MailThread", on_delete=fields.CASCADE
    )
    thread_id: int
    rule: fields.ForeignKeyRelation[Rule] = fields.ForeignKeyField(
        "postroom.Rule", on_delete=fields.CASCADE
    )
    rule_id: int
    waiting_since = fields.DatetimeField()
    """Of the oldest unanswered message then; an answer ends the wait."""
    hours = fields.IntField()
    """The age that was passed; 0: the message arrived."""
    acted = fields.BooleanField()

    class Meta:
        table = "age_look"
        indexes = (("thread_id", "rule_id"),)
