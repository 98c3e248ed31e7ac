"""What each figure of a report means, and how it is made from the counts. No I/O.

*received*: RECEIVED events in the period: messages from outside, history among them.
*answered*: threads whose first answer lies in the period, whenever they were received.
*time to first answer*: from a thread's first message to its first answer, of those threads.
*finished*: FINISHED events in the period; a thread that was reopened can count twice.
*handling time*: from taken to answered or done, snoozes taken out, of what was answered or done
in the period, whenever it was taken; see core.threads.handling.
*open*, *unassigned*, *oldest open*: now, whatever the period; snoozed threads are not open.
Open is what is assigned and what waits; *waiting* is the unassigned by the reason kept with them.
*snoozed*: now.
*fairness*: Jain's index of what Postroom itself gave in the period to each person of a mailbox,
by mailbox. Jain's and not Gini's, since it reads as the part of the people who are served
equally and holds for a team of five; core.assignment.fairness says more. Counted are ASSIGNED
events, a thread that was given twice as two; not what people took, passed on, had back by an
undo or set in Outlook. Where a mailbox counts effort, it is of effort; where its strategy is
weighted, each person's load is divided by their share. The people are those who could be given
work: ready, in the pool and not opted out now, and not away throughout. With fewer than two of
them, or fewer than five threads a person, there is no figure: of less, one thread more or less
would move it by a tenth.
*automatic*: how much of each is threads that a list, a bulk sender or an auto-reply began.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from statistics import median

from core.assignment.fairness import jain
from core.mail.models import EventKind
from core.reports.counts import AnsweredThread, Counted, EventCount
from core.reports.given import GivenCount
from core.reports.handling import HandledThread
from core.reports.periods import Period
from core.reports.views import (
    Answers,
    AutomaticFigures,
    DayFigures,
    LedFigures,
    MailboxFreshness,
    MemberFigures,
    NoFairness,
    ReportView,
)

SMALL_SAMPLE = 10
"""A median of fewer answers or handling times is marked."""
ENOUGH_GIVEN = 5
"""Threads a person, from which on fairness is told."""


def report(
    counted: Counted,
    period: Period,
    mailboxes: tuple[MailboxFreshness, ...],
    members: tuple[MemberFigures, ...],
    *,
    led: frozenset[int],
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
        waiting=waiting(counted),
        snoozed=counted.snoozed,
        oldest_open_at=min((row.oldest for row in threads), default=None),
        first_answer=first_answer(answered or ()),
        is_small_sample=_is_small(answered or ()),
        handling_time=handling_time(counted.handled or ()),
        is_small_handling_sample=_is_small(counted.handled or ()),
        automatic=AutomaticFigures(
            received=received_automatic,
            answered=None if answered is None else sum(one.automatic for one in answered),
            finished=finished_automatic,
            open=sum(row.automatic for row in threads),
        ),
        members=members,
        days=by_day(counted.events, period),
        led=tuple(led_mailbox(one, counted) for one in mailboxes if one.mailbox_id in led),
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


def handling_time(threads: Sequence[HandledThread]) -> timedelta | None:
    """The median, found as that of first answers."""
    if not threads:
        return None
    return timedelta(seconds=median(one.time.total_seconds() for one in threads))


def waiting(counted: Counted) -> tuple[tuple[str, int], ...]:
    """(code, how many), the most first."""
    counts: Counter[str] = Counter()
    for row in counted.open_threads:
        if row.assignee_id is None:
            counts[row.reason or ""] += row.count
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def led_mailbox(mailbox: MailboxFreshness, counted: Counted) -> LedFigures:
    given = [one for one in counted.given if one.mailbox_id == mailbox.mailbox_id]
    handled = [one for one in counted.handled or () if one.mailbox_id == mailbox.mailbox_id]
    missing = no_fairness(given)
    return LedFigures(
        mailbox_id=mailbox.mailbox_id,
        address=mailbox.address,
        people=len(given),
        given=sum(one.threads for one in given),
        fairness=fairness(given) if missing is None else None,
        no_fairness=missing,
        is_weighted=any(one.is_weighted for one in given),
        handling_time=handling_time(handled),
        answers_seen=mailbox.answers_seen,
        is_small_sample=_is_small(handled),
    )


def no_fairness(given: Sequence[GivenCount]) -> NoFairness | None:
    """None: there is a figure."""
    if len(given) < 2:
        return NoFairness.ONE_PERSON
    if sum(one.threads for one in given) < ENOUGH_GIVEN * len(given):
        return NoFairness.TOO_LITTLE
    return None


def fairness(given: Sequence[GivenCount]) -> float:
    """Of one mailbox."""
    loads = {one.member_id: float(one.load) for one in given}
    return jain(loads, {one.member_id: one.share for one in given})


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


def _is_small(sample: Sequence[object]) -> bool:
    return 0 < len(sample) < SMALL_SAMPLE


def _answers(mailboxes: tuple[MailboxFreshness, ...]) -> Answers:
    seen = [mailbox.answers_seen for mailbox in mailboxes]
    if not any(seen):
        return Answers.UNSEEN
    return Answers.SEEN if all(seen) else Answers.PARTLY
