"""People coming in: organizations and members are made once, and may come back."""

from __future__ import annotations

import secrets
from datetime import datetime

from core.audit.log import record
from core.people.models import Member, MemberState, Organization, Reference
from core.people.views import Conversation


async def ensure_organization(tenant_id: str, at: datetime) -> Organization:
    """The tenant's row, made if it is new; two first arrivals at once make one."""
    await Organization.bulk_create(
        [Organization(tenant_id=tenant_id, created_at=at)], ignore_conflicts=True
    )
    return await Organization.get(tenant_id=tenant_id)


async def ensure_member(organization_id: int, entra_id: str, at: datetime) -> Member:
    """The person's row, invited if it is new or had left, without any right then."""
    new = Member(
        organization_id=organization_id,
        entra_id=entra_id,
        pseudonym=secrets.token_hex(8),
        created_at=at,
    )
    await Member.bulk_create([new], ignore_conflicts=True)
    member = await Member.get(organization_id=organization_id, entra_id=entra_id)
    if member.state is MemberState.LEFT:
        member.state, member.left_at = MemberState.INVITED, None
        await member.save(update_fields=["state", "left_at"])
        await _record(member, "member.returned", at)
    return member


async def make_ready(member: Member, conversation: Conversation, at: datetime) -> bool:
    """Keep where their 1:1 conversation is. Whether they were not ready before."""
    row = Reference(
        organization_id=member.organization_id,
        member_id=member.id,
        service_url=conversation.service_url,
        conversation_id=conversation.conversation_id,
        bot_id=conversation.bot_id,
        user_id=conversation.user_id,
        updated_at=at,
    )
    fresh = ["service_url", "conversation_id", "bot_id", "user_id", "updated_at"]
    await Reference.bulk_create([row], on_conflict=["member_id"], update_fields=fresh)
    waiting = Member.filter(id=member.id).exclude(state=MemberState.READY)
    if not await waiting.update(state=MemberState.READY):
        return False
    member.state = MemberState.READY
    await _record(member, "member.ready", at)
    return True


async def _record(member: Member, action: str, at: datetime) -> None:
    await record(
        member.organization_id,
        action,
        actor_id=member.id,
        subject_kind="member",
        subject_id=member.id,
        at=at,
    )
