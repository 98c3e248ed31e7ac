"""What a draft must be, however it was made: by a line, a card, a file. No I/O."""

from __future__ import annotations

import re
import unicodedata

from core.rules.conditions import CONDITIONS, MOST_HOURS, Takes, form_of
from core.rules.mistakes import RuleMistake
from core.rules.terms import (
    Action,
    AddTag,
    All,
    Any,
    Anyone,
    AssignTo,
    Condition,
    Draft,
    Not,
    NotifyChannel,
    Reply,
    Snooze,
    Test,
)

LONGEST_VALUE = 200
"""Characters."""
LONGEST_NAME = 64
MOST_VALUES = 200
"""Of all the tests of a rule together."""
MOST_TESTS = 50
MOST_DEPTH = 10
"""Of conditions within conditions."""
MOST_ACTIONS = 20
MOST_TARGETS = 10
UNTIL = re.compile(
    r"(tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
    r" (1?[0-9]|2[0-3]):([0-5][0-9])"
)
"""The moment a snooze ends at."""


def checked(draft: Draft) -> Draft:
    """The draft itself; raises `RuleMistake` where no rule can be made of it."""
    conditions = (draft.when,) if draft.unless is None else (draft.when, draft.unless)
    tests = [test for condition in conditions for test in _tests(condition, MOST_DEPTH)]
    if len(tests) > MOST_TESTS:
        raise RuleMistake("too_many_tests")
    if sum(len(test.values) for test in tests) > MOST_VALUES:
        raise RuleMistake("too_many_values")
    for test in tests:
        _check_test(test)
    if not draft.then:
        raise RuleMistake("no_action")
    if len(draft.then) > MOST_ACTIONS:
        raise RuleMistake("too_many_actions")
    for action in draft.then:
        _check_action(action)
    return draft


def is_text(text: str, longest: int) -> bool:
    """One line of at most so many characters that says something."""
    kinds = {unicodedata.category(character) for character in text}
    return 0 < len(text) <= longest and bool(text.strip()) and not kinds & {"Cc", "Cs", "Zl", "Zp"}


def _tests(condition: Condition, depth: int) -> list[Test]:
    if not depth:
        raise RuleMistake("too_deep")
    match condition:
        case Test():
            return [condition]
        case Not(part):
            return _tests(part, depth - 1)
        case All(parts) | Any(parts):
            if len(parts) == 1 or (not parts and isinstance(condition, Any)):
                raise RuleMistake("too_few_parts")
            return [test for part in parts for test in _tests(part, depth - 1)]


def _check_test(test: Test) -> None:
    form = form_of(test)
    if form is None:
        raise RuleMistake("unknown_condition")
    if form.takes is Takes.NOTHING:
        return
    if not test.values or (form.takes is Takes.ONE and len(test.values) > 1):
        raise RuleMistake("wrong_number_of_values")
    canonical = CONDITIONS[test.field].canonical
    for value in test.values:
        if not is_text(value, LONGEST_VALUE) or canonical(test.operator, value) != value:
            raise RuleMistake("bad_value")


def _check_action(action: Action) -> None:
    match action:
        case AssignTo(targets):
            if not 0 < len(targets) <= MOST_TARGETS:
                raise RuleMistake("wrong_number_of_targets")
            if Anyone() in targets[:-1]:
                raise RuleMistake("anyone_is_last")
        case AddTag(name) | Reply(name):
            if not is_text(name, LONGEST_NAME):
                raise RuleMistake("bad_name")
        case NotifyChannel(key):
            if key and not is_text(key, LONGEST_VALUE):
                raise RuleMistake("bad_name")
        case Snooze(hours, until):
            if (hours is None) == (until is None):
                raise RuleMistake("bad_snooze")
            if hours is not None and not 0 < hours <= MOST_HOURS:
                raise RuleMistake("bad_snooze")
            if until is not None and not UNTIL.fullmatch(until):
                raise RuleMistake("bad_snooze")
