"""What a team keeps about a thread, as its card shows it. Texts are decrypted, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NoteView:
    note_id: int
    author_id: int | None
    author: str | None
    """None: they have left and were erased."""
    at: datetime
    text: str | None
    """None: erased with the person whom the thread was with."""


@dataclass(frozen=True, slots=True)
class PresentView:
    """Somebody else who has the thread's card open, or is answering it."""

    member_id: int
    name: str | None
    answering_until: datetime | None


@dataclass(frozen=True, slots=True)
class ThreadLife:
    tags: tuple[str, ...] = ()
    notes: tuple[NoteView, ...] = ()
    """The newest ones first, and of threads that were merged into it, too."""
    notes_in_all: int = 0
    present: tuple[PresentView, ...] = ()
    answering_until: datetime | None = None
    """Until when the reader's own *answering* lasts."""
    follows: str | None = None
    """How the reader does: `follow`, `watch` or not."""

    @property
    def people(self) -> tuple[int, ...]:
        """Ids of the members named."""
        named = {note.author_id for note in self.notes} | {one.member_id for one in self.present}
        return tuple(sorted(member_id for member_id in named if member_id is not None))
