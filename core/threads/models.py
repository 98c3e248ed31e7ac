"""What a team keeps about threads: tags, notes, who follows, targets, bulk changes."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from core.mail.models import MailThread, Priority
from core.mailboxes.models import Mailbox, MailboxMember
from core.people.models import Member, Organization


class TargetKind(StrEnum):
    ANSWER = "answer"
    """From the first message to the first answer."""
    FINISH = "finish"


class WarningStage(StrEnum):
    BEFORE = "before"
    """To the assignee, while there is time."""
    AFTER = "after"
    """To the leads: it is late."""


class BulkState(StrEnum):
    PREVIEW = "preview"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class Tag(Model):
    """A word for threads, and an Outlook category where the mailbox writes back."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    mailbox: fields.ForeignKeyRelation[Mailbox] = fields.ForeignKeyField(
        "postroom.Mailbox", on_delete=fields.CASCADE
    )
    mailbox_id: int
    name_hash = fields.CharField(max_length=32)
    """Keyed hash of the name, letters folded."""
    sealed_name = fields.BinaryField(null=True)
    """Under the organization's key."""
    weight = fields.IntField(default=1)
    """Effort of a thread with this tag, in ordinary threads."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "tag"
        unique_together = (("mailbox", "name_hash"),)


class ThreadTag(Model):
    """A thread has a tag."""

    id = fields.BigIntField(primary_key=True)
    thread: fields.ForeignKeyRelation[MailThread] = fields.ForeignKeyField(
        "postroom.MailThread", on_delete=fields.CASCADE
    )
    thread_id: int
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "postroom.Tag", on_delete=fields.CASCADE
    )
    tag_id: int
    by_outlook = fields.BooleanField(default=False)
    """Set in Outlook, not by us."""

    class Meta:
        table = "thread_tag"
        unique_together = (("thread", "tag"),)
        indexes = (("tag_id",),)


class MemberSkill(Model):
    """A person of a mailbox can take threads with this tag."""

    id = fields.BigIntField(primary_key=True)
    place: fields.ForeignKeyRelation[MailboxMember] = fields.ForeignKeyField(
        "postroom.MailboxMember", on_delete=fields.CASCADE
    )
    place_id: int
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "postroom.Tag", on_delete=fields.CASCADE
    )
    tag_id: int

    class Meta:
        table = "member_skill"
        unique_together = (("place", "tag"),)


class Note(Model):
    """A private note: our words about a thread, sealed under its correspondent's key."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    thread: fields.ForeignKeyRelation[MailThread] = fields.ForeignKeyField(
        "postroom.MailThread", on_delete=fields.CASCADE
    )
    thread_id: int
    author: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", null=True, on_delete=fields.SET_NULL
    )
    author_id: int | None
    sealed_text = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "note"
        indexes = (("thread_id", "id"),)


class Follower(Model):
    """Hears of a thread that is not theirs."""

    id = fields.BigIntField(primary_key=True)
    thread: fields.ForeignKeyRelation[MailThread] = fields.ForeignKeyField(
        "postroom.MailThread", on_delete=fields.CASCADE
    )
    thread_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", on_delete=fields.CASCADE
    )
    member_id: int
    only_next = fields.BooleanField(default=False)
    """Watches for the sender's next mail, once."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "follower"
        unique_together = (("thread", "member"),)
        indexes = (("member_id",),)


class Presence(Model):
    """Who has a thread's card open, and who is answering it. Both lapse by themselves."""

    id = fields.BigIntField(primary_key=True)
    thread: fields.ForeignKeyRelation[MailThread] = fields.ForeignKeyField(
        "postroom.MailThread", on_delete=fields.CASCADE
    )
    thread_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", on_delete=fields.CASCADE
    )
    member_id: int
    seen_at = fields.DatetimeField()
    answering_until = fields.DatetimeField(null=True)

    class Meta:
        table = "presence"
        unique_together = (("thread", "member"),)
        indexes = (("seen_at",),)


class Target(Model):
    """How fast a mailbox wants to be: for one tag, one priority, or all."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    mailbox: fields.ForeignKeyRelation[Mailbox] = fields.ForeignKeyField(
        "postroom.Mailbox", on_delete=fields.CASCADE
    )
    mailbox_id: int
    tag: fields.ForeignKeyNullableRelation[Tag] = fields.ForeignKeyField(
        "postroom.Tag", null=True, on_delete=fields.CASCADE
    )
    tag_id: int | None
    priority = fields.CharEnumField(Priority, max_length=8, null=True)
    kind = fields.CharEnumField(TargetKind, max_length=8)
    minutes = fields.IntField()
    """Of business time."""

    class Meta:
        table = "target"
        indexes = (("mailbox_id",),)


class TargetWarning(Model):
    """A warning that was given: each is given once."""

    id = fields.BigIntField(primary_key=True)
    thread: fields.ForeignKeyRelation[MailThread] = fields.ForeignKeyField(
        "postroom.MailThread", on_delete=fields.CASCADE
    )
    thread_id: int
    kind = fields.CharEnumField(TargetKind, max_length=8)
    stage = fields.CharEnumField(WarningStage, max_length=8)
    due_at = fields.DatetimeField()
    """The deadline it warned of; a new one is warned of anew."""
    at = fields.DatetimeField()

    class Meta:
        table = "target_warning"
        unique_together = (("thread", "kind", "stage", "due_at"),)


class BulkChange(Model):
    """One change to many threads: counted first, then done, undone within ten minutes."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", on_delete=fields.CASCADE
    )
    by_id: int
    state = fields.CharEnumField(BulkState, max_length=8, default=BulkState.PREVIEW)
    change: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    """What is done, in codes and ids."""
    total = fields.IntField(default=0)
    done = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    undo_until = fields.DatetimeField(null=True)

    class Meta:
        table = "bulk_change"
        indexes = (("by_id", "created_at"),)


class BulkItem(Model):
    """One thread of a bulk change, with how it was before."""

    id = fields.BigIntField(primary_key=True)
    bulk: fields.ForeignKeyRelation[BulkChange] = fields.ForeignKeyField(
        "postroom.BulkChange", on_delete=fields.CASCADE
    )
    bulk_id: int
    thread: fields.ForeignKeyRelation[MailThread] = fields.ForeignKeyField(
        "postroom.MailThread", on_delete=fields.CASCADE
    )
    thread_id: int
    outcome = fields.CharField(max_length=32, null=True)
    """Null: not yet; `done`, or a code of why not."""
    before: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    version_after = fields.IntField(null=True)
    """The thread's version once changed: undone only if nobody changed it since."""

    class Meta:
        table = "bulk_item"
        unique_together = (("bulk", "thread"),)
