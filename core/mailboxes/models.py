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
    WEIGHTED = "weighted"
    """By each person's share."""
    SKILLS = "skills"
    """Only who has a skill for the thread's tags; the fewest open among them."""
    PULL = "pull"
    """Nobody, until somebody asks for the next."""


class Sticky(StrEnum):
    """When a thread goes back to whoever had it before."""

    IF_AVAILABLE = "if_available"
    WITHIN_HOURS = "within_hours"
    """It waits for them if they can be given work again within `sticky_hours`."""
    ALWAYS = "always"
    """It waits for them, however long."""


class HandBack(StrEnum):
    """What becomes of unfinished threads when their person's shift ends."""

    KEEP = "keep"
    POOL = "pool"
    COLLEAGUE = "colleague"


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
    timezone = fields.CharField(max_length=64, null=True)
    """IANA name; null: the organization's."""
    week = fields.CharField(max_length=255, default="", db_default="")
    """Business hours as `core.people.week` writes them; empty: always open."""
    holidays = fields.CharField(max_length=16, null=True)
    """Whose public holidays it is closed on; null: the organization's, empty: none."""
    capacity = fields.IntField(null=True)
    """Open threads (or effort) a person may have here at most; null: no limit."""
    counts_effort = fields.BooleanField(default=False, db_default=False)
    """Load is the sum of the threads' effort, not their number."""
    fair_share = fields.BooleanField(default=True, db_default=True)
    """Nobody gets over 1.5 equal shares of a rolling hour while another is free."""
    sticky = fields.CharEnumField(
        Sticky, max_length=16, default=Sticky.IF_AVAILABLE, db_default=Sticky.IF_AVAILABLE
    )
    sticky_hours = fields.IntField(default=4, db_default=4)
    sticky_sender_days = fields.IntField(null=True)
    """A sender's new thread goes to who had their last one within so many days; null: no."""
    hand_back = fields.CharEnumField(
        HandBack, max_length=16, default=HandBack.KEEP, db_default=HandBack.KEEP
    )
    hand_back_to: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", null=True, on_delete=fields.SET_NULL, related_name="handed_to"
    )
    hand_back_to_id: int | None
    writes_back = fields.BooleanField(default=False, db_default=False)
    """Assignee and tags are written to Outlook as categories."""
    sends_replies = fields.BooleanField(default=False, db_default=False)
    reads_bodies = fields.BooleanField(default=False, db_default=False)
    """Rules may look into bodies, in flight; consented to for this mailbox on its own."""
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
    """Is given work, not only allowed to see it: what a lead decides."""
    opted_out = fields.BooleanField(default=False, db_default=False)
    """Asked not to be given work here: what the person decides."""
    weight = fields.IntField(default=1, db_default=1)
    """Share of the arrivals under `weighted`."""
    credit = fields.IntField(default=0, db_default=0)
    """What `weighted` owes them, in parts of a thread."""
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


class MailboxChannel(Model):
    """The Teams channel or group chat that hears of a mailbox's threads, and no name of it."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    mailbox: fields.OneToOneRelation[Mailbox] = fields.OneToOneField(
        "postroom.Mailbox", on_delete=fields.CASCADE
    )
    mailbox_id: int
    service_url = fields.CharField(max_length=255)
    conversation_id = fields.CharField(max_length=255)
    """Of the channel itself, without `;messageid=`: what is posted there begins a thread."""
    team_id = fields.CharField(max_length=255, null=True)
    """Teams' id of the team that the channel is in; null for a group chat."""
    bot_id = fields.CharField(max_length=255)
    added_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", null=True, on_delete=fields.SET_NULL
    )
    added_by_id: int | None
    added_at = fields.DatetimeField()

    class Meta:
        table = "mailbox_channel"
        indexes = (("organization_id", "conversation_id"),)
