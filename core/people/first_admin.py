"""The first admin: whoever shows an Entra administrator role, while nobody else can act."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime

from core.audit.log import record
from core.people.models import Member, MemberState
from core.people.scope import hold
from core.transactions import transaction

ADMINISTRATOR_ROLES = frozenset(
    {
        "62e90394-69f5-4237-9190-012177145e10",  # Global Administrator
        "e8611ab8-c189-46e8-94e1-60213ab1f814",  # Privileged Role Administrator
        "29232cdf-9323-42fd-ade2-1d097af3e4de",  # Exchange Administrator
    }
)
"""Role template ids as they stand in an id token's `wids`, the same in every tenant."""


async def make_first_admin(member: Member, role_ids: AbstractSet[str], at: datetime) -> str | None:
    """Make the member an admin; None, or the code of why not: `no_role`, `has_admin`.

    An admin who cannot be reached does not count: else an organization whose only admin
    is gone could never be run again.
    """
    if not ADMINISTRATOR_ROLES & {role.casefold() for role in role_ids}:
        return "no_role"
    async with transaction():
        await hold(member.organization_id)
        admins = Member.filter(
            organization_id=member.organization_id, is_admin=True, state=MemberState.READY
        )
        if await admins.exclude(id=member.id).exists():
            return "has_admin"
        if await Member.filter(id=member.id, is_admin=False).update(is_admin=True):
            await record(
                member.organization_id,
                "member.admin_by_entra_role",
                actor_id=member.id,
                subject_kind="member",
                subject_id=member.id,
                at=at,
            )
    return None
