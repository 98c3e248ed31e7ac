"""Organizations, their members, and where each member can be reached."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class MemberState(StrEnum):
    """Only `ready` members (the bot is installed for them) are given work."""

    INVITED = "invited"
    READY = "ready"
    UNREACHABLE = "unreachable"
    LEFT = "left"


class Organization(Model):
    """One Microsoft 365 tenant."""

    id = fields.BigIntField(primary_key=True)
    tenant_id = fields.CharField(max_length=36, unique=True)
    wrapped_key = fields.BinaryField(null=True)
    """Data key for what is the organization's own: mailbox addresses, folder names."""
    timezone = fields.CharField(max_length=64, default="UTC", db_default="UTC")
    holidays = fields.CharField(max_length=16, default="", db_default="")
    """Whose public holidays nobody works on, such as `DE-BY`; empty: none."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "organization"


class Member(Model):
    """A person of the organization who works mail with Postroom, or is invited to."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    entra_id = fields.CharField(max_length=36)
    teams_id = fields.CharField(max_length=255, null=True)
    wrapped_key = fields.BinaryField(null=True)
    sealed_name = fields.BinaryField(null=True)
    sealed_address = fields.BinaryField(null=True)
    address_hash = fields.CharField(max_length=32, null=True, db_index=True)
    state = fields.CharEnumField(MemberState, max_length=16, default=MemberState.INVITED)
    is_admin = fields.BooleanField(default=False)
    is_privacy_officer = fields.BooleanField(default=False)
    timezone = fields.CharField(max_length=64, null=True)
    """IANA name; null: the organization's."""
    week = fields.CharField(max_length=255, default="", db_default="")
    """Working hours as `core.people.week` writes them; empty: always at work."""
    holidays = fields.CharField(max_length=16, null=True)
    """Whose public holidays are days off, such as `DE-BY`; null: as the organization."""
    pseudonym = fields.CharField(max_length=16)
    """Random; stands for the person in statistics and outlives them."""
    created_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)

    class Meta:
        table = "member"
        unique_together = (("organization", "entra_id"),)


class Absence(Model):
    """A time in which a member is given nothing. Why they are away is not kept."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "postroom.Member", on_delete=fields.CASCADE
    )
    member_id: int
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    """Null: until they say that they are back."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "absence"
        indexes = (("member_id", "ends_at"),)


class Reference(Model):
    """Where a member's 1:1 conversation is: what a proactive message needs, and no name."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "postroom.Organization", on_delete=fields.RESTRICT
    )
    organization_id: int
    member: fields.OneToOneRelation[Member] = fields.OneToOneField(
        "postroom.Member", on_delete=fields.CASCADE
    )
    member_id: int
    service_url = fields.CharField(max_length=255)
    conversation_id = fields.CharField(max_length=255)
    bot_id = fields.CharField(max_length=255)
    user_id = fields.CharField(max_length=255)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "reference"
