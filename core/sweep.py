"""Find work that is due but has no job: after a crash, a lost timer or a full queue.

Everything that must happen stands in a row; jobs only hurry it along. The sweep queues a job
for each such row, and queueing locks make the ones that had a job already do nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from tortoise.expressions import Q

from core.assignment.choices import PULL, TRIED_AGAIN
from core.audit.models import AuditEntry
from core.clock import Clock
from core.mail.models import MailThread, ThreadState
from core.mailboxes.models import Mailbox, MailboxState, Strategy
from core.mailboxes.schedule import sync_soon
from core.outbox.models import OutboxMessage, OutboxState
from core.ports import JobQueue


class Sweep:
    def __init__(
        self,
        jobs: JobQueue,
        now: Clock,
        *,
        due_probes: Callable[[], Awaitable[Collection[int]]],
        forget_old: Collection[Callable[[], Awaitable[None]]],
        go_on: Collection[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """`forget_old` drop rows that have served; `go_on` queue or end what was cut off."""
        self._jobs = jobs
        self._now = now
        self._due_probes = due_probes
        self._forget_old = forget_old
        self._go_on = go_on

    async def sync_mailboxes(self) -> None:
        """Queue a round for every mailbox under work: the `sync_mailboxes` timer."""
        for mailbox_id in await _ids(Mailbox.filter(state=MailboxState.ACTIVE)):
            await sync_soon(self._jobs, mailbox_id)

    async def run(self) -> None:
        """The `sweep` timer."""
        await self._outbox()
        await self._probes()
        await self._waiting()
        await self._purges()
        await self._audit()
        for queue in self._go_on:
            await queue()
        for forget in self._forget_old:
            await forget()

    async def _outbox(self) -> None:
        now = self._now()
        due = Q(state=OutboxState.DUE, due_at__lte=now)
        stalled = Q(state=OutboxState.SENDING, claimed_until__lte=now)
        if await OutboxMessage.filter(due | stalled).exists():
            await self._jobs.defer("deliver_outbox", queueing_lock="outbox")

    async def _probes(self) -> None:
        for mailbox_id in await self._due_probes():
            await self._defer("probe_mailbox", mailbox_id, "probe", alone=True)

    async def _waiting(self) -> None:
        left_from_pull = Q(waiting_reason=PULL) & ~Q(mailbox__strategy=Strategy.PULL)
        waiting = MailThread.filter(
            Q(waiting_reason__in=TRIED_AGAIN) | left_from_pull,
            state=ThreadState.OPEN,
            assignee_id=None,
            is_history=False,
            mailbox__state=MailboxState.ACTIVE,
        )
        for mailbox_id in set(await waiting.distinct().values_list("mailbox_id", flat=True)):
            await self._defer("assign_waiting", int(str(mailbox_id)), "assign")

    async def _purges(self) -> None:
        """An offboarded mailbox without an address is to be purged."""
        left = Mailbox.filter(state=MailboxState.OFFBOARDED, sealed_address=None)
        for mailbox_id in await _ids(left):
            await self._defer("purge_mailbox", mailbox_id, "purge_mailbox", alone=True)

    async def _audit(self) -> None:
        unsealed = AuditEntry.filter(number=None).distinct()
        for organization_id in await unsealed.values_list("organization_id", flat=True):
            await self._jobs.defer(
                "seal_audit",
                {"organization_id": int(str(organization_id))},
                lock=f"audit:{organization_id}",
                queueing_lock=f"audit:{organization_id}",
            )

    async def _defer(self, task: str, mailbox_id: int, name: str, *, alone: bool = False) -> None:
        await self._jobs.defer(
            task,
            {"mailbox_id": mailbox_id},
            lock=f"mailbox:{mailbox_id}" if alone else None,
            queueing_lock=f"{name}:{mailbox_id}",
        )


async def _ids(mailboxes: object) -> list[int]:
    return [int(str(row)) for row in await mailboxes.values_list("id", flat=True)]  # type: ignore[attr-defined]
