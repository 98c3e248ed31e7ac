"""How a bulk change stands: its items counted by outcome, its people and its tag named."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter
from datetime import datetime

from tortoise.functions import Count

from core.assignment.restoring import TO_ANOTHER
from core.clock import Clock
from core.people.directory import Directory
from core.people.models import Organization
from core.people.names import Names
from core.sealing import Vault
from core.threads.bulk_reading import BulkVerb
from core.threads.bulk_views import BulkView
from core.threads.models import BulkChange, BulkItem, BulkState

FIRST = 8
"""Numbers shown."""
DONE, UNDONE, KEPT, UNDONE_BUT = "done", "undone", "kept_", "undone_"
"""Outcomes of an item; else a code of why not. `kept_`: changed, and why it was not undone;
`undone_`: undone, and what became of it where whoever had it could not be given it again."""
_TAG = b"organization.bulk_tag"


class BulkViews:
    def __init__(self, vault: Vault, now: Clock) -> None:
        self._vault = vault
        self._now = now
        self._directory = Directory(Names(vault))

    async def of(self, bulk: BulkChange) -> BulkView:
        items = BulkItem.filter(bulk_id=bulk.id).order_by("id").limit(FIRST)
        counts = await outcomes(bulk.id)
        kept, waiting = _after(counts, KEPT), _after(counts, UNDONE_BUT)
        refused = {
            code: n
            for code, n in counts.items()
            if code not in (DONE, UNDONE) and not code.startswith((KEPT, UNDONE_BUT))
        }
        undone = counts[UNDONE] + sum(waiting.values())
        to_another = waiting.pop(TO_ANOTHER, 0)
        back = undone + sum(kept.values())
        undoing = bulk.state in (BulkState.UNDOING, BulkState.UNDONE)
        to_id, until = bulk.change.get("to"), bulk.change.get("until")
        named = [] if to_id is None else [to_id]
        return BulkView(
            bulk_id=bulk.id,
            verb=BulkVerb(bulk.change["verb"]),
            state=bulk.state,
            total=bulk.total,
            handled=back if undoing else sum(counts.values()),
            changed=counts[DONE] + back,
            first=tuple(int(str(i)) for i in await items.values_list("thread_id", flat=True)),
            refused=_by_number(refused),
            undone=undone,
            waiting=_by_number(waiting),
            to_another=to_another,
            kept=_by_number(kept),
            to=(await self._directory.names(named)).get(to_id or 0),
            to_id=to_id,
            until=datetime.fromisoformat(until) if until else None,
            tag=await opened_tag(self._vault, bulk),
            undo_until=self._undo_until(bulk),
            is_cut=bool(bulk.change.get("cut")),
        )

    def _undo_until(self, bulk: BulkChange) -> datetime | None:
        over = bulk.undo_until is None or bulk.undo_until <= self._now()
        return None if over or bulk.state is not BulkState.DONE else bulk.undo_until


async def outcomes(bulk_id: int) -> Counter[str]:
    """How many items ended how; those that are still to come are left out."""
    rows = (
        await BulkItem.filter(bulk_id=bulk_id, outcome__isnull=False)
        .annotate(n=Count("id"))
        .group_by("outcome")
        .values_list("outcome", "n")
    )
    return Counter({str(outcome): int(str(n)) for outcome, n in rows})


async def sealed_tag(vault: Vault, organization_id: int, name: str) -> str:
    """A tag's name as a bulk change keeps it. It may stand for no tag yet."""
    key = vault.key((await Organization.get(id=organization_id)).wrapped_key)
    return "" if key is None else b64encode(key.seal(_TAG, name)).decode()


async def opened_tag(vault: Vault, bulk: BulkChange) -> str | None:
    """Which tag is set, opened for the moment; None where none is, or the key is gone."""
    sealed = bulk.change.get("tag")
    if not sealed:
        return None
    organization = await Organization.get(id=bulk.organization_id)
    return vault.open(organization.wrapped_key, _TAG, b64decode(sealed))


def _after(counts: Counter[str], prefix: str) -> dict[str, int]:
    """What follows the prefix, and how many."""
    return {code[len(prefix) :]: n for code, n in counts.items() if code.startswith(prefix)}


def _by_number(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
