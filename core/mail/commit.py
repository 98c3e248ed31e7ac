"""Write one page of a folder's feed: one short transaction, with the link that follows it.

Everything a page causes stands or falls together: messages, threads, correspondents,
events, decisions with their reasons, audit entries, outbox rows and the folder's new link.
A crash anywhere replays the page, and a replayed page changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.giving import Giving
from core.assignment.records import Records
from core.graph.delta import DeltaPage
from core.graph.messages import Address, MessageHeader
from core.mail.correspondents import UNKNOWN, CorrespondentBook
from core.mail.fold import ThreadFold, fold
from core.mail.headers import arrival, automatic_of, conversation_of, newest
from core.mail.models import Automatic, Direction, ThreadState
from core.mail.moments import some_moment
from core.mail.places import Place, apply_places, settle_moved
from core.mail.rows import Row, insert, planned_anew, select, update
from core.mail.thread_rows import ThreadBook
from core.mailboxes.models import FolderKind
from core.rules.deciding import RuleEffects
from core.rules.in_flight import Rulings
from core.rules.reply_queue import QUEUED, queue_replies
from core.sealing import DataKey, Vault
from core.threads.categories import Changes, both, changes
from core.threads.following import follow_up
from core.threads.from_outlook import take_over
from core.threads.write_back import CATEGORIES

_MESSAGE = (
    "organization_id",
    "mailbox_id",
    "thread_id",
    "folder_id",
    "graph_id",
    "direction",
    "correspondent_id",
    "sender_id",
    "sealed_subject",
    "sealed_categories",
    "received_at",
    "modified_at",
    "is_read",
    "has_attachments",
    "importance",
    "automatic",
    "generation",
)
_CHANGES = ("folder_id", "sealed_categories", "modified_at", "is_read", "generation")
_IMPORTANCE = frozenset({"low", "normal", "high"})


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """The folder whose page this is, as read when the page was gathered."""

    id: int
    kind: FolderKind
    generation: int
    backlog: bool
    """Its first round is not done yet."""


@dataclass(frozen=True, slots=True)
class MailboxFacts:
    id: int
    organization_id: int
    address: str
    live_from: datetime | None
    organization_key: DataKey | None
    members: Mapping[str, int]
    """Member id by address hash: who of us a sent message is from."""


@dataclass(frozen=True, slots=True)
class Committed:
    to_tell: int
    """Outbox rows that were queued with it."""


class PageWriter:
    """Folds pages into the database, each inside the transaction that it is handed."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def write(
        self,
        connection: BaseDBAsyncClient,
        mailbox: MailboxFacts,
        folder: FolderFacts,
        page: DeltaPage,
        places: Mapping[str, Place],
        now: datetime,
        rulings: Rulings | None = None,
    ) -> Committed:
        """Raises RulesChanged where `rulings` no longer hold."""
        work = _Page(connection, self._vault, mailbox, folder, now, rulings)
        return await work.run(page.present, places)


class _Page:
    """One page under way."""

    def __init__(
        self,
        connection: BaseDBAsyncClient,
        vault: Vault,
        mailbox: MailboxFacts,
        folder: FolderFacts,
        now: datetime,
        rulings: Rulings | None,
    ) -> None:
        self._connection = connection
        self._vault = vault
        self._mailbox = mailbox
        self._folder = folder
        self._now = now
        self._threads = ThreadBook(connection, mailbox.organization_id, mailbox.id)
        self._people = CorrespondentBook(connection, vault, mailbox.organization_id, now)
        self._records = Records(mailbox.organization_id, now)
        self._rulings = rulings
        self._effects = RuleEffects(
            connection,
            vault,
            mailbox,
            rulings.rules if rulings else None,
            self._records,
            now,
            quiet=folder.backlog,
        )
        self._own_replies: frozenset[str] = frozenset()
        self._categories: dict[int, Changes] = {}
        self._moved: set[int] = set()
        self._updates: list[Row] = []

    async def run(self, present: Sequence[MessageHeader], places: Mapping[str, Place]) -> Committed:
        headers = newest(present)
        if self._rulings is not None:
            await self._rulings.must_stand(self._connection, self._mailbox.id)
        async with planned_anew(self._connection):
            known = await self._known_messages([*headers, *places])
            new = [header for key, header in headers.items() if key not in known]
            new.sort(key=lambda header: arrival(header, self._now))
            await self._open(new, {row["thread_id"] for row in known.values()})
            self._own_replies = await self._find_own_replies(new)
        rows = [self._fold_new(header) for header in new]
        for key, row in known.items():
            self._update_known(row, headers.get(key), places.get(key))
        await update(self._connection, "mail_message", _CHANGES, self._updates)
        self._moved |= await apply_places(self._connection, known, places, self._now)
        await settle_moved(
            self._connection, self._mailbox.id, self._threads, self._moved, self._now
        )
        await self._effects.open()
        self._effects.before_assigning(self._threads.all())
        await self._assign()
        self._effects.after_assigning(self._threads.all())
        replies = await self._save(rows)
        if self._categories:
            await take_over(
                self._connection, self._vault, self._mailbox, self._categories, self._now
            )
        return Committed(len(self._records.outbox) + replies)

    async def _open(self, new: Sequence[MessageHeader], touched: set[int]) -> None:
        """Load or make the threads and the correspondents of the page."""
        await self._threads.open(map(conversation_of, new), touched)
        await self._threads.add(
            {conversation_of(header): arrival(header, self._now) for header in new}.items()
        )
        await self._people.open(set(map(self._other_side, new)))
        await self._people.open_ids(
            thread.correspondent_id
            for thread in self._threads.all()
            if thread.correspondent_id is not None
        )

    async def _known_messages(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        rows = await select(
            self._connection,
            "id, graph_id, thread_id, folder_id, modified_at, is_read, generation,"
            " sealed_categories, source_gone_at",
            "mail_message",
            "mailbox_id = {}",
            [self._mailbox.id],
            ("graph_id", list(dict.fromkeys(ids))),
        )
        return {row["graph_id"]: row for row in rows}

    async def _find_own_replies(self, new: Sequence[MessageHeader]) -> frozenset[str]:
        """Which of what was sent Postroom wrote: known also where headers are withheld."""
        if self._direction is Direction.IN:
            return frozenset()
        ids = {header.internet_message_id or "" for header in new}
        rows = await select(
            self._connection,
            "sent_id",
            "reply_mark",
            "mailbox_id = {}",
            [self._mailbox.id],
            ("sent_id", sorted(ids - {""})),
        )
        return frozenset(row["sent_id"] for row in rows)

    @property
    def _direction(self) -> Direction:
        """By the folder alone: anybody outside can write the mailbox into their From."""
        return Direction.OUT if self._folder.kind is FolderKind.SENT else Direction.IN

    def _other_side(self, header: MessageHeader) -> Address:
        """The person outside: who wrote it, or the first to whom we wrote."""
        if self._direction is Direction.IN:
            return header.from_ or header.sender or UNKNOWN
        return next((to for to in header.to or () if to.address != self._mailbox.address), UNKNOWN)

    def _fold_new(self, header: MessageHeader) -> Row:
        direction = self._direction
        at = arrival(header, self._now)
        thread = self._threads.of(conversation_of(header))
        if thread is None:
            raise LookupError("the thread was made just before")
        sender = self._member(header) if direction is Direction.OUT else None
        person = self._people.of(self._other_side(header))
        if direction is Direction.OUT and thread.correspondent_id is not None:
            person = self._people.by_id(thread.correspondent_id)
        automatic = self._automatic(header)
        is_first = direction is Direction.IN and thread.last_received_at is None
        if thread.correspondent_id is None or is_first:
            thread.correspondent_id, thread.automatic = person.id, automatic
            thread.sealed_subject = person.seal(b"thread.subject", header.subject)
        if direction is Direction.OUT and automatic is Automatic.REPLY:
            thread.changed = thread.changed or thread.is_new  # a machine's answer is nobody's
        else:
            fold(
                thread,
                direction,
                at,
                backlog=self._folder.backlog,
                live_from=self._mailbox.live_from,
                member_id=sender,
                now=self._now,
            )
        self._heed_rules(thread, header, at, is_first)
        return (
            self._mailbox.organization_id,
            self._mailbox.id,
            thread.id,
            self._folder.id,
            header.id,
            direction,
            person.id,
            sender,
            person.seal(b"message.subject", header.subject),
            self._seal_categories(header),
            at,
            header.modified_at,
            header.is_read or False,
            header.has_attachments or False,
            header.importance if header.importance in _IMPORTANCE else "normal",
            automatic,
            self._folder.generation,
        )

    def _heed_rules(
        self, thread: ThreadFold, header: MessageHeader, at: datetime, is_first: bool
    ) -> None:
        """Rules look at what is live; in a backlog not at what was answered before."""
        ruling = self._rulings.of(header.id) if self._rulings else None
        answered = self._folder.backlog and thread.state is ThreadState.DONE
        if ruling is None or thread.is_history or answered:
            return
        outcome = ruling.of(is_first)
        self._effects.note_ages(thread.id, outcome, at)
        self._effects.take(
            thread.id,
            outcome,
            is_newest=thread.last_received_at is None or at >= thread.last_received_at,
            graph_id=header.id,
            in_hours=ruling.in_hours,
        )

    def _automatic(self, header: MessageHeader) -> Automatic:
        if header.internet_message_id in self._own_replies:
            return Automatic.REPLY
        return automatic_of(header)

    def _member(self, header: MessageHeader) -> int | None:
        """Who of us sent it. `sender` names the person where `from` names the mailbox."""
        actor = header.sender or header.from_
        if actor is None:
            return None
        lookup = self._vault.ring.lookup
        return self._mailbox.members.get(
            lookup(self._mailbox.organization_id, "address", actor.address)
        )

    def _seal_categories(self, header: MessageHeader) -> bytes | None:
        key = self._mailbox.organization_key
        if not header.categories or key is None:
            return None
        return key.seal(CATEGORIES, orjson.dumps(header.categories).decode())

    def _note_categories(self, row: dict[str, Any], now: Sequence[str]) -> None:
        """What somebody changed in Outlook; what Postroom wrote is known already."""
        key, sealed = self._mailbox.organization_key, row["sealed_categories"]
        if key is None or not (sealed or now):
            return
        before = orjson.loads(key.open(CATEGORIES, bytes(sealed))) if sealed else ()
        changed = changes(before, now)
        if changed:
            thread_id = row["thread_id"]
            self._categories[thread_id] = both(self._categories.get(thread_id), changed)

    def _update_known(
        self, row: dict[str, Any], header: MessageHeader | None, place: Place | None
    ) -> None:
        """Take over what changed in a message that is present in this folder."""
        if header is None:
            return
        moved = row["folder_id"] != self._folder.id or row["source_gone_at"] is not None
        known_at = some_moment(row["modified_at"])
        # A row that tells only what changed may come without its moment; Graph's are whole
        # seconds, so a second change may bear the same one.
        newer = not header.modified_at or not known_at or header.modified_at >= known_at
        if moved and place is None:
            self._moved.add(row["thread_id"])
        if not (moved or newer or row["generation"] != self._folder.generation):
            return
        categories = row["sealed_categories"]
        if newer and header.has("categories"):
            categories = self._seal_categories(header)
            self._note_categories(row, header.categories or ())
        self._updates.append(
            (
                self._folder.id if place is None else row["folder_id"],
                categories,
                (header.modified_at or known_at) if newer else known_at,
                header.is_read if newer and header.is_read is not None else bool(row["is_read"]),
                self._folder.generation,
                row["id"],
            )
        )

    async def _assign(self) -> None:
        wanting = [thread for thread in self._threads.all() if thread.wants_assignee]
        if not wanting:
            return
        before = {thread.id: thread.assignee_id for thread in wanting}
        giving = Giving(self._connection, self._mailbox.id, self._records, self._now)
        await giving.give(wanting, self._effects.wishes())
        for thread in wanting:
            news = thread.assignee_id != before[thread.id] or thread.was_reopened
            if thread.assignee_id is not None and news and not self._folder.backlog:
                self._records.told(thread.id, thread.assignee_id)

    async def _save(self, rows: list[Row]) -> int:
        """Returns how many automatic replies were queued."""
        changed = await self._threads.save()
        await self._threads.save_events()
        await self._effects.save()
        await insert(self._connection, "mail_message", _MESSAGE, rows)
        codes = await queue_replies(
            self._connection,
            self._vault,
            self._mailbox.id,
            self._effects.replies,
            live=not self._folder.backlog,
            now=self._now,
        )
        if not self._folder.backlog:
            for thread in changed:
                if not thread.is_new:
                    self._records.redrawn(thread.id)
        await follow_up(
            self._connection,
            self._mailbox.id,
            changed,
            self._records,
            silent=self._folder.backlog,
        )
        await self._records.save(self._connection)
        return list(codes.values()).count(QUEUED)
