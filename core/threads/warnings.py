"""Warnings of deadlines: the assignee while there is time, the leads when it is late, once each.

Off in a mailbox until an answer has been seen in its Sent Items: where the tenant keeps no
copies of sent mail there, every thread would look unanswered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from core.threads.deadlines import Aim, Deadlines, aim_for, warn_within
from core.threads.due import aims_of
from core.threads.models import Target, TargetKind, TargetWarning, WarningStage
from core.threads.tags import tags_of_threads
from core.transactions import transaction

TOO_LATE = timedelta(days=2)
"""A deadline that passed so long ago is shown, but no longer warned of."""
MOST_AT_ONCE = 3
"""Late threads of a mailbox of which somebody hears one by one in a run; of more, as a list."""
BATCH = 200

_COLUMN = {TargetKind.ANSWER: "answer_due_at", TargetKind.FINISH: "finish_due_at"}


@dataclass(frozen=True, slots=True)
class _Mailbox:
    connection: BaseDBAsyncClient
    id: int
    leads: tuple[int, ...]
    now: datetime
    late: dict[int, list[tuple[MailThread, str]]] = field(default_factory=dict)
    """By member, the late threads of which they are to hear, each with its news."""


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
            await self._tell_late(place)

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
                if await _is_first(place, thread, kind, WarningStage.BEFORE):
                    for member_id in to:
                        await self._tell(place, thread, member_id, f"{kind}_before")

    async def _after(self, place: _Mailbox, kind: TargetKind) -> None:
        """To the leads; to whoever has it where there is no lead."""
        since = place.now - TOO_LATE
        for thread in await _due(place, kind, WarningStage.AFTER, since, place.now):
            to = place.leads or ((thread.assignee_id,) if thread.assignee_id is not None else ())
            if await _is_first(place, thread, kind, WarningStage.AFTER):
                for member_id in to:
                    place.late.setdefault(member_id, []).append((thread, f"{kind}_after"))

    async def _tell_late(self, place: _Mailbox) -> None:
        for member_id, late in place.late.items():
            if len(late) <= MOST_AT_ONCE:
                for thread, code in late:
                    await self._tell(place, thread, member_id, code)
            else:
                await self._outbox.tell(
                    late[0][0].organization_id,
                    "overdue_notice",
                    {"member_id": member_id, "mailbox_id": place.id},
                    order_key=f"overdue:{member_id}",
                    at=place.now,
                )

    async def _tell(self, place: _Mailbox, thread: MailThread, member_id: int, code: str) -> None:
        await self._outbox.tell(
            thread.organization_id,
            "thread_news",
            {"member_id": member_id, "thread_id": thread.id, "code": code},
            order_key=f"thread:{thread.id}",
            at=place.now,
        )


async def count_as_warned(changed: Mapping[int, Deadlines], now: datetime) -> None:
    """Take those of these new deadlines, by thread id, that are past as warned of already."""
    past = [
        TargetWarning(
            thread_id=thread_id, kind=kind, stage=WarningStage.AFTER, due_at=due_at, at=now
        )
        for thread_id, due in changed.items()
        for kind, due_at in ((TargetKind.ANSWER, due.answer), (TargetKind.FINISH, due.finish))
        if due_at is not None and due_at <= now
    ]
    await TargetWarning.bulk_create(past, ignore_conflicts=True)


async def _is_first(
    place: _Mailbox, thread: MailThread, kind: TargetKind, stage: WarningStage
) -> bool:
    """Whether this warning was not given yet; it is from now on."""
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
    return given is not None


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
