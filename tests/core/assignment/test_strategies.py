"""Choosing who gets a thread."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assignment.candidates import Wish
from core.mailboxes.models import Strategy
from core.people.models import MemberState
from tests.core.assignment.people import NOW, person, pool_of


def test_load_balanced_gives_to_who_has_fewest_open() -> None:
    pool = pool_of(Strategy.LOAD_BALANCED, [person(1, 4), person(2, 1), person(3, 2)])
    choice = pool.give(Wish(), NOW)
    assert (choice.member_id, choice.code) == (2, "fewest_open")
    assert choice.considered == ((2, 1), (3, 2), (1, 4))


def test_a_tie_goes_to_who_has_waited_longest() -> None:
    earlier = NOW - timedelta(hours=2)
    pool = pool_of(Strategy.LOAD_BALANCED, [person(1, 1, last=NOW), person(2, 1, last=earlier)])
    assert pool.give(Wish(), NOW).member_id == 2


def test_who_was_never_given_anything_comes_before_all_others_in_a_tie() -> None:
    pool = pool_of(Strategy.LOAD_BALANCED, [person(1, 1, last=NOW), person(2, 1)])
    assert pool.give(Wish(), NOW).member_id == 2


def test_round_robin_goes_round_and_starts_again() -> None:
    pool = pool_of(Strategy.ROUND_ROBIN, [person(3), person(1), person(2)])
    assert [pool.give(Wish(), NOW).member_id for _ in range(5)] == [1, 2, 3, 1, 2]


def test_round_robin_goes_on_behind_someone_who_left_the_pool() -> None:
    pool = pool_of(Strategy.ROUND_ROBIN, [person(1), person(3)], rotation=2)
    assert pool.give(Wish(), NOW).member_id == 3


@pytest.mark.parametrize("state", [s for s in MemberState if s is not MemberState.READY])
def test_who_is_not_ready_is_skipped_with_the_reason(state: MemberState) -> None:
    pool = pool_of(Strategy.LOAD_BALANCED, [person(1, 0, state=state), person(2, 9)])
    choice = pool.give(Wish(), NOW)
    assert choice.member_id == 2
    assert choice.skipped == ((1, state.value),)


def test_the_thread_waits_when_nobody_is_ready() -> None:
    pool = pool_of(Strategy.ROUND_ROBIN, [person(1, state=MemberState.INVITED)])
    choice = pool.give(Wish(), NOW)
    assert (choice.member_id, choice.code) == (None, "nobody_ready")


def test_the_thread_waits_when_the_pool_is_empty() -> None:
    assert pool_of(Strategy.ROUND_ROBIN, []).give(Wish(), NOW).code == "nobody_in_pool"


def test_who_had_the_thread_keeps_it_whatever_the_load() -> None:
    pool = pool_of(Strategy.LOAD_BALANCED, [person(1, 50), person(2, 0)])
    choice = pool.give(Wish(keep=1), NOW)
    assert (choice.member_id, choice.code) == (1, "same_thread")


def test_who_had_the_thread_but_is_out_of_the_pool_does_not_keep_it() -> None:
    pool = pool_of(Strategy.LOAD_BALANCED, [person(1, in_pool=False), person(2, 5)])
    assert pool.give(Wish(keep=1), NOW).member_id == 2


def test_who_must_not_get_it_is_skipped() -> None:
    pool = pool_of(Strategy.LOAD_BALANCED, [person(1, 0), person(2, 5)])
    choice = pool.give(Wish(avoid=1), NOW)
    assert (choice.member_id, choice.skipped) == (2, ((1, "had_it"),))


@given(
    st.sampled_from([Strategy.ROUND_ROBIN, Strategy.LOAD_BALANCED]),
    st.lists(st.integers(0, 30), min_size=1, max_size=8),
    st.integers(1, 60),
)
def test_load_never_grows_apart_by_more_than_it_was(
    strategy: Strategy, loads: list[int], threads: int
) -> None:
    people = [person(i + 1, load) for i, load in enumerate(loads)]
    pool = pool_of(strategy, people)
    before = max(loads) - min(loads)
    for _ in range(threads):
        assert pool.give(Wish(), NOW).member_id is not None
    after = [who.open_load for who in people]
    assert sum(after) == sum(loads) + threads
    assert max(after) - min(after) <= max(before, 1) + (strategy is Strategy.ROUND_ROBIN)


def test_weighted_shares_come_out_smoothly() -> None:
    pool = pool_of(Strategy.WEIGHTED, [person(1, weight=3), person(2, weight=1)])
    got = [pool.give(Wish(), NOW).member_id for _ in range(8)]
    assert got.count(1) == 6
    assert got[:4].count(2) == got[4:].count(2) == 1


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.integers(1, 200))
def test_weighted_never_strays_from_the_share_by_more_than_a_thread_a_person(
    weights: list[int], threads: int
) -> None:
    people = [person(number, weight=weight) for number, weight in enumerate(weights)]
    pool = pool_of(Strategy.WEIGHTED, people)
    for _ in range(threads):
        pool.give(Wish(), NOW)
    for who in people:
        exact = threads * who.weight / sum(weights)
        assert abs(who.open_load - exact) <= len(people)


def test_who_was_absent_under_weighted_has_nothing_to_catch_up_with() -> None:
    ada, bo = person(1), person(2, absent="away")
    pool = pool_of(Strategy.WEIGHTED, [ada, bo])
    for _ in range(10):
        pool.give(Wish(), NOW)
    bo.absent = None
    got = [pool.give(Wish(), NOW).member_id for _ in range(4)]
    assert sorted(got) == [1, 1, 2, 2]


def test_skills_give_a_tagged_thread_to_who_has_one_of_them() -> None:
    skilled = frozenset({7})
    pool = pool_of(Strategy.SKILLS, [person(1, 0), person(2, 5, skills=skilled)])
    choice = pool.give(Wish(tags=frozenset({7, 8})), NOW)
    assert (choice.member_id, choice.code) == (2, "skilled")
    assert choice.skipped == ((1, "lacks_skill"),)
    assert pool.give(Wish(), NOW).member_id == 1


def test_a_tagged_thread_waits_when_nobody_has_the_skill_or_who_has_it_is_absent() -> None:
    nobody = pool_of(Strategy.SKILLS, [person(1)])
    absent = pool_of(
        Strategy.SKILLS, [person(1), person(2, absent="holiday", skills=frozenset({7}))]
    )
    wish = Wish(tags=frozenset({7}))
    assert nobody.give(wish, NOW).code == "nobody_skilled"
    assert absent.give(wish, NOW).code == "nobody_free"


def test_pull_gives_nobody_anything_but_an_owner_their_own() -> None:
    pool = pool_of(Strategy.PULL, [person(1), person(2)])
    assert pool.give(Wish(), NOW).code == "pull"
    assert pool.give(Wish(keep=2), NOW).member_id == 2


def test_a_thread_of_another_mailbox_counts_for_who_has_the_fewest_but_not_against_the_cap() -> (
    None
):
    pool = pool_of(Strategy.LOAD_BALANCED, [person(1, 0, elsewhere=9, cap=1), person(2, 3)])
    assert pool.give(Wish(), NOW).member_id == 2
    assert pool.give(Wish(avoid=2), NOW).member_id == 1
