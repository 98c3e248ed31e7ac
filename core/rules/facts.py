"""What a rule may know about a message when it arrives. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.mail.models import Automatic


@dataclass(frozen=True, slots=True)
class Facts:
    """None means *not known*: a test of it neither holds nor fails."""

    sender: str | None
    """Address alone."""
    recipients: tuple[str, ...] | None
    """Addresses of To and Cc."""
    subject: str | None
    body: str | None
    """Plain text, read in flight and dropped; never stored."""
    has_attachments: bool | None
    importance: str | None
    """Graph's `low`, `normal` or `high`."""
    categories: tuple[str, ...] | None
    received_at: datetime
    in_hours: bool | None
    """Received in the mailbox's business hours."""
    automatic: Automatic
    """`UNKNOWN` is not known."""
    is_first: bool
    """The first message of its thread."""
    unanswered_hours: float | None
    """How long the oldest unanswered message has waited; 0 when nothing waits."""
