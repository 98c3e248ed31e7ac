"""Private notes: who may read and delete them, and what destroys them."""

from __future__ import annotations

import pytest

from core.audit.models import AuditEntry
from core.errors import InvalidInput, NotAllowed, NotFound
from core.mail.models import Correspondent, MailThread
from core.outbox.models import OutboxMessage
from core.threads.models import Note
from core.threads.notes import LONGEST, tidy
from tests.core.threads.conftest import Desk


async def test_a_note_is_for_the_people_of_the_mailbox_newest_first(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.notes.add(desk.ada, thread.id, "Asked finance.")
    await desk.notes.add(desk.bo, thread.id, "They say yes.")

    life = (await desk.view(thread, desk.lead)).life
    assert [(note.author, note.text) for note in life.notes] == [
        ("Bo", "They say yes."),
        ("Ada", "Asked finance."),
    ]
    assert life.notes_in_all == 2
    assert await OutboxMessage.filter(kind="thread_card").count() == 1
    with pytest.raises(NotFound):
        await desk.threads.notes(desk.stranger, thread.id)
    with pytest.raises(NotFound):
        await desk.notes.add(desk.stranger, thread.id, "Let me in.")


async def test_the_text_is_sealed_and_no_entry_of_the_audit_has_it(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.notes.add(desk.ada, thread.id, "Confidential")

    assert b"Confidential" not in bytes((await Note.get()).sealed_text or b"")
    entry = await AuditEntry.get(action="note.added")
    assert entry.facts == {"note": (await Note.get()).id}


async def test_erasing_the_person_outside_destroys_the_notes_about_their_thread(
    desk: Desk,
) -> None:
    thread = await desk.thread()
    await desk.notes.add(desk.ada, thread.id, "Very angry.")

    await Correspondent.filter(id=desk.sender.id).update(wrapped_key=None)

    assert (await desk.view(thread)).life.notes[0].text is None
    with pytest.raises(InvalidInput) as refused:
        await desk.notes.add(desk.ada, thread.id, "More.")
    assert refused.value.hint == "no_sender"


async def test_only_its_author_deletes_a_note(desk: Desk) -> None:
    thread = await desk.thread()
    note_id = await desk.notes.add(desk.ada, thread.id, "Mine.")

    with pytest.raises(NotAllowed):
        await desk.notes.delete(desk.lead, note_id)
    with pytest.raises(NotFound):
        await desk.notes.delete(desk.stranger, note_id)
    assert await desk.notes.delete(desk.ada, note_id) == thread.id
    assert not await Note.exists()
    assert await AuditEntry.filter(action="note.deleted").count() == 1


async def test_a_thread_that_nobody_outside_has_written_in_takes_no_note(desk: Desk) -> None:
    thread = await desk.thread()
    await MailThread.filter(id=thread.id).update(correspondent_id=None)

    with pytest.raises(InvalidInput):
        await desk.notes.add(desk.ada, thread.id, "To whom?")


@pytest.mark.parametrize(
    ("text", "hint"), [("", ""), ("\u202e", ""), ("a" * (LONGEST + 1), "long_note")]
)
def test_what_is_no_note_is_refused(text: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        tidy(text)
    assert refused.value.hint == hint


def test_a_note_keeps_its_lines_and_loses_what_is_invisible() -> None:
    assert tidy("one\r\n\r\n tw\u200bo\t") == "one\ntwo"
