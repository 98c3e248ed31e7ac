"""The pool of replays chooses and counts as the pool does."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.assignment.candidates import Candidate, Target, Wish
from core.assignment.pool import Policy, Pool
from core.assignment.quick import QuickPool
from core.mailboxes.models import Sticky, Strategy
from core.people.models import MemberState
from tests.core.assignment.people import NOW

IDS = st.integers(1, 6)
MAYBE = st.none() | IDS
PEOPLE = st.lists(
    st.builds(
        Candidate,
        IDS,
        state=st.sampled_from(MemberState) | st.just(MemberState.READY),
        in_pool=st.integers(0, 4).map(bool),
        opted_out=st.integers(0, 4).map(lambda drawn: drawn == 0),
        absent=st.sampled_from([None, None, None, "away", "off_hours"]),
        next_free=st.none() | st.just(NOW + timedelta(hours=2)),
        open_load=st.integers(0, 5),
        cap=st.none() | st.integers(0, 6),
        weight=st.integers(1, 3),
        skills=st.frozensets(st.integers(1, 3)),
        last_assigned_at=st.none() | st.integers(0, 3).map(lambda ago: NOW - timedelta(hours=ago)),
        recent=st.integers(0, 4),
        elsewhere=st.integers(0, 2),
        credit=st.integers(-4, 4),
    ),
    unique_by=lambda who: who.member_id,
)
WISHES = st.lists(
    st.builds(
        Wish,
        keep=MAYBE,
        sender_owner=MAYBE,
        avoid=MAYBE,
        tags=st.frozensets(st.integers(1, 3)),
        effort=st.integers(1, 4),
        targets=st.lists(
            st.builds(Target, st.lists(IDS, max_size=3).map(tuple), MAYBE, MAYBE, MAYBE),
            max_size=2,
        ).map(tuple),
        or_pool=st.booleans(),
    ),
    max_size=8,
)
POLICIES = st.builds(
    Policy,
    st.sampled_from(Strategy),
    sticky=st.sampled_from(Sticky),
    fair_share=st.booleans(),
    counts_effort=st.booleans(),
)


@given(POLICIES, PEOPLE, WISHES, st.integers(0, 6))
def test_the_quick_pool_chooses_and_counts_as_the_pool(
    policy: Policy, people: list[Candidate], wishes: list[Wish], rotation: int
) -> None:
    pool = Pool(policy, people, rotation)
    quick = QuickPool(policy, deepcopy(people), rotation)
    for number, wish in enumerate(wishes):
        at = NOW + timedelta(minutes=number)
        assert quick.give(wish, at).member_id == pool.give(wish, at).member_id
        assert (quick.candidates, quick.rotation) == (pool.candidates, pool.rotation)
        assert quick.touched == pool.touched


def test_who_comes_and_goes_is_seen_at_the_next_look() -> None:
    ada, ben = Candidate(1), Candidate(2)
    quick = QuickPool(Policy(Strategy.LOAD_BALANCED), [ada, ben])
    ada.absent = "away"
    quick.look()
    assert quick.give(Wish(), NOW).member_id == 2
