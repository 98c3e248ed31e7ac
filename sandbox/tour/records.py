"""What Postroom's database holds: the tour believes it, not what it did itself."""

from __future__ import annotations

from dataclasses import dataclass

from tortoise.functions import Count, Sum

from core.assignment.models import Decision
from core.mail.models import Direction, MailMessage, MailThread, ThreadState
from core.mailboxes.models import Folder, Mailbox
from core.outbox.models import OutboxMessage, OutboxState
from core.people.models import Member


@dataclass(frozen=True, slots=True)
class Totals:
    mailboxes: int
    messages: int
    """From outside."""
    answers: int
    """From Sent Items."""
    skipped: int
    """Entries of the feed that could not be used."""
    threads: int
    open: int
    assigned: int
    """Open, and somebody has it."""
    waiting: int
    """Open, and nobody has it."""
    done: int
    replies_matched: int
    """Threads whose first answer was found."""


async def totals() -> Totals:
    open_ = MailThread.filter(
        state=ThreadState.OPEN, is_history=False, last_received_at__isnull=False
    )
    skipped = await Folder.all().annotate(n=Sum("skipped")).values_list("n", flat=True)
    return Totals(
        mailboxes=await Mailbox.all().count(),
        messages=await MailMessage.filter(direction=Direction.IN).count(),
        answers=await MailMessage.filter(direction=Direction.OUT).count(),
        skipped=sum(int(str(n or 0)) for n in skipped),
        threads=await MailThread.all().count(),
        open=await open_.count(),
        assigned=await open_.filter(assignee_id__isnull=False).count(),
        waiting=await open_.filter(assignee_id=None).count(),
        done=await MailThread.filter(state=ThreadState.DONE).count(),
        replies_matched=await MailThread.filter(first_answered_at__isnull=False).count(),
    )


async def member_ids() -> dict[str, int]:
    """Entra object id to member id."""
    rows = await Member.all().values_list("entra_id", "id")
    return {str(entra_id): int(str(member_id)) for entra_id, member_id in rows}


async def open_threads() -> dict[int, int]:
    """Member id to the number of open threads they have; those who have none are left out."""
    rows = (
        await MailThread.filter(state=ThreadState.OPEN, assignee_id__isnull=False)
        .annotate(n=Count("id"))
        .group_by("assignee_id")
        .values_list("assignee_id", "n")
    )
    return {int(str(member)): int(str(count)) for member, count in rows}


async def threads_of(member_id: int) -> list[MailThread]:
    """A member's open threads, the one that waits longest first."""
    return await MailThread.filter(assignee_id=member_id, state=ThreadState.OPEN).order_by(
        "last_received_at", "id"
    )


async def thread(thread_id: int) -> MailThread:
    return await MailThread.get(id=thread_id)


async def message(graph_id: str) -> MailMessage | None:
    return await MailMessage.get_or_none(graph_id=graph_id)


async def newest_from_outside(thread_id: int) -> MailMessage | None:
    return (
        await MailMessage.filter(thread_id=thread_id, direction=Direction.IN)
        .order_by("-received_at", "-id")
        .first()
    )


async def last_decision_id() -> int:
    newest = await Decision.all().order_by("-id").first()
    return newest.id if newest else 0


async def decisions_after(decision_id: int) -> list[Decision]:
    """The newest of each thread that was given to somebody since."""
    rows = await Decision.filter(id__gt=decision_id).order_by("id")
    return list({row.thread_id: row for row in rows}.values())


async def all_told() -> bool:
    """Whether the outbox holds nothing that is still to be told."""
    waiting = OutboxMessage.filter(state__in=[OutboxState.DUE, OutboxState.SENDING])
    return not await waiting.exists()


async def dead_letters() -> int:
    return await OutboxMessage.filter(state=OutboxState.DEAD).count()


async def answered_by(thread_id: int) -> int | None:
    """Who of us wrote a thread's newest answer; None where there is none, or it is nobody's."""
    newest = (
        await MailMessage.filter(thread_id=thread_id, direction=Direction.OUT)
        .order_by("-received_at", "-id")
        .first()
    )
    return newest.sender_id if newest else None
