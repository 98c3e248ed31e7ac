"""The threads that a page touches: loaded to be folded into, and saved with their events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from core.mail.fold import ThreadFold
from core.mail.models import Automatic, Direction, Priority, ThreadState
from core.mail.moments import moment, some_moment
from core.mail.rows import Row, insert, reserve_ids, select, update

_CHANGING = (
    "state",
    "is_history",
    "received_at",
    "last_received_at",
    "last_answered_at",
    "first_answered_at",
    "finished_at",
    "finished_in_outlook",
    "assignee_id",
    "assigned_at",
    "waiting_reason",
    "automatic",
    "correspondent_id",
    "sealed_subject",
    "waits_for_id",
    "priority",
    "effort",
    "snoozed_until",
    "merged_into_id",
    "answer_due_at",
    "finish_due_at",
    "version",
)
_FIXED = ("id", "organization_id", "mailbox_id", "conversation_id")
_LOADED = ", ".join(("id", "conversation_id", *_CHANGING))
_EVENT = ("organization_id", "mailbox_id", "thread_id", "kind", "at", "member_id", "in_outlook")


class ThreadBook:
    """The threads of one page, inside one transaction."""

    def __init__(
        self, connection: BaseDBAsyncClient, organization_id: int, mailbox_id: int
    ) -> None:
        self._connection = connection
        self._organization_id = organization_id
        self.mailbox_id = mailbox_id
        self._by_conversation: dict[str, ThreadFold] = {}
        self._by_id: dict[int, ThreadFold] = {}

    async def open(self, conversations: Iterable[str], ids: Iterable[int]) -> None:
        """Load the threads of these conversations and of these ids, locked against change.

        The conversation of a thread that was merged goes to the one it was merged into.
        """
        rows = await self._load("conversation_id", list(set(conversations)))
        known = {row["id"] for row in rows}
        wanted = set(ids) | {row["merged_into_id"] for row in rows if row["merged_into_id"]}
        rows += await self._load("id", sorted(wanted - known))
        self._by_id |= {row["id"]: _fold_of(row) for row in rows}
        for row in rows:
            heir = self._by_id.get(row["merged_into_id"], self._by_id[row["id"]])
            self._by_conversation[row["conversation_id"]] = heir
        await self._load_answers()

    async def add(self, conversations: Iterable[tuple[str, datetime]]) -> None:
        """Make a thread for each conversation, with the time of its first message."""
        new = [item for item in conversations if item[0] not in self._by_conversation]
        ids = await reserve_ids(self._connection, "mail_thread", len(new))
        for identity, (conversation, at) in zip(ids, new, strict=True):
            thread = ThreadFold(identity, True, ThreadState.OPEN, True, at)
            self._by_conversation[conversation] = self._by_id[identity] = thread

    def of(self, conversation: str) -> ThreadFold | None:
        return self._by_conversation.get(conversation)

    def by_id(self, thread_id: int) -> ThreadFold:
        return self._by_id[thread_id]

    def all(self) -> Iterable[ThreadFold]:
        return self._by_id.values()

    async def save(self) -> list[ThreadFold]:
        """Write new and changed threads and their events; return the changed ones."""
        names = {thread.id: name for name, thread in self._by_conversation.items()}
        changed = [thread for thread in self._by_id.values() if thread.changed]
        fresh: list[Row] = []
        known: list[Row] = []
        for thread in changed:
            thread.version += 1
            values = tuple(getattr(thread, column) for column in _CHANGING)
            if thread.is_new:
                fixed = (thread.id, self._organization_id, self.mailbox_id, names[thread.id])
                fresh.append(fixed + values)
            else:
                known.append((*values, thread.id))
        await insert(self._connection, "mail_thread", _FIXED + _CHANGING, fresh)
        await update(self._connection, "mail_thread", _CHANGING, known)
        return changed

    async def save_events(self) -> None:
        """After `save`: events name rows that must be there."""
        await insert(
            self._connection,
            "thread_event",
            _EVENT,
            [
                (
                    self._organization_id,
                    self.mailbox_id,
                    thread.id,
                    event.kind,
                    event.at,
                    event.member_id,
                    event.in_outlook,
                )
                for thread in self._by_id.values()
                for event in thread.events
            ],
        )

    async def _load(self, column: str, options: list[Any]) -> list[dict[str, Any]]:
        return await select(
            self._connection,
            _LOADED,
            "mail_thread",
            "mailbox_id = {}",
            [self.mailbox_id],
            (column, options),
            lock=True,
        )

    async def _load_answers(self) -> None:
        answered = [t.id for t in self._by_id.values() if t.last_answered_at is not None]
        for row in await select(
            self._connection,
            "thread_id, received_at",
            "mail_message",
            "direction = {} AND automatic <> {}",
            [Direction.OUT, Automatic.REPLY],
            ("thread_id", answered),
        ):
            self._by_id[row["thread_id"]].answers.add(moment(row["received_at"]))


def _fold_of(row: dict[str, Any]) -> ThreadFold:
    return ThreadFold(
        id=row["id"],
        is_new=False,
        state=ThreadState(row["state"]),
        is_history=bool(row["is_history"]),
        received_at=moment(row["received_at"]),
        last_received_at=some_moment(row["last_received_at"]),
        last_answered_at=some_moment(row["last_answered_at"]),
        first_answered_at=some_moment(row["first_answered_at"]),
        finished_at=some_moment(row["finished_at"]),
        finished_in_outlook=bool(row["finished_in_outlook"]),
        assignee_id=row["assignee_id"],
        assigned_at=some_moment(row["assigned_at"]),
        waiting_reason=row["waiting_reason"],
        automatic=Automatic(row["automatic"]),
        correspondent_id=row["correspondent_id"],
        sealed_subject=row["sealed_subject"],
        waits_for_id=row["waits_for_id"],
        priority=Priority(row["priority"]),
        effort=row["effort"],
        snoozed_until=some_moment(row["snoozed_until"]),
        merged_into_id=row["merged_into_id"],
        answer_due_at=some_moment(row["answer_due_at"]),
        finish_due_at=some_moment(row["finish_due_at"]),
        version=row["version"],
        had_id=row["assignee_id"],
    )
