"""Whose rows an actor may touch: their organization's, and what is for admins alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise.expressions import F

from core.errors import InvalidInput, NotAllowed, NotFound
from core.people.models import Member, MemberState, Organization
from core.people.views import Actor


def require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise NotAllowed("admin")


async def member_of(actor: Actor, member_id: int) -> Member:
    """A member of the actor's organization who has not left; NotFound otherwise."""
    member = await Member.get_or_none(id=member_id, organization_id=actor.organization_id)
    if member is None or member.state is MemberState.LEFT:
        raise NotFound("member")
    return member


async def hold(organization_id: int) -> None:
    """Let changes of an organization's people wait for each other until the transaction ends.

    Writing the row takes its lock on every database; nothing in it changes.
    """
    await Organization.filter(id=organization_id).update(created_at=F("created_at"))


async def is_last_admin(member: Member) -> bool:
    """Call under `hold`, or two admins may each find the other."""
    others: Any = Member.filter(organization_id=member.organization_id, is_admin=True)
    others = others.exclude(id=member.id).exclude(state=MemberState.LEFT)
    return member.is_admin and not await others.exists()


def guid(text: str, field: str) -> str:
    """An Entra id in its canonical form; InvalidInput(field) for anything else."""
    try:
        return str(UUID(text))
    except (ValueError, AttributeError):
        raise InvalidInput(field) from None
