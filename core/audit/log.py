"""Append audit entries. They are sealed afterwards, so writers never wait for the chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.audit.models import AuditEntry


async def record(
    organization_id: int,
    action: str,
    *,
    actor_id: int | None,
    subject_kind: str,
    subject_id: int | None,
    at: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    """Append an entry inside the caller's transaction. `facts` holds ids, codes and counts."""
    await AuditEntry.create(
        organization_id=organization_id,
        at=at,
        actor_id=actor_id,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        facts=facts or {},
    )
