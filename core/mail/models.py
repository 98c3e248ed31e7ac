"""Threads, messages and the people outside who write them. Never a body, never an attachment."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from core.mailboxes.models import Folder, Mailbox
from core.people.models import Member, Organization


class ThreadState(StrEnum):
    OPEN = "open"
    SNOOZED = "snoozed"
    DONE = "done"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Automatic(StrEnum):
    """The one thing kept of a message's headers."""

    NONE = "none"
    REPLY = "reply"
    LIST = "list"
    BULK = "bulk"
    UNKNOWN = "unknown"
    """Graph withheld the headers."""


class EventKind(StrEnum):
    RECEIVED = "received"
    ASSIGNED = "assigned"
    TAKEN = "taken"
    RELEASED = "released"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    ANSWERED = "answered"
    FINISHED = "finished"
    REOPENED = "reopened"
    MERGED = "merged"


class Correspondent(Model):
    """Somebody outside. All that is about them is sealed under their own key."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    address_hash = fields.CharField(max_length=32)
    domain_hash = fields.CharField(max_length=32, db_index=True)
    wrapped_key = fields.BinaryField(null=True)
    sealed_address = fields.BinaryField(null=True)
    sealed_name = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "correspondent"
        unique_together = (("organization", "address_hash"),)


class MailThread(Model):
    """A conversation by mail: what is assigned, taken and finished."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    mailbox: fields.ForeignKeyRelation[Mailbox] = fields.ForeignKeyField(
        "postroom.Mailbox", on_delete=fields.CASCADE
    )
    mailbox_id: int
    conversation_id = fields.CharField(max_length=255)
    """Graph's conversationId."""
    correspondent: fields.ForeignKeyNullableRelation[Correspondent] = fields.ForeignKeyField(
        "postroom.Correspondent", null=True, on_delete=fields.RESTRICT
    )
    correspondent_id: int | None
    """Who wrote first from outside; null while only our own side has written."""
    sealed_subject = fields.BinaryField(null=True)
    """Under the correspondent's key."""
    state = fields.CharEnumField(ThreadState, max_length=8, default=ThreadState.OPEN)
    is_history = fields.BooleanField(default=False)
    """All that came in is older than the mailbox's `live_from`, or nobody has written to us
    in it yet: it is no work, and never assigned."""
    assignee: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", null=True, on_delete=fields.RESTRICT
    )
    assignee_id: int | None
    assigned_at = fields.DatetimeField(null=True)
    received_at = fields.DatetimeField()
    """First message from outside; the first of ours while nobody has written yet."""
    last_received_at = fields.DatetimeField(null=True)
    """Newest message from outside."""
    last_answered_at = fields.DatetimeField(null=True)
    first_answered_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)
    finished_in_outlook = fields.BooleanField(default=False)
    automatic = fields.CharEnumField(Automatic, max_length=8, default=Automatic.NONE)
    """Of the first message."""
    waiting_reason = fields.CharField(max_length=32, null=True)
    """Why nobody has it, such as `nobody_ready`."""
    waits_for: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", null=True, on_delete=fields.SET_NULL, related_name="awaited"
    )
    waits_for_id: int | None
    """Whom it waits for, where it goes back to nobody else."""
    priority = fields.CharEnumField(
        Priority, max_length=8, default=Priority.NORMAL, db_default=Priority.NORMAL
    )
    effort = fields.IntField(default=1, db_default=1)
    """The greatest weight of its tags; 1 without any."""
    snoozed_until = fields.DatetimeField(null=True)
    merged_into: fields.ForeignKeyNullableRelation[MailThread] = fields.ForeignKeyField(
        "postroom.MailThread", null=True, on_delete=fields.SET_NULL, related_name="merged"
    )
    merged_into_id: int | None
    """Its messages belong to that thread now; it is no work of its own."""
    answer_due_at = fields.DatetimeField(null=True)
    """When the first answer is due by the mailbox's targets; null: no target, or answered."""
    finish_due_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)
    """Raised by every change; changes are compare-and-set on it."""

    class Meta:
        table = "mail_thread"
        unique_together = (("mailbox", "conversation_id"),)
        indexes = (
            (
                "assignee_id",
                "state",
                "last_received_at",
                "mailbox_id",
                "priority",
                "answer_due_at",
                "finish_due_at",
            ),
            ("mailbox_id", "state", "assignee_id"),
            ("mailbox_id", "received_at"),
            ("correspondent_id",),
            ("state", "snoozed_until"),
            ("answer_due_at",),
            ("finish_due_at",),
        )


class MailMessage(Model):
    """The kept subset of one message's headers."""

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
    folder: fields.ForeignKeyRelation[Folder] = fields.ForeignKeyField(
        "postroom.Folder", on_delete=fields.CASCADE
    )
    folder_id: int
    graph_id = fields.CharField(max_length=255)
    """Immutable id; compared case-sensitively."""
    direction = fields.CharEnumField(Direction, max_length=3)
    correspondent: fields.ForeignKeyNullableRelation[Correspondent] = fields.ForeignKeyField(
        "postroom.Correspondent", null=True, on_delete=fields.RESTRICT
    )
    correspondent_id: int | None
    """Whose key seals the subject: who sent it, or whom it answers."""
    sender: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", null=True, on_delete=fields.SET_NULL
    )
    sender_id: int | None
    """Who sent it, if one of us and known."""
    sealed_subject = fields.BinaryField(null=True)
    """Under the correspondent's key."""
    sealed_categories = fields.BinaryField(null=True)
    """Outlook categories as a JSON list, under the organization's key."""
    received_at = fields.DatetimeField()
    modified_at = fields.DatetimeField(null=True)
    is_read = fields.BooleanField(default=False)
    has_attachments = fields.BooleanField(default=False)
    importance = fields.CharField(max_length=8, default="normal")
    automatic = fields.CharEnumField(Automatic, max_length=8, default=Automatic.NONE)
    generation = fields.IntField(default=1)
    located_at = fields.DatetimeField(null=True)
    """When it was last looked up by id, in a folder that is not synced."""
    source_gone_at = fields.DatetimeField(null=True)
    """When it was found to be no longer in the mailbox."""

    class Meta:
        table = "mail_message"
        unique_together = (("mailbox", "graph_id"),)
        indexes = (("thread_id", "received_at"), ("folder_id", "generation"), ("correspondent_id",))


class ThreadEvent(Model):
    """What happened to a thread and when: what reports are counted from. No person but by id."""

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
    kind = fields.CharEnumField(EventKind, max_length=16)
    at = fields.DatetimeField()
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", null=True, on_delete=fields.SET_NULL
    )
    member_id: int | None
    """Whom it concerns: the assignee, or who answered or finished it."""
    in_outlook = fields.BooleanField(default=False)

    class Meta:
        table = "thread_event"
        indexes = (("mailbox_id", "at", "kind", "member_id"), ("thread_id", "at"))
