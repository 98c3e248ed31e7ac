"""Rows for tests: one async function a row, with believable defaults. Texts are sealed."""

from __future__ import annotations

import itertools
import secrets
from datetime import datetime
from typing import Any

from core.mail.models import Correspondent, Direction, MailMessage, MailThread
from core.mailboxes.models import (
    Folder,
    FolderKind,
    Grant,
    GrantKind,
    Mailbox,
    MailboxMember,
    MailboxState,
)
from core.people.models import Member, MemberState, Organization, Reference
from core.people.views import Actor
from core.sealing import DataKey, Vault
from tests.clock import MONDAY_MORNING

_numbers = itertools.count(1)


def unlike(prefix: str) -> str:
    """A word no other row of this run has."""
    return f"{prefix}-{next(_numbers)}"


def guid() -> str:
    return f"00000000-0000-4000-8000-{next(_numbers):012d}"


async def organization(vault: Vault, at: datetime = MONDAY_MORNING, **more: Any) -> Organization:
    wrapped, _ = vault.new_key()
    return await Organization.create(
        **{"tenant_id": guid(), "wrapped_key": wrapped, "created_at": at} | more
    )


async def member(
    vault: Vault,
    of: Organization,
    name: str = "Ada Lovelace",
    address: str | None = None,
    *,
    state: MemberState = MemberState.READY,
    at: datetime = MONDAY_MORNING,
    **more: Any,
) -> Member:
    wrapped, key = vault.new_key()
    address = address or f"{unlike(name.split()[0].lower())}@contoso.example"
    return await Member.create(
        **{
            "organization_id": of.id,
            "entra_id": guid(),
            "teams_id": unlike("29:user"),
            "wrapped_key": wrapped,
            "sealed_name": key.seal(b"member.name", name),
            "sealed_address": key.seal(b"member.address", address),
            "address_hash": vault.ring.lookup(of.id, "address", address.casefold()),
            "state": state,
            "pseudonym": secrets.token_hex(8),
            "created_at": at,
        }
        | more
    )


async def reference(of: Member, at: datetime = MONDAY_MORNING, **more: Any) -> Reference:
    return await Reference.create(
        **{
            "organization_id": of.organization_id,
            "member_id": of.id,
            "service_url": "https://smba.trafficmanager.net/emea/",
            "conversation_id": unlike("a:conversation"),
            "bot_id": "28:bot",
            "user_id": of.teams_id,
            "updated_at": at,
        }
        | more
    )


async def mailbox(
    vault: Vault,
    of: Organization,
    address: str | None = None,
    *,
    state: MailboxState = MailboxState.ACTIVE,
    at: datetime = MONDAY_MORNING,
    **more: Any,
) -> Mailbox:
    address = address or f"{unlike('help')}@contoso.example"
    sealed = _key(vault, of.wrapped_key).seal(b"organization.mailbox_address", address)
    return await Mailbox.create(
        **{
            "organization_id": of.id,
            "sealed_address": sealed,
            "address_hash": vault.ring.lookup(of.id, "address", address.casefold()),
            "state": state,
            "created_at": at,
        }
        | more
    )


async def works(in_mailbox: Mailbox, person: Member, **more: Any) -> MailboxMember:
    """Make the member a person of the mailbox; `is_lead`, `in_pool` as wished."""
    return await MailboxMember.create(mailbox_id=in_mailbox.id, member_id=person.id, **more)


async def grant(
    of: Mailbox,
    by: Member | None = None,
    *,
    kind: GrantKind = GrantKind.APPLICATION,
    at: datetime = MONDAY_MORNING,
    **more: Any,
) -> Grant:
    return await Grant.create(
        **{
            "organization_id": of.organization_id,
            "mailbox_id": of.id,
            "kind": kind,
            "scopes": "Mail.ReadBasic.All",
            "granted_by_id": by.id if by else None,
            "granted_at": at,
            "created_at": at,
        }
        | more
    )


async def folder(
    vault: Vault,
    of: Mailbox,
    name: str = "Inbox",
    *,
    kind: FolderKind = FolderKind.INBOX,
    **more: Any,
) -> Folder:
    owner = await Organization.get(id=of.organization_id)
    sealed = _key(vault, owner.wrapped_key).seal(b"organization.folder_name", name)
    return await Folder.create(
        **{
            "mailbox_id": of.id,
            "graph_id": unlike("folder"),
            "kind": kind,
            "sealed_name": sealed,
        }
        | more
    )


async def correspondent(
    vault: Vault,
    of: Organization,
    address: str | None = None,
    name: str = "Grace Hopper",
    *,
    at: datetime = MONDAY_MORNING,
    **more: Any,
) -> Correspondent:
    wrapped, key = vault.new_key()
    address = address or f"{unlike('grace')}@customer.example"
    domain = address.rpartition("@")[2].casefold()
    return await Correspondent.create(
        **{
            "organization_id": of.id,
            "address_hash": vault.ring.lookup(of.id, "address", address.casefold()),
            "domain_hash": vault.ring.lookup(of.id, "domain", domain),
            "wrapped_key": wrapped,
            "sealed_address": key.seal(b"correspondent.address", address),
            "sealed_name": key.seal(b"correspondent.name", name),
            "created_at": at,
        }
        | more
    )


async def thread(
    vault: Vault,
    in_mailbox: Mailbox,
    sender: Correspondent,
    subject: str = "The printer is on fire",
    *,
    at: datetime = MONDAY_MORNING,
    **more: Any,
) -> MailThread:
    sealed = _key(vault, sender.wrapped_key).seal(b"thread.subject", subject)
    return await MailThread.create(
        **{
            "organization_id": in_mailbox.organization_id,
            "mailbox_id": in_mailbox.id,
            "conversation_id": unlike("conversation"),
            "correspondent_id": sender.id,
            "sealed_subject": sealed,
            "received_at": at,
            "last_received_at": at,
        }
        | more
    )


async def message(
    vault: Vault,
    in_thread: MailThread,
    in_folder: Folder,
    sender: Correspondent,
    subject: str = "The printer is on fire",
    *,
    at: datetime = MONDAY_MORNING,
    **more: Any,
) -> MailMessage:
    sealed = _key(vault, sender.wrapped_key).seal(b"message.subject", subject)
    return await MailMessage.create(
        **{
            "organization_id": in_thread.organization_id,
            "mailbox_id": in_thread.mailbox_id,
            "thread_id": in_thread.id,
            "folder_id": in_folder.id,
            "graph_id": unlike("message"),
            "direction": Direction.IN,
            "correspondent_id": sender.id,
            "sealed_subject": sealed,
            "received_at": at,
        }
        | more
    )


async def actor(of: Member) -> Actor:
    """The member as they act, with the mailboxes they are a person of."""
    roles = await MailboxMember.filter(member_id=of.id)
    return Actor(
        organization_id=of.organization_id,
        member_id=of.id,
        is_admin=of.is_admin,
        is_privacy_officer=of.is_privacy_officer,
        mailboxes=frozenset(role.mailbox_id for role in roles),
        leads=frozenset(role.mailbox_id for role in roles if role.is_lead),
    )


def _key(vault: Vault, wrapped: bytes | None) -> DataKey:
    key = vault.key(wrapped)
    if key is None:
        raise ValueError("the row's key was destroyed")
    return key
