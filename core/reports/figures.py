"""What each figure of a report means, and how it is made from the counts. No I/O.

*received*: RECEIVED events in the period: messages from outside, history among them.
*answered*: threads whose first answer lies in the period, whenever they were received.
*time to first answer*: from a thread's first message to its first answer, of those threads.
*finished*: FINISHED events in the period; a thread that was reopened can count twice.
*open*, *unassigned*, *oldest open*: now, whatever the period; snoozed threads are not open.
*automatic*: how much of each is threads that a list, a bulk sender or an auto-reply began.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from core.mail.models import EventKind
from core.reports.counts import AnsweredThread, Counted, EventCount
from core.reports.periods import Period
from core.reports.views import (
    Answers,
    AutomaticFigures,
    DayFigures,
    MailboxFreshness,
    MemberFigures,
    ReportView,
)

SMALL_SAMPLE = 10
"""A median of fewer answers is marked."""


def report(
    counted: Counted,
    period: Period,
    mailboxes: tuple[MailboxFreshness, ...],
    members: tuple[MemberFigures, ...],
    *,
    mailbox: str | None,
) -> ReportView:
    received, received_automatic = happened(counted.events, EventKind.RECEIVED)
    finished, finished_automatic = happened(counted.events, EventKind.FINISHED)
    answered, threads = counted.answered, counted.open_threads
    return ReportView(
        begins=period.first,
        ends=period.last,
        timezone=period.timezone,
        mailbox=mailbox,
        mailboxes=mailboxes,
        received=received,
        answers=_answers(mailboxes),
        answered=None if answered is None else len(answered),
        finished=finished,
        open=sum(row.count for row in threads),
        unassigned=sum(row.count for row in threads if row.assignee_id is None),
        oldest_open_at=min((row.oldest for row in threads), default=None),
        first_answer=first_answer(answered or ()),
        is_small_sample=bool(answered) and len(answered or ()) < SMALL_SAMPLE,
        automatic=AutomaticFigures(
            received=received_automatic,
            answered=None if answered is None else sum(one.automatic for one in answered),
            finished=finished_automatic,
            open=sum(row.automatic for row in threads),
        ),
        members=members,
        days=by_day(counted.events, period),
    )


def happened(events: Iterable[EventCount], kind: EventKind) -> tuple[int, int]:
    """(how many events of that kind, how many of them automatic)."""
    of_kind = [event for event in events if event.kind is kind]
    automatic = sum(event.count for event in of_kind if event.automatic)
    return sum(event.count for event in of_kind), automatic


def by_day(events: Iterable[EventCount], period: Period) -> tuple[DayFigures, ...]:
    """Every day of the period, those without any event too."""
    counts: Counter[tuple[EventKind, int]] = Counter()
    for event in events:
        counts[event.kind, event.day] += event.count
    return tuple(
        DayFigures(day, counts[EventKind.RECEIVED, n], counts[EventKind.FINISHED, n])
        for n, day in enumerate(period.days)
    )


def first_answer(threads: Sequence[AnsweredThread]) -> timedelta | None:
    """The median time; of an even number, the middle between the two middle ones."""
    spans = sorted(thread.first_answered_at - thread.received_at for thread in threads)
    if not spans:
        return None
    middle = len(spans) // 2
    return (spans[middle] + spans[(len(spans) - 1) // 2]) / 2


def per_member(
    counted: Counted, *, led: frozenset[int], reader_id: int
) -> dict[int, tuple[int, int]]:
    """(open now, finished in the period) of each member.

    Of others only in the mailboxes that the reader leads, of the reader in all.
    """
    open_now: Counter[int] = Counter()
    done: Counter[int] = Counter()
    for thread in counted.open_threads:
        member = thread.assignee_id
        if member is not None and (member == reader_id or thread.mailbox_id in led):
            open_now[member] += thread.count
    for row in counted.finishers:
        if row.member_id == reader_id or row.mailbox_id in led:
            done[row.member_id] += row.count
    members = open_now.keys() | done.keys() | {reader_id}
    return {member: (open_now[member], done[member]) for member in members}


def _answers(mailboxes: tuple[MailboxFreshness, ...]) -> Answers:
    seen = [mailbox.answers_seen for mailbox in mailboxes]
    if not any(seen):
        return Answers.UNSEEN
    return Answers.SEEN if all(seen) else Answers.PARTLY
