"""Read threads for people: only those of their own mailboxes, decrypted a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

from core.clock import Clock, utc_now
from core.errors import NotFound
from core.mail.models import Direction, MailMessage, MailThread, ThreadState
from core.mail.moments import moment
from core.mail.reasons import why
from core.mail.rows import marks
from core.mail.views import ThreadPage, ThreadRow, ThreadView
from core.mailboxes.models import FolderKind, MailboxState
from core.people.models import Member
from core.people.views import Actor
from core.sealing import DataKey, Vault

PER_PAGE = 8

_PAGE = """
SELECT t.id, t.mailbox_id, t.sealed_subject, t.last_received_at, t.received_at, t.state,
       t.assignee_id, t.waiting_reason, c.wrapped_key, c.sealed_name, c.sealed_address,
       m.wrapped_key AS member_key, m.sealed_name AS member_name,
       (SELECT COUNT(*) FROM mail_thread WHERE {counted}) AS total
  FROM (
       SELECT id FROM mail_thread
        WHERE {listed} ORDER BY last_received_at, id LIMIT {limit} OFFSET {offset}
       ) page
  JOIN mail_thread t ON t.id = page.id
  LEFT JOIN correspondent c ON c.id = t.correspondent_id
  LEFT JOIN member m ON m.id = t.assignee_id
 ORDER BY t.last_received_at, t.id
"""
"""Only those of the page are joined; the others are counted, on the index alone."""
_OPEN = """
mailbox_id IN (SELECT id FROM mailbox WHERE id IN ({mailboxes}) AND state <> 'offboarded')
AND state = 'open' AND {where}
"""


class Threads:
    """Answers what people ask about threads. Changes nothing."""

    def __init__(self, vault: Vault, now: Clock = utc_now) -> None:
        self._vault = vault
        self._now = now

    async def queue(self, actor: Actor, page: int = 1, per_page: int = PER_PAGE) -> ThreadPage:
        """The actor's open threads, the one that waits longest first.

        Not those of a mailbox that was left and whose record is kept: nothing happens there.
        """
        return await self._page(actor, "assignee_id = {}", [actor.member_id], page, per_page)

    async def unassigned(self, actor: Actor, page: int = 1, per_page: int = PER_PAGE) -> ThreadPage:
        """Open threads of the actor's mailboxes that nobody has."""
        return await self._page(
            actor,
            "assignee_id IS NULL AND last_received_at IS NOT NULL AND is_history = {}",
            [False],
            page,
            per_page,
        )

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
        return await self._view(found)

    async def thread_for_card(self, thread_id: int) -> ThreadView | None:
        """One thread for a card that is being drawn again; who may see it was checked before."""
        found = await MailThread.get_or_none(id=thread_id).select_related(
            "correspondent", "assignee", "mailbox__organization"
        )
        return None if found is None else await self._view(found)

    async def _page(
        self, actor: Actor, where: str, values: Sequence[Any], page: int, per_page: int
    ) -> ThreadPage:
        if not actor.mailboxes:
            return ThreadPage((), 0, 1, 1)
        rows = await self._rows(actor.mailboxes, where, values, max(page, 1), per_page)
        if not rows and page > 1:
            page = 1
            rows = await self._rows(actor.mailboxes, where, values, page, per_page)
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
        self,
        mailboxes: Iterable[int],
        where: str,
        values: Sequence[Any],
        page: int,
        per_page: int,
    ) -> list[dict[str, Any]]:
        connection: BaseDBAsyncClient = get_connection("default")
        ids = sorted(mailboxes)
        chosen = [*ids, *values]

        def condition(start: int) -> str:
            own = start + len(ids)
            fixed = [marks(connection, 1, own + place) for place in range(len(values))]
            return _OPEN.format(
                mailboxes=marks(connection, len(ids), start), where=where.format(*fixed)
            )

        last = 2 * len(chosen)
        query = _PAGE.format(
            counted=condition(1),
            listed=condition(1 + len(chosen)),
            limit=marks(connection, 1, last + 1),
            offset=marks(connection, 1, last + 2),
        )
        limits = [per_page, (page - 1) * per_page]
        return await connection.execute_query_dict(query, [*chosen, *chosen, *limits])

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
        )

    async def _view(self, found: MailThread) -> ThreadView:
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
            why=await why(found.id, self._vault, self._now()),
        )

    def _name(self, member: Member | None) -> str | None:
        if member is None:
            return None
        return self._vault.open(member.wrapped_key, b"member.name", member.sealed_name)


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
