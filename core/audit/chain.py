"""What a seal covers: the canonical bytes of an entry, chained to the entry before.

Covered are the columns that never change, which hold ids, codes and counts and so stay after
an erasure. The digest is SHA-256 over them, the entry's number and the previous digest; the
MAC is made over the digest with a key of the ring.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256

import orjson

from core.audit.models import AuditEntry

FORMAT = 1
BEFORE_THE_FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Head:
    """The newest sealed entry of an organization. Kept elsewhere, it proves a later cut."""

    number: int = 0
    digest: str = BEFORE_THE_FIRST


def digest_of(entry: AuditEntry, number: int, previous: str) -> str:
    covered = {
        "format": FORMAT,
        "number": number,
        "previous": previous,
        "organization": entry.organization_id,
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "action": entry.action,
        "subject": [entry.subject_kind, entry.subject_id],
        "facts": entry.facts,
    }
    return sha256(orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)).hexdigest()
