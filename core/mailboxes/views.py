"""Mailboxes, their consents and their first sync as cards show them. Texts are decrypted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.mailboxes.models import FolderKind, GrantKind, MailboxState, Strategy


@dataclass(frozen=True, slots=True)
class MailboxPersonView:
    """Somebody who works a mailbox."""

    member_id: int
    name: str
    is_lead: bool
    is_ready: bool


@dataclass(frozen=True, slots=True)
class MailboxView:
    mailbox_id: int
    address: str
    state: MailboxState
    strategy: Strategy
    kind: GrantKind | None
    """Of the grant in force; None: no consent yet, or it is gone."""
    live_from: datetime | None
    """None: from the beginning."""
    synced_at: datetime | None
    open_threads: int
    unassigned: int
    people: tuple[MailboxPersonView, ...]


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One line of the consent ledger."""

    mailbox_id: int
    mailbox: str
    kind: GrantKind
    scopes: tuple[str, ...]
    mailboxes_enforced: bool
    """Microsoft, not only Postroom, keeps us out of other mailboxes."""
    content_enforced: bool
    """Microsoft, not only Postroom, keeps bodies from us."""
    granted_by: str | None
    granted_at: datetime | None
    probed_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProbeView:
    """What a probe found. `code`: `no_consent`, `waiting`, `passed`, `not_enforced`, `refused`."""

    mailbox_id: int
    code: str
    mailboxes_enforced: bool
    content_enforced: bool


@dataclass(frozen=True, slots=True)
class FolderView:
    folder_id: int
    name: str
    kind: FolderKind
    followed: bool


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How far the first sync of a mailbox is."""

    mailbox_id: int
    mailbox: str
    folders_done: int
    folders: int
    messages: int
    skipped: int
    threads: int
    assigned: int
    waiting: int
    is_finished: bool
    people: tuple[tuple[str, int], ...]
    """(name, open threads)."""


@dataclass(frozen=True, slots=True)
class CallbackOutcome:
    """How a sign-in or an admin consent ended. `code` is `granted` or says why not."""

    code: str
    mailbox_id: int | None = None
