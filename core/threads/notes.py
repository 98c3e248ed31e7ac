"""Private notes: a team's own words about a thread, for the people of its mailbox alone.

They are sealed under the key of the person the thread is with, so that erasing that person
destroys them too.
"""

from __future__ import annotations

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput, NotAllowed, NotFound
from core.mail.models import Correspondent, MailThread
from core.outbox.queue import Outbox
from core.people.views import Actor
from core.sealing import Vault
from core.threads.models import Note
from core.threads.scope import thread_of
from core.transactions import transaction

NOTE = b"thread.note"
LONGEST = 2000
"""Characters of one note."""
MOST_NOTES = 200
"""On one thread."""


class Notes:
    def __init__(self, vault: Vault, outbox: Outbox, now: Clock) -> None:
        self._vault = vault
        self._outbox = outbox
        self._now = now

    async def add(self, actor: Actor, thread_id: int, text: str) -> int:
        """Its id. Raises InvalidInput("note") with `long_note`, `many_notes` or `no_sender`.

        `no_sender`: nobody outside has written, or whoever did was erased.
        """
        text = tidy(text)
        async with transaction():
            thread = await thread_of(actor, thread_id)
            if await Note.filter(thread_id=thread_id).count() >= MOST_NOTES:
                raise InvalidInput("note", "many_notes")
            note: Note = await Note.create(
                organization_id=thread.organization_id,
                thread_id=thread_id,
                author_id=actor.member_id,
                sealed_text=await self._seal(thread, text),
                created_at=self._now(),
            )
            await self._record(actor, thread, "note.added", note.id)
        return int(note.id)

    async def delete(self, actor: Actor, note_id: int) -> int:
        """Delete a note of one's own; the id of its thread. Raises NotAllowed("author")."""
        note = await Note.get_or_none(id=note_id, organization_id=actor.organization_id)
        if note is None:
            raise NotFound("note")
        async with transaction():
            try:
                thread = await thread_of(actor, note.thread_id)
            except NotFound:
                raise NotFound("note") from None
            if note.author_id != actor.member_id:
                raise NotAllowed("author")
            if await Note.filter(id=note_id).delete():
                await self._record(actor, thread, "note.deleted", note_id)
        return note.thread_id

    async def _seal(self, thread: MailThread, text: str) -> bytes:
        person = await Correspondent.get_or_none(id=thread.correspondent_id)
        key = self._vault.key(person.wrapped_key) if person else None
        if key is None:
            raise InvalidInput("note", "no_sender")
        return key.seal(NOTE, text)

    async def _record(self, actor: Actor, thread: MailThread, action: str, note_id: int) -> None:
        at = self._now()
        await record(
            thread.organization_id,
            action,
            actor_id=actor.member_id,
            subject_kind="thread",
            subject_id=thread.id,
            at=at,
            facts={"note": note_id},
        )
        await self._outbox.redraw(thread.organization_id, thread.id, at=at)


def tidy(text: str) -> str:
    """Lines of visible characters. Raises InvalidInput("note")."""
    if len(text) > LONGEST:
        raise InvalidInput("note", "long_note")
    lines = (
        "".join(c if c.isprintable() else " " if c.isspace() else "" for c in line).strip()
        for line in text.splitlines()
    )
    kept = "\n".join(line for line in lines if line)
    if not kept:
        raise InvalidInput("note")
    return kept
