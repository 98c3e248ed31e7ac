"""Check an organization's audit chain: nothing changed, nothing missing, nothing cut off."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.audit.chain import Head, digest_of
from core.audit.models import AuditEntry
from core.keyring import KeyRing

BATCH = 1000


class ChainState(StrEnum):
    SEALED = "sealed"
    UNSEALED = "unsealed"
    """Intact; the newest entries await their seal."""
    BROKEN = "broken"
    """An entry was changed, removed, put in, or sealed with a key that is not ours."""
    TRUNCATED = "truncated"
    """Intact as far as it goes, but it once went further."""


@dataclass(frozen=True, slots=True)
class Verdict:
    state: ChainState
    head: Head
    """The newest entry that was found intact."""
    unsealed: int
    broken_at: int | None = None
    """Number of the first entry that is not as it was sealed."""
    reason: str | None = None
    """What is wrong with it: `gap`, `previous`, `digest`, `mac` or `head`."""


async def verify(organization_id: int, ring: KeyRing, known: Head | None = None) -> Verdict:
    """`known` is a head that was read earlier and kept elsewhere.

    Without it, entries cut off at the end are not missed.
    """
    entries = AuditEntry.filter(organization_id=organization_id)
    unsealed = await entries.filter(number__isnull=True).count()
    head = Head()
    while batch := await entries.filter(number__gt=head.number).order_by("number").limit(BATCH):
        for entry in batch:
            reason = _fault(entry, head, ring, known)
            if reason is not None:
                return Verdict(ChainState.BROKEN, head, unsealed, head.number + 1, reason)
            head = Head(head.number + 1, entry.digest or "")
    if known is not None and head.number < known.number:
        return Verdict(ChainState.TRUNCATED, head, unsealed)
    return Verdict(ChainState.UNSEALED if unsealed else ChainState.SEALED, head, unsealed)


def _fault(entry: AuditEntry, before: Head, ring: KeyRing, known: Head | None) -> str | None:
    number = before.number + 1
    if entry.number != number:
        return "gap"
    if entry.previous != before.digest:
        return "previous"
    digest = digest_of(entry, number, before.digest)
    if entry.digest != digest:
        return "digest"
    if not _is_ours(entry, digest, ring):
        return "mac"
    if known is not None and known.number == number and known.digest != digest:
        return "head"
    return None


def _is_ours(entry: AuditEntry, digest: str, ring: KeyRing) -> bool:
    try:
        mac = bytes.fromhex(entry.mac or "")
    except ValueError:
        return False
    return ring.verify(entry.key_id or "", digest.encode(), mac)
