"""Telling members and admins something, each in 1:1, by way of the outbox."""

from __future__ import annotations

from datetime import datetime

from core.outbox.queue import Outbox
from core.people.models import Member, MemberState


class Notices:
    """Queued in the caller's transaction. `ids` are ids and codes, never text."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def member(
        self, organization_id: int, member_id: int, code: str, at: datetime, **ids: int | str
    ) -> None:
        await self._outbox.tell(
            organization_id,
            "notice",
            {"member_id": member_id, "code": code, **ids},
            order_key=f"member:{member_id}",
            at=at,
        )

    async def admins(self, organization_id: int, code: str, at: datetime, **ids: int | str) -> None:
        """To every admin who can be written to."""
        admins = Member.filter(
            organization_id=organization_id, is_admin=True, state=MemberState.READY
        )
        for admin in await admins.order_by("id").only("id"):
            await self.member(organization_id, admin.id, code, at, **ids)
