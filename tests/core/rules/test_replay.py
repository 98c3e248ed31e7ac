"""Mail gone through twice: with the draft, and as the rules are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.assignment.candidates import Candidate
from core.assignment.pool import Policy
from core.assignment.quick import QuickPool
from core.mail.models import Automatic
from core.mailboxes.models import Strategy
from core.rules.attendance import Attendance
from core.rules.desk import PoolDesk
from core.rules.engine import compile_rules
from core.rules.facts import Facts
from core.rules.replay import MOST_EXAMPLES, Arrival, Asked, Replay, Side
from core.rules.terms import (
    AddTag,
    AssignTo,
    Draft,
    Field,
    Finish,
    Operator,
    PersonRef,
    Rule,
    Snooze,
    Stop,
    TeamRef,
    Test,
)
from tests.clock import MONDAY_MORNING as START

ADA, BEN, CY = 1, 2, 3
FINANCE = 7
INVOICE = Test(Field.SUBJECT, Operator.CONTAINS, ("invoice",))
BODY = Test(Field.BODY, Operator.CONTAINS, ("refund",))


def arrival(thread_id: int, subject: str | None = "Hello", minutes: int = 0, **more) -> Arrival:
    facts = Facts(
        sender="grace@customer.example",
        recipients=None,
        subject=subject,
        body=None,
        has_attachments=False,
        importance="normal",
        categories=(),
        received_at=START + timedelta(minutes=minutes),
        in_hours=True,
        automatic=Automatic.NONE,
        is_first=more.pop("is_first", True),
        unanswered_hours=0.0,
    )
    return Arrival(
        thread_id,
        facts,
        more.pop("sender", None),
        more.pop("finished_at", None),
        more.pop("waited", 1.0),
    )


def side(*people: int, cap: int | None = None, **policy) -> Side:
    everybody = [Candidate(i, cap=cap) for i in people]
    pool = QuickPool(Policy(Strategy.LOAD_BALANCED, **policy), everybody)
    return Side(PoolDesk(pool, Attendance({}), {FINANCE: (BEN, CY)}, {}))


def rule(*then, when=INVOICE, unless=None, rule_id: int = 1) -> Rule:
    return Rule(rule_id, 1, rule_id, Draft(when, unless, then))


def replay(tried: Rule, *others: Rule, replaced: Rule | None = None, people=(ADA, BEN)) -> Replay:
    base = [replaced, *others] if replaced else list(others)
    return Replay(
        compile_rules([tried, *others]),
        compile_rules(base),
        tried=(tried.rule_id, tried.version),
        tried_alone=compile_rules([tried]),
        replaced_alone=compile_rules([replaced]) if replaced else None,
        draft=side(*people),
        base=side(*people),
    )


def test_the_draft_gives_to_whom_it_names_and_today_goes_on_as_it_did():
    trial = replay(rule(AssignTo((PersonRef(BEN),))))

    trial.take(arrival(i, "Invoice") for i in range(4))

    assert trial.found()["draft"]["given"] == [(BEN, 4)]
    assert trial.found()["base"]["given"] == [(ADA, 2), (BEN, 2)]


def test_a_draft_in_place_of_a_rule_is_beside_that_rule():
    trial = replay(rule(AssignTo((PersonRef(BEN),))), replaced=rule(AssignTo((PersonRef(ADA),))))

    trial.take([arrival(1, "Invoice")])

    assert trial.found()["draft"]["given"] == [(BEN, 1)]
    assert trial.found()["base"]["given"] == [(ADA, 1)]


def test_matches_and_what_cannot_be_known_are_counted_apart():
    trial = replay(rule(AddTag("x"), when=BODY, unless=INVOICE))

    trial.take([arrival(1, "Invoice"), arrival(2, "Hello"), arrival(3, None)])

    found = trial.found()
    assert (found["matched"], found["unmatched"], found["unknown"]) == (0, 1, 2)


def test_a_rule_that_an_earlier_one_stops_is_not_matched():
    tried, first = rule(AddTag("x"), rule_id=2), rule(Stop(), rule_id=1)
    trial = Replay(
        compile_rules([first, tried]),
        compile_rules([first]),
        tried=(2, 1),
        tried_alone=compile_rules([tried]),
        replaced_alone=None,
        draft=side(ADA),
        base=side(ADA),
    )

    trial.take([arrival(1, "Invoice")])

    assert trial.found()["matched"] == 0


def test_examples_are_the_first_threads_each_once():
    trial = replay(rule(AddTag("x")))

    trial.take(arrival(i // 2, "Invoice") for i in range(100))

    assert trial.found()["examples"] == list(range(MOST_EXAMPLES))


def test_over_the_cap_a_thread_waits_until_another_was_finished():
    one = side(ADA, cap=1)
    done = START + timedelta(minutes=5)
    trial = Replay(
        compile_rules([rule(AddTag("x"))]),
        compile_rules([]),
        tried=(1, 1),
        tried_alone=compile_rules([rule(AddTag("x"))]),
        replaced_alone=None,
        draft=one,
        base=side(ADA),
    )

    trial.take([arrival(1, finished_at=done), arrival(2, minutes=1), arrival(3, minutes=2)])
    trial.take([arrival(4, minutes=20)])

    found = trial.found()["draft"]
    assert found["given"] == [(ADA, 2)]
    assert (found["waited"], found["left"]) == (3, 2)
    assert trial.found()["base"]["waited"] == 0


def test_the_fair_share_looks_back_an_hour_and_no_further():
    desk = side(ADA, BEN, fair_share=True).desk

    for i in range(4):
        desk.give(Asked((), None), START + timedelta(minutes=i))
    desk.give(Asked((), None), START + timedelta(hours=3))

    assert sorted(who.recent for who in desk._pool.candidates) == [0, 1]


def test_a_senders_next_thread_goes_to_who_had_the_last_one_if_the_mailbox_says_so():
    desk = side(ADA, BEN, sticky_sender_days=2).desk
    first = desk.give(Asked((), 9), START)
    desk.give(Asked((), 8), START)

    again = desk.give(Asked((), 9), START + timedelta(days=1))
    later = desk.give(Asked((), 9), START + timedelta(days=9))

    assert again.member_id == first.member_id
    assert later.member_id != first.member_id


def test_a_thread_is_given_once_however_many_messages_it_has():
    trial = replay(rule(AddTag("x")))

    trial.take(arrival(1, minutes=i, is_first=i == 0) for i in range(5))

    assert sum(count for _, count in trial.found()["draft"]["given"]) == 1


def test_what_was_finished_weighs_no_more():
    trial = replay(rule(AddTag("x")))
    done = START + timedelta(minutes=5)

    trial.take([arrival(1, finished_at=done), arrival(2, minutes=10), arrival(3, minutes=11)])

    assert trial.found()["draft"]["given"] == [(ADA, 1), (BEN, 2)] or trial.found()["draft"][
        "given"
    ] == [(ADA, 2), (BEN, 1)]


def test_a_thread_that_a_rule_finishes_is_nobodys():
    trial = replay(rule(Finish()))

    trial.take([arrival(1, "Invoice")])

    assert trial.found()["draft"]["given"] == []
    assert trial.found()["draft"]["finished"] == 1


def test_a_team_shares_what_is_assigned_to_it():
    trial = replay(rule(AssignTo((TeamRef(FINANCE),))), people=(ADA, BEN, CY))

    trial.take(arrival(i, "Invoice") for i in range(4))

    assert trial.found()["draft"]["given"] == [(BEN, 2), (CY, 2)]


@pytest.mark.parametrize(("waited", "matched"), [(25.0, 1), (3.0, 0)])
def test_an_age_matches_if_the_thread_ever_waited_so_long(waited, matched):
    trial = replay(rule(AddTag("x"), when=Test(Field.AGE, Operator.OVER, ("24",))))

    trial.take([arrival(1, waited=waited)])

    assert trial.found()["matched"] == matched


def test_going_through_in_one_piece_or_in_many_is_the_same():
    mail = [
        arrival(i // 2, "Invoice" if i % 3 else "Hello", i, finished_at=START + timedelta(hours=i))
        for i in range(60)
    ]
    tried = rule(AssignTo((PersonRef(BEN),)))
    whole, pieces = replay(tried), replay(tried)

    whole.take(mail)
    for one in mail:
        pieces.take([one])

    assert whole.found() == pieces.found()


def test_what_a_rule_snoozes_rests_until_then_and_is_given_when_it_wakes():
    trial = replay(rule(Snooze(hours=2)))
    trial.take([arrival(1, "invoice")])
    assert trial.found()["draft"]["given"] == []
    trial.take([arrival(2, minutes=60)])
    assert sum(n for _, n in trial.found()["draft"]["given"]) == 1
    trial.take([arrival(3, minutes=135)])
    assert sum(n for _, n in trial.found()["draft"]["given"]) == 3
    assert sum(n for _, n in trial.found()["base"]["given"]) == 3


def test_the_next_message_wakes_what_was_snoozed():
    trial = replay(rule(Snooze(hours=48)))
    trial.take([arrival(1, "invoice"), arrival(1, "Hello", minutes=1, is_first=False)])
    assert sum(n for _, n in trial.found()["draft"]["given"]) == 1


def test_what_was_finished_while_it_rested_is_nobodys():
    trial = replay(rule(Snooze(hours=2)))
    trial.take([arrival(1, "invoice", finished_at=START + timedelta(minutes=30))])
    trial.take([arrival(2, minutes=180)])
    assert sum(n for _, n in trial.found()["draft"]["given"]) == 1


def test_what_is_snoozed_and_assigned_is_somebodys_at_once():
    trial = replay(rule(Snooze(hours=2), AssignTo((PersonRef(BEN),))))
    trial.take([arrival(1, "invoice")])
    assert trial.found()["draft"]["given"] == [(BEN, 1)]
