"""Mailboxes, the grants that open them, their folders, and who works them."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from core.people.models import Member, Organization


class MailboxState(StrEnum):
    ONBOARDING = "onboarding"
    WAITING_FOR_MICROSOFT = "waiting"
    """Consent was given, the rights have not spread yet."""
    ACTIVE = "active"
    PAUSED = "paused"
    NEEDS_CONSENT = "needs_consent"
    OFFBOARDED = "offboarded"


class GrantKind(StrEnum):
    APPLICATION = "application"
    DELEGATED = "delegated"


class Strategy(StrEnum):
    ROUND_ROBIN = "round_robin"
    LOAD_BALANCED = "load_balanced"


class FolderKind(StrEnum):
    INBOX = "inbox"
    SENT = "sentitems"
    DELETED = "deleteditems"
    JUNK = "junkemail"
    OTHER = "other"


class Mailbox(Model):
    """A shared mailbox. Its address is sealed under the organization's key."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    sealed_address = fields.BinaryField(null=True)
    address_hash = fields.CharField(max_length=32)
    state = fields.CharEnumField(MailboxState, max_length=16, default=MailboxState.ONBOARDING)
    strategy = fields.CharEnumField(Strategy, max_length=16, default=Strategy.LOAD_BALANCED)
    live_from = fields.DatetimeField(null=True)
    """Mail received before this is history and never assigned; null: from the beginning."""
    sync_due_at = fields.DatetimeField(null=True)
    synced_at = fields.DatetimeField(null=True)
    """End of the last complete round over all folders."""
    first_synced_at = fields.DatetimeField(null=True)
    rotation = fields.BigIntField(default=0)
    """Member id that round robin chose last."""
    answers_seen = fields.BooleanField(default=False)
    """An answer was once found in Sent Items: figures about answers mean something."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "mailbox"
        unique_together = (("organization", "address_hash"),)


class MailboxMember(Model):
    """A person of a mailbox: may see, take and be given its threads."""

    id = fields.BigIntField(primary_key=True)
    mailbox: fields.ForeignKeyRelation[Mailbox] = fields.ForeignKeyField(
        "postroom.Mailbox", on_delete=fields.CASCADE
    )
    mailbox_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", on_delete=fields.CASCADE
    )
    member_id: int
    is_lead = fields.BooleanField(default=False)
    in_pool = fields.BooleanField(default=True)
    """Is given work, not only allowed to see it."""
    last_assigned_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mailbox_member"
        unique_together = (("mailbox", "member"),)
        indexes = (("member_id",),)


class Grant(Model):
    """One consent that opens a mailbox: who, when, which scopes, who keeps it to that."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    mailbox: fields.ForeignKeyRelation[Mailbox] = fields.ForeignKeyField(
        "postroom.Mailbox", on_delete=fields.CASCADE
    )
    mailbox_id: int
    kind = fields.CharEnumField(GrantKind, max_length=16)
    scopes = fields.CharField(max_length=1024)
    """Space-separated, as granted."""
    mailboxes_enforced = fields.BooleanField(default=False)
    """Microsoft, not only Postroom, keeps us out of other mailboxes: proved by a probe."""
    content_enforced = fields.BooleanField(default=False)
    """Microsoft, not only Postroom, keeps bodies from us: proved by a probe."""
    granted_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", null=True, on_delete=fields.SET_NULL
    )
    granted_by_id: int | None
    granted_at = fields.DatetimeField(null=True)
    probed_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    sealed_tokens = fields.BinaryField(null=True)
    """The MSAL cache of a delegated grant, Fernet-encrypted; null for an application grant."""
    tokens_version = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        table = "grant_record"
        indexes = (("mailbox_id", "revoked_at"),)


class SignIn(Model):
    """A sign-in or admin consent under way: single use, for one member, for ten minutes."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    state_hash = fields.CharField(max_length=64, unique=True)
    """SHA-256 of the `state` parameter."""
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", on_delete=fields.CASCADE
    )
    member_id: int
    mailbox: fields.ForeignKeyNullableRelation[Mailbox] = fields.ForeignKeyField(
        "postroom.Mailbox", null=True, on_delete=fields.CASCADE
    )
    mailbox_id: int | None
    """Null: to show an administrator role, before there is any mailbox."""
    purpose = fields.CharField(max_length=32)
    sealed_flow = fields.BinaryField()
    """MSAL's flow, Fernet-encrypted."""
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in"


class Folder(Model):
    """A mail folder under sync, with its place in the delta feed."""

    id = fields.BigIntField(primary_key=True)
    mailbox: fields.ForeignKeyRelation[Mailbox] = fields.ForeignKeyField(
        "postroom.Mailbox", on_delete=fields.CASCADE
    )
    mailbox_id: int
    graph_id = fields.CharField(max_length=512)
    kind = fields.CharEnumField(FolderKind, max_length=16)
    sealed_name = fields.BinaryField(null=True)
    followed = fields.BooleanField(default=True)
    """Synced; the others are known by id only, to say where a message went."""
    sealed_link = fields.BinaryField(null=True)
    """Next or delta link, Fernet-encrypted: it holds a token."""
    round_open = fields.BooleanField(default=False)
    """The link is a next link: a round was interrupted and goes on there."""
    generation = fields.IntField(default=1)
    """Raised when a folder starts again; rows of an older one are swept at its end."""
    first_round_done = fields.BooleanField(default=False)
    skipped = fields.IntField(default=0)
    """Entries of the feed that could not be used, in all."""
    gone_at = fields.DatetimeField(null=True)

    class Meta:
        table = "folder"
        unique_together = (("mailbox", "graph_id"),)


class Subscription(Model):
    """A Graph subscription to change notifications of one folder."""

    id = fields.BigIntField(primary_key=True)
    folder: fields.ForeignKeyRelation[Folder] = fields.ForeignKeyField(
        "postroom.Folder", on_delete=fields.CASCADE
    )
    folder_id: int
    graph_id = fields.CharField(max_length=128, unique=True)
    sealed_client_state = fields.BinaryField()
    expires_at = fields.DatetimeField()
    renew_at = fields.DatetimeField()

    class Meta:
        table = "subscription"
