"""Read threads for people: only those of their own mailboxes, decrypted a page at a time."""

from __future__ import annotations

from core.clock import Clock, utc_now
from core.errors import NotFound
from core.mail.lists import BY_WAITING, BY_WAKING, PRESSING, ThreadLists, Wanted, opened
from core.mail.models import Direction, MailMessage, MailThread, ThreadState
from core.mail.reasons import why
from core.mail.views import ThreadPage, ThreadView
from core.mailboxes.models import FolderKind, MailboxState
from core.people.models import Member
from core.people.views import Actor
from core.sealing import Vault
from core.threads.showing import Lives
from core.threads.views import ThreadLife

PER_PAGE = 8
MOST_NOTES = 10
"""Shown at once."""


class Threads:
    """Answers what people ask about threads. Changes nothing."""

    def __init__(self, vault: Vault, now: Clock = utc_now) -> None:
        self._vault = vault
        self._now = now
        self._lives = Lives(vault)
        self._lists = ThreadLists(vault, now)

    async def queue(self, actor: Actor, page: int = 1, per_page: int = PER_PAGE) -> ThreadPage:
        """The actor's open threads: overdue and urgent ones first, then what waits longest.

        Not those of a mailbox that was left and whose record is kept: nothing happens there.
        """
        mine = Wanted("state = 'open' AND assignee_id = {}", (actor.member_id,), PRESSING)
        return await self._lists.page(actor, mine, page, per_page)

    async def snoozed(self, actor: Actor, page: int = 1, per_page: int = PER_PAGE) -> ThreadPage:
        """The actor's snoozed threads, the next to wake first."""
        mine = Wanted("state = 'snoozed' AND assignee_id = {}", (actor.member_id,), BY_WAKING)
        return await self._lists.page(actor, mine, page, per_page)

    async def following(self, actor: Actor, page: int = 1, per_page: int = PER_PAGE) -> ThreadPage:
        """What the actor follows or watches and is not done, what waits longest first."""
        followed = Wanted(
            "state <> 'done' AND id IN (SELECT thread_id FROM follower WHERE member_id = {})",
            (actor.member_id,),
            BY_WAITING,
        )
        return await self._lists.page(actor, followed, page, per_page)

    async def overdue(self, actor: Actor, page: int = 1, per_page: int = PER_PAGE) -> ThreadPage:
        """What is late in the actor's mailboxes, whoever has it."""
        now = self._now()
        late = Wanted(
            "state <> 'done' AND (answer_due_at <= {} OR finish_due_at <= {})",
            (now, now),
            BY_WAITING,
        )
        return await self._lists.page(actor, late, page, per_page)

    async def unassigned(self, actor: Actor, page: int = 1, per_page: int = PER_PAGE) -> ThreadPage:
        """Open threads of the actor's mailboxes that nobody has."""
        free = Wanted(
            "state = 'open' AND assignee_id IS NULL AND last_received_at IS NOT NULL"
            " AND is_history = {}",
            (False,),
            PRESSING,
        )
        return await self._lists.page(actor, free, page, per_page)

    async def countopened(self, actor: Actor) -> int:
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
            subject=opened(key, b"thread.subject", found.sealed_subject),
            sender_name=opened(key, b"correspondent.name", person.sealed_name) if person else None,
            sender_address=opened(key, b"correspondent.address", person.sealed_address)
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
            priority=found.priority,
            snoozed_until=found.snoozed_until,
            merged_into=found.merged_into_id,
            answer_due_at=found.answer_due_at,
            finish_due_at=found.finish_due_at,
            life=await self._lives.life(found, reader_id, self._now()),
        )

    def _name(self, member: Member | None) -> str | None:
        if member is None:
            return None
        return self._vault.open(member.wrapped_key, b"member.name", member.sealed_name)


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
