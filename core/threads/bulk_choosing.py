"""Which threads a bulk change is about: those that match and that the actor may change."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q

from core.mail.models import MailThread, ThreadState
from core.mailboxes.models import MailboxState
from core.people.views import Actor
from core.sealing import Vault
from core.threads.bulk_reading import BulkVerb
from core.threads.bulk_views import BulkOrder
from core.threads.tags import name_hash

MOST = 10_000
"""Threads of one change."""

_ALIVE = (ThreadState.OPEN, ThreadState.SNOOZED)


async def choose(actor: Actor, order: BulkOrder, vault: Vault, now: datetime) -> list[int]:
    """Ids, the one that waits longest first; one more than MOST where there are more.

    Senders and tags are found by their keyed hashes: nothing is decrypted.
    """
    places = actor.mailboxes
    if order.mailbox_id is not None:
        places = places & {order.mailbox_id}
    if not places:
        return []
    found = MailThread.filter(
        Q(assignee_id=None) | Q(assignee_id=actor.member_id) | Q(mailbox_id__in=actor.leads),
        _suited(order),
        **_conditions(actor, order, vault, now),
        organization_id=actor.organization_id,
        mailbox_id__in=places,
        is_history=False,
        last_received_at__isnull=False,
        merged_into_id=None,
    ).exclude(mailbox__state=MailboxState.OFFBOARDED)
    if order.tagged is not None:
        found = found.filter(
            thread_tags__tag__name_hash=name_hash(vault, actor.organization_id, order.tagged)
        )
    ids = (
        await found.order_by("last_received_at", "id").limit(MOST + 1).values_list("id", flat=True)
    )
    return [int(str(thread_id)) for thread_id in ids]


def _suited(order: BulkOrder) -> Q:
    """Threads for which the change means something."""
    match order.verb:
        case BulkVerb.ASSIGN:
            other = Q(assignee_id=None) | ~Q(assignee_id=order.to_id)
            return Q(state=ThreadState.OPEN) & other
        case BulkVerb.RELEASE:
            return Q(state__in=_ALIVE, assignee_id__isnull=False)
        case BulkVerb.SNOOZE:
            return Q(state=ThreadState.OPEN)
        case BulkVerb.DONE | BulkVerb.TAG:
            return Q(state__in=_ALIVE)


def _conditions(actor: Actor, order: BulkOrder, vault: Vault, now: datetime) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if order.unassigned:
        wanted["assignee_id"] = None
    elif order.person_id is not None:
        wanted["assignee_id"] = order.person_id
    if order.older_than_hours is not None:
        wanted["last_received_at__lte"] = now - timedelta(hours=order.older_than_hours)
    if order.sender is not None:
        kind = "domain" if order.sender.startswith("@") else "address"
        text = order.sender.removeprefix("@")
        digest = vault.ring.lookup(actor.organization_id, kind, text)
        wanted[f"correspondent__{kind}_hash"] = digest
    return wanted
