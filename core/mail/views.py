"""Threads as cards and lists show them. Times are UTC; texts are decrypted, never stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.mail.models import Priority, ThreadState
from core.threads.views import ThreadLife


@dataclass(frozen=True, slots=True)
class EarlierView:
    """A decision that a later one took the place of."""

    code: str
    member: str | None
    by: str | None
    at: datetime
    rule: tuple[int, int] | None = None
    """(number, version)."""


@dataclass(frozen=True, slots=True)
class WhyView:
    """The newest decision about a thread, in codes and names."""

    code: str
    member: str | None
    by: str | None
    at: datetime
    considered: tuple[tuple[str, int], ...]
    """(name, load at that moment), in the order that decided."""
    skipped: tuple[tuple[str, str], ...]
    """(name, code of why not)."""
    people: tuple[int, ...] = ()
    """Ids of all members named here."""
    counts_effort: bool = False
    """Load is the effort of open threads, not their number."""
    rule: tuple[int, int] | None = None
    """(number, version) of the rule that named whom it goes to."""
    team: str | None = None
    """Of the rule: the pool that it gives to."""
    strategy: str | None = None
    """By which the first of those considered was found."""
    waits_for: str | None = None
    waits_until: datetime | None = None
    """When somebody can be given it again at the earliest, if that is known."""
    earlier: tuple[EarlierView, ...] = ()
    """Decisions before, newest first."""


@dataclass(frozen=True, slots=True)
class ThreadView:
    thread_id: int
    version: int
    mailbox_id: int
    mailbox: str
    """The mailbox's address."""
    subject: str | None
    """None: erased."""
    sender_name: str | None
    sender_address: str | None
    state: ThreadState
    is_history: bool
    received_at: datetime
    last_received_at: datetime | None
    assignee_id: int | None
    assignee: str | None
    assigned_at: datetime | None
    answered_at: datetime | None
    """Newest answer."""
    finished_at: datetime | None
    waiting_reason: str | None
    has_attachments: bool
    message_id: int | None
    """Newest message that still has a source: what "open in Outlook" opens."""
    why: WhyView | None = None
    priority: Priority = Priority.NORMAL
    snoozed_until: datetime | None = None
    merged_into: int | None = None
    """Number of the thread that its messages belong to now."""
    answer_due_at: datetime | None = None
    finish_due_at: datetime | None = None
    life: ThreadLife = field(default_factory=ThreadLife)


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """One line of a list."""

    thread_id: int
    mailbox_id: int
    subject: str | None
    sender_name: str | None
    last_received_at: datetime
    state: ThreadState
    assignee_id: int | None
    assignee: str | None
    waiting_reason: str | None
    priority: Priority = Priority.NORMAL
    due_at: datetime | None = None
    """The nearer of its deadlines."""
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ThreadPage:
    rows: tuple[ThreadRow, ...]
    total: int
    page: int
    """From 1."""
    pages: int
