"""What a mailbox holds: addresses, messages, and mail that is about to be made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox in a header. Either part may be empty; the case is the sender's."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Headers:
    """What Exchange keeps of a message's header. Absent headers are None or empty."""

    subject: str
    from_: Address | None
    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    date: datetime | None
    """In UTC; None where the header is missing or makes no sense."""
    message_id: str | None
    references: tuple[str, ...]
    """Message ids of References and In-Reply-To, oldest first."""
    importance: str
    has_attachments: bool


@dataclass(frozen=True, slots=True)
class Content:
    """A body and the headers that only a full read shows."""

    content_type: str
    """`text` or `html`."""
    text: str
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[tuple[str, str, int], ...] = ()
    """(name, media type, size in bytes)."""


@dataclass(slots=True)
class Message:
    """A message in a mailbox, without its body. Moments are in UTC."""

    number: int
    """Its place in the mailbox for good: the immutable id is made of it."""
    folder: int
    generation: int
    """How often it has moved: the mutable id is made of it and the number."""
    version: int
    """How often it has changed: the change key is made of it."""
    conversation: int
    """The number of the conversation's first message."""
    depth: int
    """Replies between it and the first message."""
    internet_message_id: str
    references: tuple[str, ...]
    subject: str
    from_: Address | None
    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    created_at: datetime
    sent_at: datetime
    received_at: datetime
    modified_at: datetime
    importance: str = "normal"
    has_attachments: bool = False
    is_read: bool = False
    is_draft: bool = False
    flag: str = "notFlagged"
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewMail:
    """Mail to be made in the sandbox: sent through Graph, or arriving from outside."""

    subject: str = ""
    text: str = ""
    content_type: str = "text"
    from_: Address | None = None
    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    message_id: str | None = None
    references: tuple[str, ...] = ()
    importance: str = "normal"
    categories: tuple[str, ...] = ()
    attachments: tuple[tuple[str, str, int], ...] = ()
