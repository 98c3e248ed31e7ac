"""Warnings of deadlines: the assignee while there is time, the leads when it is late, once each.

Off in a mailbox until an answer has been seen in its Sent Items: where the tenant keeps no
copies of sent mail there, every thread would look unanswered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from core.clock import Clock
from core.mail.models import MailThread, Priority, ThreadState
from core.mail.rows import insert_new
from core.mailboxes.business_hours import load_business_clock
from core.mailboxes.models import MailboxMember, MailboxState
from core.outbox.queue import Outbox
from core.people.models import MemberState
from core.threads.deadlines import Aim, aim_for, warn_within
from core.threads.due import aims_of
from core.threads.models import Target, TargetKind, TargetWarning, WarningStage
from core.threads.tags import tags_of_threads
from core.transactions import transaction

TOO_LATE = timedelta(days=2)
"""A deadline that passed so long ago is shown, but no longer warned of."""
BATCH = 200

_COLUMN = {TargetKind.ANSWER: "answer_due_at", TargetKind.FINISH: "finish_due_at"}


@dataclass(frozen=True, slots=True)
class _Mailbox:
    connection: BaseDBAsyncClient
    id: int
    leads: tuple[int, ...]
    now: datetime


class Warnings:
    def __init__(self, outbox: Outbox, now: Clock) -> None:
        self._outbox = outbox
        self._now = now

    async def run(self) -> None:
        """Give every warning that is due: the `warn_of_deadlines` timer."""
        places: Any = Target.filter(
            mailbox__state=MailboxState.ACTIVE, mailbox__answers_seen=True
        ).distinct()
        for mailbox_id in await places.values_list("mailbox_id", flat=True):
            await self._warn(int(str(mailbox_id)))

    async def _warn(self, mailbox_id: int) -> None:
        now = self._now()
        async with transaction() as connection:
            leads = await MailboxMember.filter(
                mailbox_id=mailbox_id, is_lead=True, member__state=MemberState.READY
            ).values_list("member_id", flat=True)
            place = _Mailbox(connection, mailbox_id, tuple(int(str(i)) for i in leads), now)
            aims = await aims_of(connection, mailbox_id)
            for kind in TargetKind:
                await self._before(place, kind, [aim for aim in aims if aim.kind is kind])
                await self._after(place, kind)

    async def _before(self, place: _Mailbox, kind: TargetKind, aims: list[Aim]) -> None:
        """To whoever has it; to the leads where nobody has."""
        if not aims:
            return
        clock = await load_business_clock(place.connection, place.id)
        furthest = clock.add(place.now, max(map(warn_within, aims)))
        threads = await _due(place, kind, WarningStage.BEFORE, place.now, furthest)
        tags = await tags_of_threads(place.connection, [thread.id for thread in threads])
        for thread in threads:
            own = tags.get(thread.id, frozenset())
            aim = aim_for(aims, kind, own, Priority(thread.priority))
            due_at = getattr(thread, _COLUMN[kind])
            if aim and clock.add(place.now, warn_within(aim)) >= due_at:
                to = (thread.assignee_id,) if thread.assignee_id is not None else place.leads
                await self._give(place, thread, kind, WarningStage.BEFORE, to)

    async def _after(self, place: _Mailbox, kind: TargetKind) -> None:
        """To the leads; to whoever has it where there is no lead."""
        since = place.now - TOO_LATE
        for thread in await _due(place, kind, WarningStage.AFTER, since, place.now):
            to = place.leads or ((thread.assignee_id,) if thread.assignee_id is not None else ())
            await self._give(place, thread, kind, WarningStage.AFTER, to)

    async def _give(
        self,
        place: _Mailbox,
        thread: MailThread,
        kind: TargetKind,
        stage: WarningStage,
        to: Iterable[int],
    ) -> None:
        given = await insert_new(
            place.connection,
            "target_warning",
            {
                "thread_id": thread.id,
                "kind": kind.value,
                "stage": stage.value,
                "due_at": getattr(thread, _COLUMN[kind]),
                "at": place.now,
            },
            ("thread_id", "kind", "stage", "due_at"),
        )
        if given is None:
            return
        for member_id in to:
            await self._outbox.tell(
                thread.organization_id,
                "thread_news",
                {"member_id": member_id, "thread_id": thread.id, "code": f"{kind}_{stage}"},
                order_key=f"thread:{thread.id}",
                at=place.now,
            )


async def _due(
    place: _Mailbox, kind: TargetKind, stage: WarningStage, after: datetime, until: datetime
) -> list[MailThread]:
    """Threads whose deadline lies in between and was not warned of yet, the nearest first."""
    column = _COLUMN[kind]
    threads = (
        await MailThread.filter(
            **{f"{column}__gt": after, f"{column}__lte": until}, mailbox_id=place.id
        )
        .exclude(state=ThreadState.DONE)
        .order_by(column, "id")
    )
    known: set[tuple[int, datetime]] = set()
    for start in range(0, len(threads), BATCH):
        ids = [thread.id for thread in threads[start : start + BATCH]]
        given = TargetWarning.filter(thread_id__in=ids, kind=kind, stage=stage)
        known |= {(row.thread_id, row.due_at) for row in await given}
    return [t for t in threads if (t.id, getattr(t, column)) not in known]
