"""The gate: who passes, whom rules name, who owns, and why the others were skipped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assignment.candidates import Candidate, Target, Wish
from core.mailboxes.models import Sticky, Strategy
from core.people.models import MemberState
from tests.core.assignment.people import NOW, person, pool_of

SOON = NOW + timedelta(hours=2)
LATER = NOW + timedelta(hours=9)
BLOCKED = {
    "away": {"absent": "away"},
    "off_hours": {"absent": "off_hours"},
    "holiday": {"absent": "holiday"},
    "opted_out": {"opted_out": True},
    "not_in_pool": {"in_pool": False},
    "full": {"open_load": 3, "cap": 3},
    "invited": {"state": MemberState.INVITED},
    "unreachable": {"state": MemberState.UNREACHABLE},
    "left": {"state": MemberState.LEFT},
}


@pytest.mark.parametrize("code", BLOCKED)
@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize(
    "wish",
    [Wish(), Wish(keep=1), Wish(sender_owner=1), Wish(targets=(Target((1,), 5, 1), Target((2,))))],
    ids=["pool", "owner", "sender", "rule"],
)
def test_whoever_is_blocked_passes_by_no_road(code: str, strategy: Strategy, wish: Wish) -> None:
    pool = pool_of(strategy, [person(1, **BLOCKED[code]), person(2, 9)])
    choice = pool.give(wish, NOW)
    if code == "not_in_pool" and wish.targets:
        assert choice.member_id == 1  # a rule names whom the pool leaves out
        return
    assert choice.member_id != 1
    if strategy is not Strategy.PULL or wish.targets:
        assert choice.member_id == 2
    assert (1, code) in choice.skipped


def test_the_waiting_reason_says_what_might_change() -> None:
    for people, code in (
        ([], "nobody_in_pool"),
        ([person(1, opted_out=True), person(2, in_pool=False)], "nobody_in_pool"),
        ([person(1, state=MemberState.INVITED)], "nobody_ready"),
        ([person(1, state=MemberState.INVITED), person(2, absent="away")], "nobody_free"),
        ([person(1, 4, cap=4)], "nobody_free"),
    ):
        assert pool_of(Strategy.LOAD_BALANCED, people).give(Wish(), NOW).code == code


def test_a_cap_is_never_passed_however_many_threads_come() -> None:
    people = [person(1, cap=3), person(2, cap=3)]
    pool = pool_of(Strategy.LOAD_BALANCED, people)
    given_to = [pool.give(Wish(), NOW).member_id for _ in range(10)]
    assert given_to.count(1) == given_to.count(2) == 3


def test_effort_counts_where_the_mailbox_says_so_and_a_giant_fills_the_cap() -> None:
    ada = person(1, cap=5)
    pool = pool_of(Strategy.LOAD_BALANCED, [ada], counts_effort=True)
    assert pool.give(Wish(effort=3), NOW).member_id == 1
    assert pool.give(Wish(effort=3), NOW).code == "nobody_free"
    ada.open_load = 0
    assert pool.give(Wish(effort=50), NOW).member_id == 1
    assert ada.open_load == 5


@pytest.mark.parametrize(
    ("mode", "owner", "waits"),
    [
        (Sticky.IF_AVAILABLE, {"absent": "off_hours", "next_free": SOON}, False),
        (Sticky.WITHIN_HOURS, {"absent": "off_hours", "next_free": SOON}, True),
        (Sticky.WITHIN_HOURS, {"absent": "off_hours", "next_free": LATER}, False),
        (Sticky.WITHIN_HOURS, {"absent": "away", "next_free": None}, False),
        (Sticky.WITHIN_HOURS, {"open_load": 2, "cap": 2}, False),
        (Sticky.ALWAYS, {"absent": "away", "next_free": None}, True),
        (Sticky.ALWAYS, {"open_load": 2, "cap": 2}, True),
        (Sticky.ALWAYS, {"state": MemberState.UNREACHABLE}, False),
        (Sticky.ALWAYS, {"opted_out": True}, False),
    ],
)
@pytest.mark.parametrize("wish", [Wish(keep=1), Wish(sender_owner=1)], ids=["thread", "sender"])
def test_when_a_thread_waits_for_its_owner(
    mode: Sticky, owner: dict[str, object], waits: bool, wish: Wish
) -> None:
    pool = pool_of(Strategy.LOAD_BALANCED, [person(1, **owner), person(2)], sticky=mode)
    choice = pool.give(wish, NOW)
    assert (choice.code == "waits_for_owner") is waits
    assert choice.waits_for == (1 if waits else None)
    assert choice.member_id == (None if waits else 2)


def test_an_owner_comes_before_a_rule_and_a_rule_before_the_senders_owner() -> None:
    pool = pool_of(Strategy.LOAD_BALANCED, [person(1), person(2), person(3)])
    targets = (Target((2,), 5, 1),)
    assert pool.give(Wish(keep=1, sender_owner=3, targets=targets), NOW).member_id == 1
    assert pool.give(Wish(sender_owner=3, targets=targets), NOW).member_id == 2
    assert pool.give(Wish(sender_owner=3), NOW).code == "same_sender"


def test_a_rules_fallbacks_are_tried_in_order_and_the_reason_names_the_rule() -> None:
    people = [person(1, absent="away"), person(2, 4), person(3, 2), person(4)]
    pool = pool_of(Strategy.LOAD_BALANCED, people)
    targets = (Target((1,), 5, 2), Target((2, 3), 5, 2, team_id=8))
    choice = pool.give(Wish(targets=targets), NOW)
    assert (choice.member_id, choice.code, choice.rule) == (3, "by_rule", (5, 2))
    assert choice.reason() == {
        "considered": ((3, 2), (2, 4)),
        "skipped": ((1, "away"),),
        "rule": (5, 2),
        "team": 8,
        "strategy": "load_balanced",
    }


def test_a_thread_waits_for_whom_its_rule_names_but_not_in_vain() -> None:
    targets = (Target((1,), 5, 2),)
    absent = pool_of(Strategy.LOAD_BALANCED, [person(1, absent="away"), person(2)])
    waits = absent.give(Wish(targets=targets), NOW)
    assert (waits.code, waits.targets) == ("nobody_free", targets)
    gone = pool_of(Strategy.LOAD_BALANCED, [person(1, state=MemberState.LEFT), person(2)])
    assert gone.give(Wish(targets=targets), NOW).member_id == 2
    assert absent.give(Wish(targets=targets, or_pool=True), NOW).member_id == 2


def test_a_team_takes_turns_without_moving_the_mailboxs_turn() -> None:
    pool = pool_of(Strategy.ROUND_ROBIN, [person(1), person(2), person(3)], rotation=1)
    wish = Wish(targets=(Target((1, 3), 5, 1),))
    moments = [NOW + timedelta(minutes=minute) for minute in range(4)]
    assert [pool.give(wish, at).member_id for at in moments] == [1, 3, 1, 3]
    assert pool.give(Wish(), NOW).member_id == 2


def test_the_quick_get_no_more_than_one_and_a_half_shares_while_others_are_free() -> None:
    quick, slow = person(1, 0, recent=3), person(2, 8, recent=0)
    pool = pool_of(Strategy.LOAD_BALANCED, [quick, slow], fair_share=True)
    choice = pool.give(Wish(), NOW)
    assert choice.member_id == 2
    assert choice.skipped == ((1, "over_share"),)
    slow.cap = 9
    assert pool.give(Wish(), NOW).member_id == 1


def test_owners_are_exempt_from_the_fair_share_but_what_they_get_counts() -> None:
    quick = person(1, recent=9)
    pool = pool_of(Strategy.LOAD_BALANCED, [quick, person(2)], fair_share=True)
    assert pool.give(Wish(keep=1), NOW).member_id == 1
    assert quick.recent == 10


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 5)), min_size=2, max_size=6),
    st.sampled_from([Strategy.LOAD_BALANCED, Strategy.ROUND_ROBIN, Strategy.WEIGHTED]),
    st.integers(1, 30),
)
def test_the_fair_share_leaves_somebody_and_holds(
    people: list[tuple[int, int]], strategy: Strategy, threads: int
) -> None:
    team = [
        person(number, recent=recent, weight=weight)
        for number, (recent, weight) in enumerate(people)
    ]
    pool = pool_of(strategy, team, fair_share=True)
    for _ in range(threads):
        arrivals = sum(who.recent for who in team) + 1
        chosen = pool.find(pool.give(Wish(), NOW).member_id)
        assert chosen is not None
        assert chosen.recent - 1 < 1.5 * arrivals * _part(chosen, team, strategy)


def _part(who: Candidate, team: list[Candidate], strategy: Strategy) -> float:
    if strategy is Strategy.WEIGHTED:
        return who.weight / sum(other.weight for other in team)
    return 1 / len(team)
