"""What several rules and several messages want of one thread."""

from __future__ import annotations

from core.mail.models import Priority
from core.rules.engine import Outcome
from core.rules.terms import (
    Action,
    AddTag,
    AssignTo,
    Finish,
    NotifyPerson,
    PersonRef,
    Reply,
    SetPriority,
    Snooze,
)
from core.rules.wanted import Wanted, replies_of

ADA, BO = PersonRef(1), PersonRef(2)


def outcome(*actions: Action) -> Outcome:
    """Each action of a rule of its own, 1 and on."""
    numbered = tuple((number, 1, action) for number, action in enumerate(actions, 1))
    return Outcome(tuple((number, 1) for number, _, _ in numbered), (), numbered, False)


def wanted(*outcomes: Outcome) -> Wanted:
    made = Wanted()
    for one in outcomes:
        made.add(one, is_newest=True)
    return made


def test_of_each_kind_the_first_rule_counts():
    made = wanted(
        outcome(
            AssignTo((ADA,)),
            AssignTo((BO,)),
            SetPriority(Priority.HIGH),
            SetPriority(Priority.LOW),
            Snooze(hours=1),
            Finish(),
        )
    )
    assert made.assign == ((1, 1), (ADA,))
    assert made.priority == ((3, 1), Priority.HIGH)
    assert made.rest == ((5, 1), Snooze(hours=1))


def test_tags_and_notices_add_up_each_once_with_the_rule_that_was_first():
    made = wanted(outcome(AddTag("A"), AddTag("B"), AddTag("A"), NotifyPerson(7), NotifyPerson(7)))
    assert made.tags == {"A": (1, 1), "B": (2, 1)}
    assert made.told == {7: (4, 1)}


def test_of_two_messages_the_first_assigns_and_the_second_sets_priority_and_rest():
    made = wanted(
        outcome(AssignTo((ADA,)), SetPriority(Priority.LOW), Finish()),
        outcome(AssignTo((BO,)), SetPriority(Priority.HIGH)),
    )
    assert made.assign == ((1, 1), (ADA,))
    assert made.priority == ((2, 1), Priority.HIGH)
    assert made.rest is None


def test_an_older_message_that_is_found_late_puts_nothing_to_rest():
    made = Wanted()
    made.add(outcome(Finish(), SetPriority(Priority.LOW), AddTag("A")), is_newest=False)
    assert (made.rest, made.priority) == (None, None)
    assert made.tags == {"A": (3, 1)}


def test_it_is_put_off_unless_somebody_is_to_have_it_first():
    assert wanted(outcome(Finish())).is_put_off
    assert wanted(outcome(AssignTo((ADA,)), Finish())).is_put_off
    assert wanted(outcome(Snooze(hours=1))).is_put_off
    assert not wanted(outcome(AssignTo((ADA,)), Snooze(hours=1))).is_put_off
    assert not wanted(outcome(AssignTo((ADA,)))).is_put_off


def test_a_reply_names_the_message_its_text_and_its_rule():
    (asked,) = replies_of(outcome(AddTag("A"), Reply("Received")), "m1", True)
    assert (asked.graph_id, asked.text_name, asked.when) == ("m1", "Received", "always")
    assert (asked.rule_id, asked.in_hours) == (2, True)
