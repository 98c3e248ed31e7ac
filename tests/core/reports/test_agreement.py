"""Reports agree with a slow calculation that reads like the definitions, on any history."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.mail.models import Automatic, EventKind, MailThread, ThreadEvent, ThreadState
from core.people.views import Actor
from core.reports.service import Reports
from core.reports.views import ReportView
from core.sealing import Vault
from core.threads.handling import Moment, handled
from tests import factories

NOW = datetime(2026, 4, 1, 10, 30, tzinfo=UTC)
"""Wednesday after the Sunday on which clocks went forward in Europe."""

SPANS = {
    "today": (date(2026, 4, 1), date(2026, 4, 1)),
    "last week": (date(2026, 3, 23), date(2026, 3, 29)),
    "this month": (date(2026, 4, 1), date(2026, 4, 1)),
    "last month": (date(2026, 3, 1), date(2026, 3, 31)),
    "past 30 days": (date(2026, 3, 3), date(2026, 4, 1)),
}
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu")
MEMBERS = (0, 1, 2)
BOXES = (0, 1)

midnights = st.builds(
    lambda day, minutes: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=day, minutes=minutes),
    st.integers(-3, 31),
    st.sampled_from([-345, -120, -60, -1, 0, 1, 240, 300]),
)
moments = midnights | st.builds(
    lambda microseconds: NOW - timedelta(microseconds=microseconds),
    st.integers(0, 40 * 86_400_000_000),
)
somebody = st.none() | st.sampled_from(MEMBERS)
threads = st.fixed_dictionaries(
    {
        "mailbox": st.sampled_from(BOXES),
        "received_at": moments,
        "answer_after": st.none() | st.timedeltas(timedelta(0), timedelta(days=20)),
        "nobody_wrote": st.booleans(),
        "state": st.sampled_from(ThreadState),
        "is_history": st.booleans(),
        "assignee": somebody,
        "automatic": st.sampled_from(Automatic),
        "waiting_reason": st.sampled_from([None, "nobody_free", "released"]),
        "events": st.lists(st.tuples(st.sampled_from(EventKind), moments, somebody), max_size=4),
    }
)
histories = st.lists(threads, max_size=12)
leads = st.frozensets(st.sampled_from(BOXES))
seen = st.tuples(st.booleans(), st.booleans())


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(histories, st.sampled_from(sorted(SPANS)), st.sampled_from(ZONES), leads, seen)
async def test_every_figure_is_what_counting_by_hand_gives(
    any_database: str,
    vault: Vault,
    history: list[dict[str, Any]],
    text: str,
    zone: str,
    led: frozenset[int],
    answers_seen: tuple[bool, bool],
):
    actor, members = await _write(vault, history, zone, led, answers_seen)

    view = await Reports(vault, lambda: NOW).overview(actor, text)

    hand = _ByHand(history, ZoneInfo(zone), SPANS[text], answers_seen)
    _compare_events(view, hand)
    _compare_open(view, hand)
    _compare_answers(view, hand)
    _compare_members(view, hand, led, members)
    _compare_handling(view, hand)
    _compare_led(view, hand, led)


async def _write(
    vault: Vault,
    history: list[dict[str, Any]],
    zone: str,
    led: frozenset[int],
    answers_seen: tuple[bool, bool],
) -> tuple[Actor, list[int]]:
    """An organization of this example's own. The reader is its first member."""
    organization = await factories.organization(vault, timezone=zone)
    sender = await factories.correspondent(vault, organization)
    boxes = [await factories.mailbox(vault, organization, answers_seen=one) for one in answers_seen]
    people = [await factories.member(vault, organization) for _ in MEMBERS]
    for box in boxes:
        for person in people:
            await factories.works(box, person)
    members = [person.id for person in people]
    for facts in history:
        received, answer = facts["received_at"], facts["answer_after"]
        thread = await factories.thread(
            vault,
            boxes[facts["mailbox"]],
            sender,
            at=received,
            last_received_at=None if facts["nobody_wrote"] else received,
            first_answered_at=None if answer is None else received + answer,
            state=facts["state"],
            is_history=facts["is_history"],
            assignee_id=None if facts["assignee"] is None else members[facts["assignee"]],
            automatic=facts["automatic"],
            waiting_reason=facts["waiting_reason"],
        )
        await _write_events(thread, facts["events"], members)
    ids = [box.id for box in boxes]
    actor = Actor(
        organization.id,
        members[0],
        mailboxes=frozenset(ids),
        leads=frozenset(ids[box] for box in led),
    )
    return actor, members


async def _write_events(
    thread: MailThread, events: list[tuple[EventKind, datetime, int | None]], members: list[int]
) -> None:
    await ThreadEvent.bulk_create(
        ThreadEvent(
            organization_id=thread.organization_id,
            mailbox_id=thread.mailbox_id,
            thread_id=thread.id,
            kind=kind,
            at=at,
            member_id=None if member is None else members[member],
        )
        for kind, at, member in events
    )


class _ByHand:
    """The same history, looked at thread by thread."""

    def __init__(
        self,
        history: list[dict[str, Any]],
        zone: ZoneInfo,
        span: tuple[date, date],
        answers_seen: tuple[bool, bool],
    ) -> None:
        self.zone, self.first, self.last = zone, *span
        self.answers_seen = answers_seen
        self.received = self._events(history, EventKind.RECEIVED)
        self.finished = self._events(history, EventKind.FINISHED)
        self.given = self._events(history, EventKind.ASSIGNED)
        self.snoozed = sum(thread["state"] is ThreadState.SNOOZED for thread in history)
        self.handled = [time for thread in history for time in self._handled(thread)]
        self.open = [thread for thread in history if _is_open(thread)]
        self.answered = [
            thread
            for thread in history
            if answers_seen[thread["mailbox"]]
            and thread["answer_after"] is not None
            and self._within(thread["received_at"] + thread["answer_after"])
        ]

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _within(self, at: datetime) -> bool:
        return self.first <= self.day(at) <= self.last

    def _handled(self, thread: dict[str, Any]) -> list[tuple[int, timedelta]]:
        """(mailbox, handling time) of what was answered or done in the period."""
        if not self.answers_seen[thread["mailbox"]]:
            return []
        times = handled(Moment(*event) for event in thread["events"])
        return [(thread["mailbox"], one.time) for one in times if self._within(one.ended_at)]

    def _events(
        self, history: list[dict[str, Any]], kind: EventKind
    ) -> list[tuple[dict[str, Any], datetime, int | None]]:
        return [
            (thread, at, member)
            for thread in history
            for one, at, member in thread["events"]
            if one is kind and self._within(at)
        ]


def _is_open(thread: dict[str, Any]) -> bool:
    if thread["state"] is not ThreadState.OPEN:
        return False
    return thread["assignee"] is not None or not (thread["is_history"] or thread["nobody_wrote"])


def _automatic(thread: dict[str, Any]) -> bool:
    return thread["automatic"] in ("reply", "list", "bulk")


def _compare_events(view: ReportView, hand: _ByHand) -> None:
    assert view.received == len(hand.received)
    assert view.finished == len(hand.finished)
    assert view.automatic.received == sum(_automatic(thread) for thread, _, _ in hand.received)
    assert view.automatic.finished == sum(_automatic(thread) for thread, _, _ in hand.finished)
    assert [day.day for day in view.days] == [
        hand.first + timedelta(days=n) for n in range((hand.last - hand.first).days + 1)
    ]
    for day in view.days:
        assert day.received == sum(hand.day(at) == day.day for _, at, _ in hand.received)
        assert day.finished == sum(hand.day(at) == day.day for _, at, _ in hand.finished)


def _compare_open(view: ReportView, hand: _ByHand) -> None:
    assert view.open == len(hand.open)
    assert view.unassigned == sum(thread["assignee"] is None for thread in hand.open)
    assert view.unassigned == sum(count for _, count in view.waiting)
    for code, count in view.waiting:
        free = [one for one in hand.open if one["assignee"] is None]
        assert count == sum((one["waiting_reason"] or "") == code for one in free)
    assert view.snoozed == hand.snoozed
    assert view.automatic.open == sum(map(_automatic, hand.open))
    assert view.oldest_open_at == min((one["received_at"] for one in hand.open), default=None)


def _compare_answers(view: ReportView, hand: _ByHand) -> None:
    if any(hand.answers_seen):
        assert view.answered == len(hand.answered)
        assert view.automatic.answered == sum(map(_automatic, hand.answered))
    else:
        assert view.answered is view.automatic.answered is None
    if hand.answered:
        expected = median(thread["answer_after"].total_seconds() for thread in hand.answered)
        assert view.first_answer is not None
        assert abs(view.first_answer.total_seconds() - expected) < 1e-5
    else:
        assert view.first_answer is None


def _compare_members(
    view: ReportView, hand: _ByHand, led: frozenset[int], members: list[int]
) -> None:
    rows = {one.member_id: (one.open, one.finished) for one in view.members}
    for number, member_id in enumerate(members):
        counted = [box for box in BOXES if number == 0 or box in led]
        has = sum(one["assignee"] == number and one["mailbox"] in counted for one in hand.open)
        did = sum(who == number and one["mailbox"] in counted for one, _, who in hand.finished)
        assert rows.get(member_id, (0, 0)) == (has, did)
    if not led:
        assert rows.keys() == {members[0]}


def _compare_handling(view: ReportView, hand: _ByHand) -> None:
    _same_median(view.handling_time, [time for _, time in hand.handled])
    assert view.is_small_handling_sample == (0 < len(hand.handled) < 10)


def _compare_led(view: ReportView, hand: _ByHand, led: frozenset[int]) -> None:
    assert len(view.led) == len(led)
    for number, box in zip(sorted(led), view.led, strict=True):
        _same_median(box.handling_time, [time for at, time in hand.handled if at == number])
        here = Counter(who for one, _, who in hand.given if one["mailbox"] == number)
        got = [here[member] for member in MEMBERS]
        assert (box.people, box.given) == (len(MEMBERS), sum(got))
        assert (box.fairness is None) == (sum(got) < 5 * len(MEMBERS))
        if box.fairness is not None:
            index = sum(got) ** 2 / (len(got) * sum(one**2 for one in got))
            assert abs(box.fairness - index) < 1e-9


def _same_median(shown: timedelta | None, times: list[timedelta]) -> None:
    if not times:
        assert shown is None
        return
    expected = median(time.total_seconds() for time in times)
    assert shown is not None
    assert abs(shown.total_seconds() - expected) < 1e-5
