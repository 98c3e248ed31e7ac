"""Read what a team keeps about one thread: tags, notes, who has it open, who follows."""

from __future__ import annotations

from datetime import datetime

from tortoise.connection import get_connection
from tortoise.expressions import Q

from core.mail.models import MailThread
from core.people.models import Member
from core.sealing import Vault
from core.threads.models import Follower, Note, Presence
from core.threads.notes import NOTE
from core.threads.presence import OPEN_FOR, has_open, is_answering
from core.threads.tags import tags_of_threads, views
from core.threads.views import NoteView, PresentView, ThreadLife

ON_THE_CARD = 3
"""Notes that a thread's card shows."""


class Lives:
    """Who may see the thread was checked before."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def life(
        self, thread: MailThread, reader_id: int | None, now: datetime, notes: int = ON_THE_CARD
    ) -> ThreadLife:
        """`notes` says how many are read; `now` which presence has lapsed."""
        present = await self._presence(thread, now)
        mine = next((one for one in present if one.member_id == reader_id), None)
        own = await Follower.get_or_none(thread_id=thread.id, member_id=reader_id or 0)
        kept = Q(thread_id=thread.id) | Q(thread__merged_into_id=thread.id)
        shown = await self._notes(kept, notes)
        return ThreadLife(
            tags=await self._tags(thread.id),
            notes=shown,
            notes_in_all=len(shown) if len(shown) < notes else await Note.filter(kept).count(),
            present=tuple(one for one in present if one.member_id != reader_id),
            answering_until=mine.answering_until if mine else None,
            follows=None if own is None else "watch" if own.only_next else "follow",
        )

    async def _tags(self, thread_id: int) -> tuple[str, ...]:
        connection = get_connection("default")
        ids = (await tags_of_threads(connection, [thread_id])).get(thread_id, frozenset())
        named = await views(connection, self._vault, ids)
        return tuple(sorted((tag.name for tag in named.values()), key=str.casefold))

    async def _notes(self, kept: Q, limit: int) -> tuple[NoteView, ...]:
        rows = (
            await Note.filter(kept)
            .order_by("-id")
            .limit(limit)
            .select_related("author", "thread__correspondent")
        )
        return tuple(
            NoteView(
                note_id=row.id,
                author_id=row.author_id,
                author=self._name(row.author),
                at=row.created_at,
                text=self._text(row),
            )
            for row in rows
        )

    def _text(self, note: Note) -> str | None:
        person = note.thread.correspondent
        wrapped = person.wrapped_key if person is not None else None
        return self._vault.open(wrapped, NOTE, note.sealed_text)

    async def _presence(self, thread: MailThread, now: datetime) -> list[PresentView]:
        rows = (
            await Presence.filter(
                Q(seen_at__gt=now - OPEN_FOR) | Q(answering_until__gt=now), thread_id=thread.id
            )
            .order_by("id")
            .select_related("member")
        )
        present = []
        for row in rows:
            answering = is_answering(row.answering_until, thread.last_answered_at, now)
            if answering or has_open(row.seen_at, now):
                until = row.answering_until if answering else None
                present.append(PresentView(row.member_id, self._name(row.member), until))
        return present

    def _name(self, member: Member | None) -> str | None:
        if member is None:
            return None
        return self._vault.open(member.wrapped_key, b"member.name", member.sealed_name)
