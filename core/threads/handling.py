"""Handling time: from taken to answered or done, snoozes taken out. No I/O.

It begins when a person takes a thread, not when one is handed out: from then on they have it
before them. It ends with the first answer or, without one, when it is done. What is put back
or passed on before that was not handled by who took it, and gives no time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from core.mail.models import EventKind

_ENDS = frozenset({EventKind.ANSWERED, EventKind.FINISHED})


@dataclass(frozen=True, slots=True)
class Moment:
    """One row of thread_event."""

    kind: EventKind
    at: datetime
    member_id: int | None = None


@dataclass(frozen=True, slots=True)
class Handled:
    member_id: int | None
    """Who took it."""
    taken_at: datetime
    ended_at: datetime
    time: timedelta
    """Between both, without the time it was snoozed."""


def handled(events: Iterable[Moment]) -> tuple[Handled, ...]:
    """The times that one thread was handled, oldest first; `events` in any order."""
    found: list[Handled] = []
    taken: Moment | None = None
    snoozed_at: datetime | None = None
    asleep = timedelta(0)
    for event in sorted(events, key=lambda event: event.at):
        if event.kind is EventKind.TAKEN and not _has_it(taken, event):
            taken, snoozed_at, asleep = event, None, timedelta(0)
        elif taken is None:
            continue
        elif event.kind is EventKind.SNOOZED:
            snoozed_at = snoozed_at or event.at
        elif event.kind is EventKind.WOKEN and snoozed_at is not None:
            asleep, snoozed_at = asleep + (event.at - snoozed_at), None
        elif event.kind in _ENDS:
            if snoozed_at is not None:
                asleep += event.at - snoozed_at
            time = event.at - taken.at - asleep
            found.append(Handled(taken.member_id, taken.at, event.at, time))
            taken = None
        elif event.kind in (EventKind.RELEASED, EventKind.MERGED) or _passes_on(event, taken):
            taken = None
    return tuple(found)


def _has_it(taken: Moment | None, event: Moment) -> bool:
    """Whoever takes their own thread out of its snooze goes on with it."""
    return taken is not None and taken.member_id == event.member_id


def _passes_on(event: Moment, taken: Moment) -> bool:
    return event.kind is EventKind.ASSIGNED and event.member_id != taken.member_id


def typical(times: Iterable[Handled]) -> timedelta | None:
    """The median handling time; None without any."""
    seconds = [one.time.total_seconds() for one in times]
    return timedelta(seconds=median(seconds)) if seconds else None
