"""Queue what the world must be told, in the same transaction as the change itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.outbox.models import OutboxMessage
from core.ports import JobQueue
from core.transactions import after_commit


async def tell(
    organization_id: int,
    kind: str,
    facts: dict[str, Any],
    *,
    order_key: str,
    at: datetime,
    coalesce_key: str | None = None,
) -> None:
    """Queue one effect. `facts` holds ids and codes, never text.

    With a `coalesce_key`, nothing is added while a row with that key is still due; that row is
    locked until our transaction ends, so it is not delivered as things were before our change.
    It is delivered by the next sweep; `Outbox.tell` also wakes the delivery.
    """
    row = OutboxMessage(
        organization_id=organization_id,
        kind=kind,
        order_key=order_key,
        coalesce_key=coalesce_key,
        facts=facts,
        due_at=at,
        created_at=at,
    )
    if coalesce_key is None:
        await row.save()
    else:
        await OutboxMessage.bulk_create(
            [row], on_conflict=["coalesce_key"], update_fields=["coalesce_key"]
        )


class Outbox:
    """Adds rows and wakes the delivery once they are committed."""

    def __init__(self, jobs: JobQueue) -> None:
        self._jobs = jobs

    async def tell(
        self,
        organization_id: int,
        kind: str,
        facts: dict[str, Any],
        *,
        order_key: str,
        at: datetime,
        coalesce_key: str | None = None,
    ) -> None:
        """Queue one effect as `tell` does, and have it delivered after the commit."""
        await tell(
            organization_id,
            kind,
            facts,
            order_key=order_key,
            at=at,
            coalesce_key=coalesce_key,
        )
        await self.wake()

    async def tell_progress(
        self, organization_id: int, mailbox_id: int, member_id: int, *, at: datetime
    ) -> None:
        """Have the first sync's progress card drawn again for who onboarded the mailbox."""
        await self.tell(
            organization_id,
            "progress",
            {"mailbox_id": mailbox_id, "member_id": member_id},
            order_key=f"mailbox:{mailbox_id}",
            coalesce_key=f"progress:{mailbox_id}:{member_id}",
            at=at,
        )

    async def redraw(self, organization_id: int, thread_id: int, *, at: datetime) -> None:
        """Have every posted card that shows the thread drawn again."""
        await self.tell(
            organization_id,
            "thread_card",
            {"thread_id": thread_id},
            order_key=f"thread:{thread_id}",
            coalesce_key=f"thread_card:{thread_id}",
            at=at,
        )

    async def wake(self) -> None:
        """Have what is due delivered, after the open transaction commits."""
        await after_commit(self._defer)

    async def _defer(self) -> None:
        await self._jobs.defer("deliver_outbox", queueing_lock="outbox")
