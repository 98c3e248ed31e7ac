"""Private notes on threads: added, read, deleted by who wrote them. In 1:1 only."""

from __future__ import annotations

from core.errors import InvalidInput
from dialogs.assignment import thread_reply
from dialogs.cards.life import notes_card
from dialogs.inputs import number_and_more, number_in
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import Turn


async def note(services: Services, turn: Turn, rest: str) -> Reply:
    """`note 42 She was promised a refund.`"""
    thread_id, text = number_and_more(rest)
    if not text:
        raise InvalidInput("note")
    await services.notes.add(turn.actor, thread_id, text)
    return await thread_reply(services, turn, thread_id, "The note was added.")


async def notes(services: Services, turn: Turn, rest: str) -> Reply:
    """`notes 42`."""
    return await notes_reply(services, turn, number_in(rest))


async def delete(services: Services, turn: Turn, rest: str) -> Reply:
    """`note delete 7`, by the note's number."""
    thread_id = await services.notes.delete(turn.actor, number_in(rest, "note_number"))
    return await notes_reply(services, turn, thread_id)


async def notes_reply(services: Services, turn: Turn, thread_id: int) -> Reply:
    """Raises NotFound unless the reader works its mailbox."""
    life = await services.threads.notes(turn.actor, thread_id)
    return Reply(
        card=notes_card(thread_id, life, turn.now, turn.actor.member_id),
        kind="notes",
        threads=(thread_id,),
        people=tuple(i for i in life.people if i != turn.actor.member_id),
        facts={"thread": thread_id},
    )
