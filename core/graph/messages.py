"""Graph's JSON of a message → the headers Postroom keeps. Nothing else survives this page.

A body, a preview or an attachment that an answer might carry is never read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.graph.automatic import Automatic, read_automatic

SELECT = (
    "id,parentFolderId,conversationId,internetMessageId,subject,from,sender,toRecipients,"
    "ccRecipients,receivedDateTime,sentDateTime,isRead,isDraft,hasAttachments,importance,"
    "categories,flag,webLink,lastModifiedDateTime,changeKey,internetMessageHeaders"
)
"""The properties asked for, on every request for messages. No body, in any form."""

SUBJECT_LIMIT = 1_000
NAME_LIMIT = 256
ADDRESS_LIMIT = 320
ID_LIMIT = 1_024
RECIPIENT_LIMIT = 500
"""How many recipients of each kind are kept; a message may have ten thousand."""

_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
"""Control characters, and halves of surrogate pairs, which no database takes."""


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Somebody on a message; `address` is lower case."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class MessageHeader:
    """A message, as far as an answer told it.

    A delta query may leave out what has not changed: `fields` names what was present. What
    is not in it is unknown; what is in it and None is empty. Moments are in UTC.
    """

    id: str
    fields: frozenset[str]
    folder_id: str | None = None
    conversation_id: str | None = None
    internet_message_id: str | None = None
    subject: str | None = None
    from_: Address | None = None
    sender: Address | None = None
    to: tuple[Address, ...] | None = None
    cc: tuple[Address, ...] | None = None
    received_at: datetime | None = None
    sent_at: datetime | None = None
    is_read: bool | None = None
    is_draft: bool | None = None
    has_attachments: bool | None = None
    importance: str | None = None
    categories: tuple[str, ...] | None = None
    flag: str | None = None
    """`notFlagged`, `flagged` or `complete`."""
    web_link: str | None = None
    modified_at: datetime | None = None
    change_key: str | None = None
    automatic: Automatic | None = None
    """Absent where the server withholds the internet headers."""

    def has(self, field: str) -> bool:
        return field in self.fields

    def __repr__(self) -> str:
        return f"MessageHeader({len(self.fields)} fields)"


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that cannot be used: `not_an_object`, `no_id` or `id_too_long`."""

    reason: str


def read_message(raw: object) -> MessageHeader | Skipped:
    """Read one message. Never raises: a field of an unusable type counts as absent."""
    if not isinstance(raw, dict):
        return Skipped("not_an_object")
    message_id = raw.get("id")
    if not isinstance(message_id, str) or not message_id:
        return Skipped("no_id")
    if len(message_id) > ID_LIMIT:
        return Skipped("id_too_long")
    values: dict[str, Any] = {}
    for key, value in raw.items():
        reader = _READERS.get(key)
        if reader is None:
            continue
        field, read = reader
        usable = None if value is None else read(value)
        if usable is not None or value is None or field in _EMPTY_IF_UNUSABLE:
            values[field] = usable
    return MessageHeader(id=message_id, fields=frozenset(values), **values)


def read_moment(value: object) -> datetime | None:
    """An ISO 8601 moment in UTC; without an offset it is taken as UTC, as Graph means it."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is UTC:
            return moment
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_address(value: object) -> Address | None:
    """A recipient; None unless there is an address that mail can be sent to."""
    inner = value.get("emailAddress") if isinstance(value, dict) else None
    if not isinstance(inner, dict):
        return None
    address, name = inner.get("address"), inner.get("name")
    if not isinstance(address, str):
        return None
    address = address.strip().strip("<>").lower()
    if "@" not in address or len(address) > ADDRESS_LIMIT or not address.isprintable():
        return None
    return Address(address, _text(name, NAME_LIMIT) or "")


def _text(value: object, limit: int) -> str | None:
    if not isinstance(value, str):
        return None
    value = value[:limit]
    return value if value.isprintable() else _UNSTORABLE.sub(" ", value)


def _short_text(value: object) -> str | None:
    return _text(value, NAME_LIMIT)


def _subject(value: object) -> str | None:
    return _text(value, SUBJECT_LIMIT)


def _identifier(value: object) -> str | None:
    return _text(value, ID_LIMIT)


def _link(value: object) -> str | None:
    """A link that was cut is none."""
    return value if isinstance(value, str) and value.isprintable() and len(value) < 4_096 else None


def _flag(value: object) -> str | None:
    return _short_text(value.get("flagStatus")) if isinstance(value, dict) else None


def _yes_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _addresses(value: object) -> tuple[Address, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(
        address for entry in value[:RECIPIENT_LIMIT] if (address := read_address(entry)) is not None
    )


def _categories(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(name for entry in value[:100] if (name := _short_text(entry)))


_EMPTY_IF_UNUSABLE = {"from_", "sender"}
"""An address that cannot be used is the same as no address."""

_READERS: dict[str, tuple[str, Callable[[object], Any]]] = {
    "parentFolderId": ("folder_id", _identifier),
    "conversationId": ("conversation_id", _identifier),
    "internetMessageId": ("internet_message_id", _identifier),
    "subject": ("subject", _subject),
    "from": ("from_", read_address),
    "sender": ("sender", read_address),
    "toRecipients": ("to", _addresses),
    "ccRecipients": ("cc", _addresses),
    "receivedDateTime": ("received_at", read_moment),
    "sentDateTime": ("sent_at", read_moment),
    "isRead": ("is_read", _yes_no),
    "isDraft": ("is_draft", _yes_no),
    "hasAttachments": ("has_attachments", _yes_no),
    "importance": ("importance", _short_text),
    "categories": ("categories", _categories),
    "flag": ("flag", _flag),
    "webLink": ("web_link", _link),
    "lastModifiedDateTime": ("modified_at", read_moment),
    "changeKey": ("change_key", _short_text),
    "internetMessageHeaders": ("automatic", read_automatic),
}
