"""Folding messages into a thread: the same end whatever the order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.mail.fold import ThreadFold, fold, settle_places
from core.mail.models import Direction, EventKind, ThreadState

NOW = datetime(2026, 3, 2, tzinfo=UTC)
Message = tuple[Direction, int]

messages = st.lists(
    st.tuples(st.sampled_from(Direction), st.integers(0, 500)), min_size=1, max_size=8, unique=True
)


def at(minute: int) -> datetime:
    return NOW + timedelta(minutes=minute)


def folded(history: list[Message], *, backlog: bool, live_from: datetime | None) -> ThreadFold:
    thread = ThreadFold(1, True, ThreadState.OPEN, True, at(history[0][1]))
    for direction, minute in history:
        fold(thread, direction, at(minute), backlog=backlog, live_from=live_from, now=NOW)
    return thread


@given(messages, st.randoms(use_true_random=False), st.one_of(st.none(), st.integers(0, 500)))
def test_a_backlog_ends_the_same_in_any_order(
    history: list[Message], random: object, live_minute: int | None
) -> None:
    live_from = None if live_minute is None else at(live_minute)
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = folded(history, backlog=True, live_from=live_from)
    other = folded(shuffled, backlog=True, live_from=live_from)
    for name in (
        "last_received_at",
        "last_answered_at",
        "first_answered_at",
        "finished_at",
        "state",
        "is_history",
        "wants_assignee",
    ):
        assert getattr(one, name) == getattr(other, name), name
    if one.last_received_at is not None:
        assert one.received_at == other.received_at


@given(messages)
def test_a_backlog_is_done_exactly_where_the_last_word_is_ours(history: list[Message]) -> None:
    thread = folded(history, backlog=True, live_from=None)
    received = [minute for direction, minute in history if direction is Direction.IN]
    answers = [minute for direction, minute in history if direction is Direction.OUT]
    answered = bool(received and answers and max(answers) >= max(received))
    assert (thread.state is ThreadState.DONE) is answered


@given(messages, st.integers(0, 500))
def test_it_is_history_exactly_where_nothing_came_in_since_the_start(
    history: list[Message], live_minute: int
) -> None:
    thread = folded(history, backlog=True, live_from=at(live_minute))
    received = [minute for direction, minute in history if direction is Direction.IN]
    assert thread.is_history is (not received or max(received) < live_minute)


@given(messages)
def test_the_first_answer_is_never_before_the_first_question(history: list[Message]) -> None:
    thread = folded(history, backlog=False, live_from=None)
    received = [minute for direction, minute in history if direction is Direction.IN]
    later = [
        minute
        for direction, minute in history
        if direction is Direction.OUT and received and minute >= min(received)
    ]
    assert thread.first_answered_at == (at(min(later)) if later else None)


def test_an_answer_leaves_a_live_thread_open() -> None:
    thread = folded([(Direction.IN, 1), (Direction.OUT, 2)], backlog=False, live_from=None)
    assert thread.state is ThreadState.OPEN


def test_a_message_wakes_a_snoozed_thread() -> None:
    thread = folded([(Direction.IN, 1)], backlog=False, live_from=None)
    thread.state = ThreadState.SNOOZED
    fold(thread, Direction.IN, at(9), backlog=False, live_from=None, now=NOW)
    assert thread.state is ThreadState.OPEN
    assert thread.events[-1].kind is EventKind.WOKEN


def test_what_a_person_finished_stays_done_when_its_mail_moves_back() -> None:
    thread = folded([(Direction.IN, 1)], backlog=False, live_from=None)
    thread.state, thread.finished_at = ThreadState.DONE, at(5)
    settle_places(thread, away=0, here=1, now=NOW)
    assert thread.state is ThreadState.DONE
