"""What is read out of a message's headers before they are folded. No I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from core.graph.messages import MessageHeader
from core.mail.models import Automatic

ID_LIMIT = 255
"""Characters; Graph's ids have about 150."""


def newest(present: Sequence[MessageHeader]) -> dict[str, MessageHeader]:
    """By id, drafts left out; of several rows for one message the newest counts."""
    headers: dict[str, MessageHeader] = {}
    for header in present:
        if header.is_draft or len(header.id) > ID_LIMIT:
            continue
        other = headers.get(header.id)
        if other is None or _changed_at(header) >= _changed_at(other):
            headers[header.id] = header
    return headers


def _changed_at(header: MessageHeader) -> float:
    return header.modified_at.timestamp() if header.modified_at else 0.0


def arrival(header: MessageHeader, now: datetime) -> datetime:
    return header.received_at or header.sent_at or header.modified_at or now


def conversation_of(header: MessageHeader) -> str:
    name = header.conversation_id or f"message {header.id}"
    return name if len(name) <= ID_LIMIT else hashlib.sha256(name.encode()).hexdigest()


def automatic_of(header: MessageHeader) -> Automatic:
    return Automatic(header.automatic.value) if header.automatic else Automatic.UNKNOWN
