"""A mail folder: what is in it, newest last, and the log of changes that delta queries read."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

WELL_KNOWN = {
    "msgfolderroot": (1, "Top of Information Store"),
    "inbox": (2, "Inbox"),
    "drafts": (3, "Drafts"),
    "sentitems": (4, "Sent Items"),
    "deleteditems": (5, "Deleted Items"),
    "junkemail": (6, "Junk Email"),
    "archive": (7, "Archive"),
    "outbox": (8, "Outbox"),
}
"""Graph's well-known names, with the folder's number and display name."""
ROOT = 1
FIRST_OWN = 20


@dataclass(slots=True)
class Change:
    """One entry of a folder's log: the item is here and changed, or it has left."""

    number: int
    generation: int
    left: str | None
    """None while the item is here; else the reason that `@removed` gives."""
    arrived_at: int
    """The log position of this stay's arrival; -1 for what was here before the log began."""
    left_at: int
    """For an arrival of something that had left before: where in the log it left. Else -1."""
    read_state_only: bool
    replaced: bool = False
    """A later entry tells of the same immutable id."""
    replaced_mutable: bool = False
    """A later entry tells of the same mutable id."""


@dataclass(slots=True)
class Folder:
    """A folder of a mailbox. `order` is sorted by moment of receipt, then number."""

    number: int
    name: str
    parent: int
    well_known: str | None = None
    unread: int = 0
    order: list[tuple[datetime, int]] = field(default_factory=list)
    log: list[Change] = field(default_factory=list)
    _latest: dict[int, int] = field(default_factory=dict)

    def fill(self, items: Iterable[tuple[datetime, int]]) -> None:
        """Put in what was there before the log began."""
        self.order.extend(items)
        self.order.sort()

    def arrive(self, number: int, generation: int, received_at: datetime) -> None:
        insort(self.order, (received_at, number))
        before = self._before(number)
        left_at = self._latest[number] if before and before.left else -1
        self._append(Change(number, generation, None, len(self.log), left_at, False))

    def change(self, number: int, generation: int, *, read_state_only: bool) -> None:
        before = self._before(number)
        arrived_at = before.arrived_at if before else -1
        partial = read_state_only and (before is None or before.read_state_only)
        self._append(Change(number, generation, None, arrived_at, -1, partial))

    def leave(self, number: int, generation: int, received_at: datetime, reason: str) -> None:
        del self.order[bisect_left(self.order, (received_at, number))]
        self._append(Change(number, generation, reason, -1, -1, False))

    def _before(self, number: int) -> Change | None:
        at = self._latest.get(number)
        return None if at is None else self.log[at]

    def _append(self, change: Change) -> None:
        before = self._before(change.number)
        if before:
            before.replaced = True
            before.replaced_mutable = before.generation == change.generation
        self._latest[change.number] = len(self.log)
        self.log.append(change)
