"""Set the deadlines of threads anew, whenever something changes what they depend on."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from core.mail.models import EventKind, Priority, ThreadState
from core.mail.moments import moment, some_moment
from core.mail.rows import Row, select, update, worded
from core.mailboxes.business_hours import load_business_clock
from core.ports import JobQueue
from core.threads.deadlines import Aim, Deadlines, Happened, Standing, deadlines
from core.threads.models import TargetKind
from core.threads.tags import tags_of_threads

_AIMS = "SELECT kind, minutes, tag_id, priority FROM target WHERE mailbox_id = {}"
_THREAD = (
    "id, state, received_at, last_received_at, first_answered_at, snoozed_until, is_history,"
    " priority, answer_due_at, finish_due_at"
)
_OF_DEADLINES = (EventKind.REOPENED, EventKind.SNOOZED, EventKind.WOKEN)


async def aims_of(connection: BaseDBAsyncClient, mailbox_id: int) -> tuple[Aim, ...]:
    """The targets of a mailbox."""
    rows = await connection.execute_query_dict(worded(connection, _AIMS), [mailbox_id])
    return tuple(
        Aim(
            TargetKind(row["kind"]),
            row["minutes"],
            row["tag_id"],
            None if row["priority"] is None else Priority(row["priority"]),
        )
        for row in rows
    )


async def renew(
    connection: BaseDBAsyncClient, mailbox_id: int, thread_ids: Collection[int]
) -> None:
    """Set the deadlines of these threads of the mailbox, in the caller's transaction.

    Call after anything they depend on was written: mail, an answer, a change of state,
    priority, tags or targets.
    """
    if not thread_ids:
        return
    aims = await aims_of(connection, mailbox_id)
    if aims:
        await set_deadlines(connection, mailbox_id, thread_ids, aims)


async def set_deadlines(
    connection: BaseDBAsyncClient,
    mailbox_id: int,
    thread_ids: Collection[int],
    aims: Collection[Aim],
) -> dict[int, Deadlines]:
    """The same, with targets already read; without any, nothing is due any more.

    Returns the deadlines that changed, by thread id.
    """
    rows = await select(
        connection,
        _THREAD,
        "mail_thread",
        "mailbox_id = {}",
        [mailbox_id],
        ("id", sorted(thread_ids)),
        lock=True,
    )
    standings = await _standings(connection, rows)
    clock = await load_business_clock(connection, mailbox_id)
    changed: dict[int, Deadlines] = {}
    for row in rows:
        due = deadlines(standings[row["id"]], aims, clock)
        known = Deadlines(some_moment(row["answer_due_at"]), some_moment(row["finish_due_at"]))
        if due != known:
            changed[row["id"]] = due
    changes: list[Row] = [(due.answer, due.finish, i) for i, due in changed.items()]
    await update(connection, "mail_thread", ("answer_due_at", "finish_due_at"), changes)
    return changed


async def renew_later(jobs: JobQueue, mailbox_id: int) -> None:
    """Have all deadlines of a mailbox set anew, after the open transaction commits.

    For when its targets, its business hours or its holidays changed.
    """
    await jobs.defer(
        "renew_deadlines",
        {"mailbox_id": mailbox_id},
        queueing_lock=f"renew_deadlines:{mailbox_id}",
    )


async def _standings(
    connection: BaseDBAsyncClient, rows: list[dict[str, Any]]
) -> dict[int, Standing]:
    ids = [row["id"] for row in rows]
    tags = await tags_of_threads(connection, ids)
    events: dict[int, list[Happened]] = {}
    for row in await select(
        connection,
        "thread_id, kind, at",
        "thread_event",
        "kind IN ({}, {}, {})",
        [kind.value for kind in _OF_DEADLINES],
        ("thread_id", ids),
    ):
        happened = Happened(EventKind(row["kind"]), moment(row["at"]))
        events.setdefault(row["thread_id"], []).append(happened)
    return {
        row["id"]: Standing(
            state=ThreadState(row["state"]),
            received_at=moment(row["received_at"]),
            last_received_at=some_moment(row["last_received_at"]),
            first_answered_at=some_moment(row["first_answered_at"]),
            snoozed_until=some_moment(row["snoozed_until"]),
            is_history=bool(row["is_history"]),
            priority=Priority(row["priority"]),
            tags=tags.get(row["id"], frozenset()),
            events=tuple(sorted(events.get(row["id"], ()), key=lambda event: event.at)),
        )
        for row in rows
    }
