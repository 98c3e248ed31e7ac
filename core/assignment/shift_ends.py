"""Whose shift is over, or who is away, while they still have threads to hand back.

A shift end is used once: what somebody takes after it stays theirs until the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.connection import get_connection

from core.assignment.candidates import Target
from core.mail.models import MailThread, ThreadState
from core.mailboxes.models import HandBack, Mailbox, MailboxState
from core.people.availability_rows import load_availability


@dataclass(frozen=True, slots=True)
class Over:
    """One person's shift in one mailbox."""

    mailbox_id: int
    member_id: int
    ended_at: datetime
    """What they were given later is not handed back."""
    targets: tuple[Target, ...]
    """The colleague who gets it if they can; none: the pool."""


async def shifts_over(now: datetime, member_id: int | None = None) -> Sequence[Over]:
    """In mailboxes that hand back; of one member or of all."""
    places = {
        mailbox.id: _targets(mailbox)
        for mailbox in await Mailbox.exclude(hand_back=HandBack.KEEP).exclude(
            state__in=(MailboxState.PAUSED, MailboxState.OFFBOARDED)
        )
    }
    held = MailThread.filter(mailbox_id__in=list(places), state=ThreadState.OPEN)
    held = held.filter(assignee_id__isnull=False)
    if member_id is not None:
        held = held.filter(assignee_id=member_id)
    pairs = await held.distinct().values_list("mailbox_id", "assignee_id") if places else []
    people = {int(str(member)) for _, member in pairs}
    available = await load_availability(get_connection("default"), people)
    ended = {}
    for person, hours in available.items():
        at = hours.shift_end(now) if hours.why_not(now) is not None else None
        if at is not None and at <= now:
            ended[person] = at
    return [
        Over(int(str(place)), int(str(member)), ended[member], places[int(str(place))])
        for place, member in sorted(pairs)
        if member in ended
    ]


def _targets(mailbox: Mailbox) -> tuple[Target, ...]:
    if mailbox.hand_back is HandBack.COLLEAGUE and mailbox.hand_back_to_id is not None:
        return (Target((mailbox.hand_back_to_id,)),)
    return ()
