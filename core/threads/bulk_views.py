"""A bulk change as people order it and as its card shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.threads.bulk_reading import BulkVerb
from core.threads.models import BulkState


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """What was wished, with the people and the mailbox looked up."""

    verb: BulkVerb
    unassigned: bool = False
    sender: str | None = None
    """An address, or a domain with `@` before it."""
    person_id: int | None = None
    tagged: str | None = None
    older_than_hours: int | None = None
    mailbox_id: int | None = None
    to_id: int | None = None
    until: str | None = None
    """In words, in the zone of who says it."""
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class BulkView:
    bulk_id: int
    verb: BulkVerb
    state: BulkState
    total: int
    handled: int
    """Looked at so far, changed or not; while it is undone, put back or not."""
    changed: int
    """Changed, and not put back."""
    first: tuple[int, ...]
    """Numbers of the first threads."""
    refused: tuple[tuple[str, int], ...] = ()
    """(code, how many): why the others were not changed, the most frequent first."""
    undone: int = 0
    waiting: tuple[tuple[str, int], ...] = ()
    """(waiting reason, how many) of those undone that could not go to whoever had them."""
    to_another: int = 0
    """Undone, and given to somebody else since whoever had them could not be given them."""
    kept: tuple[tuple[str, int], ...] = ()
    """(code, how many): why some were not put back."""
    to: str | None = None
    to_id: int | None = None
    until: datetime | None = None
    tag: str | None = None
    undo_until: datetime | None = None
    """While it can be undone."""
    is_cut: bool = False
    """More threads matched than one change may hold."""
