"""Read threads for people: only those of their own mailboxes, decrypted a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

from core.assignment.models import Decision
from core.clock import Clock, utc_now
from core.errors import NotFound
from core.mail.models import Direction, MailMessage, MailThread, Priority, ThreadState
from core.mail.moments import moment, some_moment
from core.mail.rows import marks
from core.mail.views import ThreadPage, ThreadRow, ThreadView, WhyView
from core.mailboxes.models import FolderKind, MailboxState
from core.people.models import Member
from core.people.views import Actor
from core.sealing import DataKey, Vault
from core.threads.showing import Lives
from core.threads.views import ThreadLife

PER_PAGE = 8
MOST_NOTES = 10
"""Shown at once."""

_PAGE = """
SELECT t.id, t.mailbox_id, t.sealed_subject, t.last_received_at, t.received_at, t.state,
       t.assignee_id, t.waiting_reason, t.priority, t.answer_due_at, t.finish_due_at,
       t.snoozed_until, c.wrapped_key, c.sealed_name, c.sealed_address,
       m.wrapped_key AS member_key, m.sealed_name AS member_name,
       (SELECT COUNT(*) FROM mail_thread WHERE {counted}) AS total
  FROM (
       SELECT id, {rank} AS rank FROM mail_thread
        WHERE {listed} ORDER BY 2, last_received_at, id LIMIT {limit} OFFSET {offset}
       ) page
  JOIN mail_thread t ON t.id = page.id
  LEFT JOIN correspondent c ON c.id = t.correspondent_id
  LEFT JOIN member m ON m.id = t.assignee_id
 ORDER BY page.rank, t.last_received_at, t.id
"""
"""Only those of the page are joined; the others are counted, on the index alone."""
_LISTED = """
mailbox_id IN (SELECT id FROM mailbox WHERE id IN ({mailboxes}) AND state <> 'offboarded')
AND {where}
"""
_PRESSING = """
CASE WHEN priority = 'urgent' OR answer_due_at <= {now} OR finish_due_at <= {now}
     THEN 0 ELSE 1 END
"""
_BY_WAITING = "1"
_BY_WAKING = "snoozed_until"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which threads a list shows: `{}` stands for each of `values`, `{now}` for the moment."""

    where: str
    values: tuple[Any, ...]
    rank: str
    """Less stands first; among equals, what waits longest."""


class Threads:
    """Answers what people ask about threads. Changes nothing."""

    def __init__(self, vault: Vault, now: Clock = utc_now) -> None:
        self._vault = vault
        self._now = now
        self._lives = Lives(vault)

    async def queue(self, actor: Actor, page: int = 1, per_page: int = PER_PAGE) -> ThreadPage:
        """The actor's open threads: overdue and urgent ones first, then what waits longest.

        Not those of a mailbox that was left and whose record is kept: nothing happens there.
        """
        mine = _Wanted("state = 'open' AND assignee_id = {}", (actor.member_id,), _PRESSING)
        return await self._page(actor, mine, page, per_page)

    async def snoozed(self, actor: Actor, page: int = 1, per_page: int = PER_PAGE) -> ThreadPage:
        """The actor's snoozed threads, the next to wake first."""
        mine = _Wanted("state = 'snoozed' AND assignee_id = {}", (actor.member_id,), _BY_WAKING)
        return await self._page(actor, mine, page, per_page)

    async def following(self, actor: Actor, page: int = 1, per_page: int = PER_PAGE) -> ThreadPage:
        """What the actor follows or watches and is not done, what waits longest first."""
        followed = _Wanted(
            "state <> 'done' AND id IN (SELECT thread_id FROM follower WHERE member_id = {})",
            (actor.member_id,),
            _BY_WAITING,
        )
        return await self._page(actor, followed, page, per_page)

    async def overdue(self, actor: Actor, page: int = 1, per_page: int = PER_PAGE) -> ThreadPage:
        """What is late in the actor's mailboxes, whoever has it."""
        now = self._now()
        late = _Wanted(
            "state <> 'done' AND (answer_due_at <= {} OR finish_due_at <= {})",
            (now, now),
            _BY_WAITING,
        )
        return await self._page(actor, late, page, per_page)

    async def unassigned(self, actor: Actor, page: int = 1, per_page: int = PER_PAGE) -> ThreadPage:
        """Open threads of the actor's mailboxes that nobody has."""
        free = _Wanted(
            "state = 'open' AND assignee_id IS NULL AND last_received_at IS NOT NULL"
            " AND is_history = {}",
            (False,),
            _PRESSING,
        )
        return await self._page(actor, free, page, per_page)

    async def count_open(self, actor: Actor) -> int:
        open_threads = MailThread.filter(
            assignee_id=actor.member_id,
            state=ThreadState.OPEN,
            mailbox_id__in=actor.mailboxes,
        )
        return await open_threads.exclude(mailbox__state=MailboxState.OFFBOARDED).count()

    async def thread(self, actor: Actor, thread_id: int) -> ThreadView:
        """One thread with why it is whose. Raises NotFound unless it is theirs to see."""
        found = await MailThread.get_or_none(
            id=thread_id, mailbox_id__in=actor.mailboxes
        ).select_related("correspondent", "assignee", "mailbox__organization")
        if found is None:
            raise NotFound("thread")
        return await self._view(found, actor.member_id)

    async def notes(self, actor: Actor, thread_id: int) -> ThreadLife:
        """The newest notes of a thread, more of them than its card shows."""
        found = await MailThread.get_or_none(id=thread_id, mailbox_id__in=actor.mailboxes)
        if found is None:
            raise NotFound("thread")
        return await self._lives.life(found, actor.member_id, self._now(), notes=MOST_NOTES)

    async def _page(self, actor: Actor, wanted: _Wanted, page: int, per_page: int) -> ThreadPage:
        if not actor.mailboxes:
            return ThreadPage((), 0, 1, 1)
        rows = await self._rows(actor.mailboxes, wanted, max(page, 1), per_page)
        if not rows and page > 1:
            page = 1
            rows = await self._rows(actor.mailboxes, wanted, page, per_page)
        total = rows[0]["total"] if rows else 0
        pages = max(-(-total // per_page), 1)
        names: dict[int | None, str | None] = {}
        for row in rows:
            if row["assignee_id"] not in names:
                names[row["assignee_id"]] = self._vault.open(
                    row["member_key"], b"member.name", row["member_name"]
                )
        shown = tuple(self._row(row, names[row["assignee_id"]]) for row in rows)
        return ThreadPage(shown, total, max(page, 1), pages)

    async def _rows(
        self, mailboxes: Iterable[int], wanted: _Wanted, page: int, per_page: int
    ) -> list[dict[str, Any]]:
        connection: BaseDBAsyncClient = get_connection("default")
        ids = sorted(mailboxes)
        chosen = [*ids, *wanted.values]
        values: list[Any] = []

        def mark(value: Any) -> str:
            values.append(value)
            return marks(connection, 1, len(values))

        def condition() -> str:
            start = len(values) + 1
            fixed = [marks(connection, 1, start + len(ids) + n) for n in range(len(wanted.values))]
            values.extend(chosen)
            return _LISTED.format(
                mailboxes=marks(connection, len(ids), start), where=wanted.where.format(*fixed)
            )

        counted = condition()
        rank = _ranked(wanted.rank, mark, self._now())
        query = _PAGE.format(
            counted=counted,
            rank=rank,
            listed=condition(),
            limit=mark(per_page),
            offset=mark((page - 1) * per_page),
        )
        return await connection.execute_query_dict(query, values)

    def _row(self, row: dict[str, Any], assignee: str | None) -> ThreadRow:
        key = self._vault.key(row["wrapped_key"])
        return ThreadRow(
            thread_id=row["id"],
            mailbox_id=row["mailbox_id"],
            subject=_open(key, b"thread.subject", row["sealed_subject"]),
            sender_name=_open(key, b"correspondent.name", row["sealed_name"])
            or _open(key, b"correspondent.address", row["sealed_address"]),
            last_received_at=moment(row["last_received_at"] or row["received_at"]),
            state=ThreadState(row["state"]),
            assignee_id=row["assignee_id"],
            assignee=assignee,
            waiting_reason=row["waiting_reason"],
            priority=Priority(row["priority"]),
            due_at=_nearer(row["answer_due_at"], row["finish_due_at"]),
            snoozed_until=some_moment(row["snoozed_until"]),
        )

    async def _view(self, found: MailThread, reader_id: int) -> ThreadView:
        person = found.correspondent
        key = self._vault.key(person.wrapped_key) if person else None
        owner = found.mailbox.organization
        newest = await newest_message(found.id)
        return ThreadView(
            thread_id=found.id,
            version=found.version,
            mailbox_id=found.mailbox_id,
            mailbox=self._vault.open(
                owner.wrapped_key, b"organization.mailbox_address", found.mailbox.sealed_address
            )
            or "",
            subject=_open(key, b"thread.subject", found.sealed_subject),
            sender_name=_open(key, b"correspondent.name", person.sealed_name) if person else None,
            sender_address=_open(key, b"correspondent.address", person.sealed_address)
            if person
            else None,
            state=found.state,
            is_history=found.is_history,
            received_at=found.received_at,
            last_received_at=found.last_received_at,
            assignee_id=found.assignee_id,
            assignee=self._name(found.assignee),
            assigned_at=found.assigned_at,
            answered_at=found.last_answered_at,
            finished_at=found.finished_at,
            waiting_reason=found.waiting_reason,
            has_attachments=newest.has_attachments if newest else False,
            message_id=newest.id if newest else None,
            why=await self._why(found.id),
            priority=found.priority,
            snoozed_until=found.snoozed_until,
            merged_into=found.merged_into_id,
            answer_due_at=found.answer_due_at,
            finish_due_at=found.finish_due_at,
            life=await self._lives.life(found, reader_id, self._now()),
        )

    async def _why(self, thread_id: int) -> WhyView | None:
        decision = await Decision.filter(thread_id=thread_id).order_by("-at", "-id").first()
        if decision is None:
            return None
        considered = [(int(i), int(n)) for i, n in decision.reason.get("considered", ())]
        skipped = [(int(i), str(code)) for i, code in decision.reason.get("skipped", ())]
        ids = {decision.member_id, decision.by_id, *(i for i, _ in considered + skipped)}
        names = {
            member.id: self._name(member) or "someone who left"
            for member in await Member.filter(id__in=[i for i in ids if i is not None])
        }
        return WhyView(
            code=decision.code,
            member=names.get(decision.member_id or 0),
            by=names.get(decision.by_id or 0),
            at=decision.at,
            considered=tuple((names.get(i, "someone who left"), n) for i, n in considered),
            skipped=tuple((names.get(i, "someone who left"), code) for i, code in skipped),
            people=tuple(sorted(names)),
        )

    def _name(self, member: Member | None) -> str | None:
        if member is None:
            return None
        return self._vault.open(member.wrapped_key, b"member.name", member.sealed_name)


def _ranked(rank: str, mark: Callable[[Any], str], now: datetime) -> str:
    """What stands first; each moment in it has a placeholder of its own."""
    before, *rest = rank.split("{now}")
    return before + "".join(f"{mark(now)}{part}" for part in rest)


def _nearer(*moments: datetime | str | None) -> datetime | None:
    return min((moment(at) for at in moments if at is not None), default=None)


def _open(key: DataKey | None, column: bytes, sealed: bytes | None) -> str | None:
    return key.open(column, bytes(sealed)) if key is not None and sealed is not None else None


async def newest_message(thread_id: int) -> MailMessage | None:
    """The newest from outside that still has a source, outside Deleted and Junk if possible."""
    messages = (
        await MailMessage.filter(thread_id=thread_id, direction=Direction.IN, source_gone_at=None)
        .order_by("-received_at", "-id")
        .limit(20)
        .select_related("folder")
    )
    away = (FolderKind.DELETED, FolderKind.JUNK)
    here = [message for message in messages if message.folder.kind not in away]
    return next(iter(here or messages), None)
