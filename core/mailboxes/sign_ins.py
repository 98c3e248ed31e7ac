"""Sign-ins under way: found by their `state`, for one member, used once, within ten minutes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from core.clock import Clock
from core.mailboxes.models import SignIn
from core.people.models import Member
from core.sealing import Vault
from core.transactions import transaction

LIFETIME = timedelta(minutes=10)


class Purpose(StrEnum):
    IDENTITY = "identity"
    """Who consents as an admin; the consent itself comes next."""
    ADMIN_CONSENT = "admin_consent"
    DELEGATED = "delegated"
    FEATURE = "feature"
    """The further scope of a feature, for a delegated grant."""
    FIRST_ADMIN = "first_admin"
    """To show an Entra administrator role."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A sign-in taken for its one use."""

    purpose: Purpose
    member: Member
    tenant_id: str
    """Of the organization whose member asked."""
    mailbox_id: int | None
    grant_id: int | None
    flow: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Claimed({self.purpose}, member {self.member.id})"


class SignIns:
    """Flows are stored whole, encrypted; they hold the PKCE verifier and the nonce."""

    def __init__(self, vault: Vault, now: Clock) -> None:
        self._ring = vault.ring
        self._now = now

    async def keep(
        self,
        member: Member,
        purpose: Purpose,
        flow: Mapping[str, Any],
        *,
        mailbox_id: int | None = None,
        grant_id: int | None = None,
    ) -> None:
        """Store a flow under its `state`; the same member's earlier ones for that are void."""
        at = self._now()
        async with transaction():
            earlier = SignIn.filter(member_id=member.id, mailbox_id=mailbox_id, used_at=None)
            await earlier.update(used_at=at, sealed_flow=b"")
            await SignIn.create(
                organization_id=member.organization_id,
                state_hash=_hash(str(flow["state"])),
                member_id=member.id,
                mailbox_id=mailbox_id,
                purpose=purpose,
                sealed_flow=self._ring.encrypt_token(
                    json.dumps({"grant_id": grant_id, "flow": dict(flow)})
                ),
                expires_at=at + LIFETIME,
            )

    async def claim(self, state: str) -> Claimed | None:
        """Take the sign-in for its one use; None if unknown, used, too old or not theirs now."""
        at = self._now()
        row = await SignIn.get_or_none(state_hash=_hash(state)).select_related(
            "member", "organization"
        )
        if row is None:
            return None
        unused = SignIn.filter(id=row.id, used_at=None, expires_at__gt=at)
        if not await unused.update(used_at=at, sealed_flow=b""):
            return None
        stored = json.loads(self._ring.decrypt_token(bytes(row.sealed_flow)))
        return Claimed(
            purpose=Purpose(row.purpose),
            member=row.member,
            tenant_id=row.organization.tenant_id,
            mailbox_id=row.mailbox_id,
            grant_id=stored["grant_id"],
            flow=stored["flow"],
        )


def _hash(state: str) -> str:
    return sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
