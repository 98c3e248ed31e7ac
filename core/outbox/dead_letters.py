"""What could not be told: listed for an admin, who tries it again or lets it go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput, NotAllowed, NotFound
from core.outbox.kinds import KINDS, Guarantee
from core.outbox.models import OutboxMessage, OutboxState
from core.outbox.queue import Outbox, tell
from core.people.models import Member, MemberState
from core.people.views import Actor
from core.transactions import transaction

MOST_LISTED = 50
NOTICE_DELAY = timedelta(minutes=1)
DEAD_LETTER = "dead_letter"
"""Code of the notice that says there are some."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An outbox message that was given up."""

    outbox_id: int
    kind: str
    error_code: str
    attempts: int
    created_at: datetime
    can_retry: bool
    """False for what may be sent once at most, and perhaps was."""


class DeadLetters:
    def __init__(self, now: Clock, outbox: Outbox) -> None:
        self._now = now
        self._outbox = outbox

    async def dead_letters(self, actor: Actor) -> tuple[DeadLetter, ...]:
        """The newest ones first, 50 at most. Raises NotAllowed."""
        _admins_only(actor)
        rows = (
            await OutboxMessage.filter(
                organization_id=actor.organization_id, state=OutboxState.DEAD
            )
            .order_by("-id")
            .limit(MOST_LISTED)
        )
        return tuple(_view(row) for row in rows)

    async def retry(self, actor: Actor, outbox_id: int) -> None:
        """Have it delivered now. Raises NotAllowed, NotFound, InvalidInput."""
        row = await self._find(actor, outbox_id)
        if not _can_retry(row):
            raise InvalidInput("message", "it may have been sent already")
        async with transaction():
            await self._change(actor, row, OutboxState.DUE, "dead_letter.retried")
            await self._outbox.wake()

    async def discard(self, actor: Actor, outbox_id: int) -> None:
        """Let it go. Raises NotAllowed, NotFound."""
        row = await self._find(actor, outbox_id)
        async with transaction():
            await self._change(actor, row, OutboxState.DONE, "dead_letter.discarded")

    async def _find(self, actor: Actor, outbox_id: int) -> OutboxMessage:
        _admins_only(actor)
        row = await OutboxMessage.get_or_none(
            id=outbox_id, organization_id=actor.organization_id, state=OutboxState.DEAD
        )
        if row is None:
            raise NotFound("dead letter")
        return row

    async def _change(
        self, actor: Actor, row: OutboxMessage, state: OutboxState, action: str
    ) -> None:
        now = self._now()
        changed = await OutboxMessage.filter(id=row.id, state=OutboxState.DEAD).update(
            state=state,
            attempts=0,
            due_at=now,
            done_at=now if state is OutboxState.DONE else None,
            claim=None,
        )
        if not changed:
            raise NotFound("dead letter")
        await record(
            actor.organization_id,
            action,
            actor_id=actor.member_id,
            subject_kind="outbox_message",
            subject_id=row.id,
            at=now,
            facts={"kind": row.kind},
        )


async def tell_of_dead_letters(organization_id: int, at: datetime) -> None:
    """Queue one notice to each admin who can be written to, for all that die in a minute."""
    admins = Member.filter(organization_id=organization_id, is_admin=True, state=MemberState.READY)
    for admin in await admins:
        await tell(
            organization_id,
            "notice",
            {"member_id": admin.id, "code": DEAD_LETTER},
            order_key=f"{DEAD_LETTER}:{admin.id}",
            coalesce_key=f"{DEAD_LETTER}:{admin.id}",
            at=at + NOTICE_DELAY,
        )


def _admins_only(actor: Actor) -> None:
    if not actor.is_admin:
        raise NotAllowed("admin")


def _can_retry(row: OutboxMessage) -> bool:
    kind = KINDS.get(row.kind)
    return kind is not None and kind.guarantee is not Guarantee.AT_MOST_ONCE


def _view(row: OutboxMessage) -> DeadLetter:
    return DeadLetter(
        outbox_id=row.id,
        kind=row.kind,
        error_code=row.error_code or "",
        attempts=row.attempts,
        created_at=row.created_at,
        can_retry=_can_retry(row),
    )
