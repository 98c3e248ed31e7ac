"""One page of a message delta: first a walk through the folder, newest first, then its log.

The walk shows what is in the folder. What changes meanwhile is at the end of the log, where
the round goes on; so older mail moved in during a walk comes twice, as on the real service.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sandbox.mail.folders import Change, Folder
from sandbox.mail.records import Message

FILTERED_LIMIT = 5_000
"""With a `$filter` a first round returns no more messages than this."""


@dataclass(frozen=True, slots=True)
class DeltaState:
    """Where a client is; a link's token holds all of it."""

    floor: int
    """The length of the log when the round began."""
    at: int
    """The next log entry to look at, once the walk is over."""
    walking: bool = True
    first: bool = True
    """Whether this is the first round."""
    walked_to: tuple[datetime, int] | None = None
    counted: int = 0
    page: int = 0
    since: datetime | None = None
    change_types: frozenset[str] = frozenset()
    """`created`, `updated`, `deleted`; empty means all."""

    def wants(self, change: str) -> bool:
        return not self.change_types or change in self.change_types


@dataclass(frozen=True, slots=True)
class DeltaRow:
    """A message as it is now, or, with `removed`, the reason why it is no longer here."""

    number: int
    generation: int
    removed: str | None = None
    read_state_only: bool = False


@dataclass(frozen=True, slots=True)
class DeltaPage:
    rows: list[DeltaRow]
    next: DeltaState
    complete: bool
    """The round is over: `next` belongs into a delta link."""


def begin(folder: Folder, since: datetime | None, change_types: frozenset[str]) -> DeltaState:
    end = len(folder.log)
    return DeltaState(end, end, since=since, change_types=change_types)


def read_page(
    folder: Folder,
    messages: Mapping[int, Message],
    state: DeltaState,
    size: int,
    *,
    immutable: bool,
) -> DeltaPage:
    """The next `size` rows at most."""
    state = replace(state, page=state.page + 1)
    if state.walking:
        return _walk(folder, messages, state, size)
    rows: list[DeltaRow] = []
    at = state.at
    while at < len(folder.log) and len(rows) < size:
        rows.extend(_told(folder, messages, state, at, immutable))
        at += 1
    if at < len(folder.log):
        return DeltaPage(rows, replace(state, at=at), complete=False)
    return DeltaPage(rows, replace(state, at=at, floor=at, first=False, page=0), complete=True)


def _walk(
    folder: Folder, messages: Mapping[int, Message], state: DeltaState, size: int
) -> DeltaPage:
    rows: list[DeltaRow] = []
    end = bisect_left(folder.order, state.walked_to) if state.walked_to else len(folder.order)
    start = bisect_left(folder.order, (state.since, 0)) if state.since else 0
    if state.since:
        size = min(size, FILTERED_LIMIT - state.counted)
    stop = max(start, end - size)
    if state.wants("created"):
        rows = [
            DeltaRow(number, messages[number].generation)
            for _, number in reversed(folder.order[stop:end])
        ]
    counted = state.counted + max(0, end - stop)
    over = stop <= start or (state.since is not None and counted >= FILTERED_LIMIT)
    walked_to = folder.order[stop] if stop < end else state.walked_to
    after = replace(state, walking=not over, walked_to=walked_to, counted=counted)
    return DeltaPage(rows, after, complete=False)


def _told(
    folder: Folder, messages: Mapping[int, Message], state: DeltaState, at: int, immutable: bool
) -> Iterator[DeltaRow]:
    """The row that a log entry makes, if it makes one."""
    change = folder.log[at]
    if change.replaced if immutable else change.replaced_mutable:
        return
    if change.left is not None:
        if state.wants("deleted"):
            yield DeltaRow(change.number, change.generation, removed=change.left)
        return
    if immutable and change.left_at >= state.floor:
        # The item left and came back within this round: with immutable ids Exchange tells
        # only of the leaving, and of the item again when it next changes.
        if state.wants("deleted"):
            reason = folder.log[change.left_at].left
            yield DeltaRow(change.number, change.generation, removed=reason)
        return
    if state.since and messages[change.number].received_at < state.since:
        return
    if state.wants("created" if change.arrived_at >= state.floor else "updated"):
        yield DeltaRow(change.number, change.generation, read_state_only=_is_short(change, state))


def _is_short(change: Change, state: DeltaState) -> bool:
    return change.read_state_only and state.since is None and not state.change_types
