"""Queue what the world must be told, in the same transaction as the change itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.outbox.models import OutboxMessage


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

    With a `coalesce_key`, nothing is added while a row with that key is still due.
    """
    if coalesce_key is not None and await OutboxMessage.exists(coalesce_key=coalesce_key):
        return
    await OutboxMessage.create(
        organization_id=organization_id,
        kind=kind,
        order_key=order_key,
        coalesce_key=coalesce_key,
        facts=facts,
        due_at=at,
        created_at=at,
    )
