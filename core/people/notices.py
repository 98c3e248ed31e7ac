"""Telling an organization's admins, each in 1:1, by way of the outbox."""

from __future__ import annotations

from datetime import datetime

from core.outbox.queue import tell
from core.people.models import Member, MemberState


async def tell_member(
    organization_id: int, member_id: int, code: str, at: datetime, **ids: int | str
) -> None:
    """Queue a notice in the caller's transaction. `ids` are ids and codes."""
    await tell(
        organization_id,
        "notice",
        {"member_id": member_id, "code": code, **ids},
        order_key=f"member:{member_id}",
        at=at,
    )


async def tell_admins(organization_id: int, code: str, at: datetime, **ids: int | str) -> None:
    """The same to every admin who can be written to."""
    admins = await Member.filter(
        organization_id=organization_id, is_admin=True, state=MemberState.READY
    ).values_list("id", flat=True)
    for member_id in admins:
        await tell_member(organization_id, int(str(member_id)), code, at, **ids)
