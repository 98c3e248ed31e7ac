"""How an instance stands: what waits to be told, what could not be, how old the oldest sync is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.mailboxes.models import Mailbox, MailboxState
from core.outbox.models import OutboxMessage, OutboxState


@dataclass(frozen=True, slots=True)
class Gauges:
    outbox_due: int
    """Outbox messages that wait, also for a time to come."""
    outbox_dead: int
    """Dead letters that nobody has retried."""
    sync_age: float
    """Seconds since the last whole round of the active mailbox that waits longest; 0: none."""


async def read_gauges(now: datetime) -> Gauges:
    active = Mailbox.filter(state=MailboxState.ACTIVE)
    rounds = await active.values_list("synced_at", "created_at")
    return Gauges(
        outbox_due=await OutboxMessage.filter(state=OutboxState.DUE).count(),
        outbox_dead=await OutboxMessage.filter(state=OutboxState.DEAD).count(),
        sync_age=max(((now - (at or begun)).total_seconds() for at, begun in rounds), default=0.0),
    )
