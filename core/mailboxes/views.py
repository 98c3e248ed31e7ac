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
    asked_kind: GrantKind | None
    """Of the newest consent, asked for or given, in force or gone."""
    live_from: datetime | None
    """None: from the beginning."""
    synced_at: datetime | None
    open_threads: int
    unassigned: int
    people: tuple[MailboxPersonView, ...]


@dataclass(frozen=True, slots=True)
class FactView:
    """One of a grant's two facts, in codes."""

    subject: str
    """`mailboxes` or `content`."""
    keeper: str
    """`microsoft` (enforces) or `postroom` (promises)."""
    code: str
    """`only_named`, `all_the_token_opens`, `headers_only`, `bodies_unread`, `bodies_in_flight`."""


@dataclass(frozen=True, slots=True)
class FeatureView:
    """What allowing a feature of a mailbox means."""

    mailbox_id: int
    feature: str
    """`replies`, `write_back` or `bodies`."""
    kind: GrantKind
    allowed: bool
    missing: tuple[str, ...]
    """Rights that Microsoft has yet to give: Exchange roles without `Application`, or scopes."""
    facts: tuple[FactView, ...]
    """As they will be with it."""


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
    facts: tuple[FactView, ...] = ()
    also_reaches: tuple[str, ...] = ()
    """What else the token could open, were it not for Postroom's promise."""
    features: tuple[str, ...] = ()
    """Of its mailbox, that are on: `replies`, `write_back`, `bodies`."""


@dataclass(frozen=True, slots=True)
class ProbeView:
    """What a probe found. `code`: `no_consent`, `waiting`, `passed`, `not_enforced`, `refused`."""

    mailbox_id: int
    code: str
    mailboxes_enforced: bool = False
    content_enforced: bool = False
    reason: str = ""
    """Why not, and so how to put it right: see `core.mailboxes.verdicts.Reason`."""


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
    named: tuple[int, ...] = ()
    """Ids of the members named, in the same order."""


@dataclass(frozen=True, slots=True)
class CallbackOutcome:
    """How a sign-in or an admin consent ended.

    `code` is `granted`, `admin` (an administrator role was shown), `next` (send the browser
    on to `redirect_url`), or says why not: `expired`, `declined`, `failed`, `other_person`,
    `other_tenant`, `scope_refused`, `wider_than_asked`, `no_role`, `has_admin`.
    """

    code: str
    mailbox_id: int | None = None
    redirect_url: str | None = None


@dataclass(frozen=True, slots=True)
class OffboardView:
    mailbox_id: int
    purging: bool
    to_undo: tuple[str, ...]
    """What only a person can take back at Microsoft, in codes."""
