"""Run rules over the facts of a message. No I/O: facts in, decision with its reasons out.

Logic has three values (Kleene): a test of a fact that is not known neither holds nor fails,
and a rule whose answer stays unknown does nothing but is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from core.rules.anchors import Anchors, anchors_of
from core.rules.conditions import CONDITIONS
from core.rules.facts import Facts
from core.rules.matching import Check, Seen, see
from core.rules.mistakes import BadPattern
from core.rules.patterns import Patterns
from core.rules.terms import (
    Action,
    All,
    Any,
    Condition,
    Draft,
    Field,
    Not,
    Operator,
    Rule,
    Stop,
    Test,
)

Key = tuple[int, int]
"""A rule's id and its version."""


@dataclass(frozen=True, slots=True)
class Outcome:
    matched: tuple[Key, ...]
    """In the order of the rules, as everything here."""
    unknown: tuple[Key, ...]
    """Tried, and not to be known."""
    actions: tuple[tuple[int, int, Action], ...]
    """Each with the id and version of its rule."""
    stopped: bool
    """A rule said stop: those after it were not tried."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    key: Key
    check: Check
    actions: tuple[tuple[int, int, Action], ...]
    stops: bool


class RuleSet:
    """Rules in their order, ready to run."""

    def __init__(
        self, rules: Iterable[_Compiled], anchors: Anchors, tests: Collection[Test]
    ) -> None:
        self._rules = [(rule.check, rule) for rule in rules]
        self._free = [self._rules[place] for place in anchors.free]
        self._anchors = anchors
        self._patterns = _patterns(tests)
        self.needs_body = any(test.field is Field.BODY for test in tests)
        self.has_age_rules = any(test.field is Field.AGE for test in tests)

    def decide(self, facts: Facts) -> Outcome:
        seen = see(facts, self._patterns)
        matched: list[Key] = []
        unknown: list[Key] = []
        actions: list[tuple[int, int, Action]] = []
        stopped = False
        for check, rule in self._to_try(seen[0]):
            holds = check(seen)
            if holds:
                matched.append(rule.key)
                actions += rule.actions
                if rule.stops:
                    stopped = True
                    break
            elif holds is None:
                unknown.append(rule.key)
        return Outcome(tuple(matched), tuple(unknown), tuple(actions), stopped)

    def _to_try(self, sender: str | None) -> list[tuple[Check, _Compiled]]:
        """In their order; all of them where the sender is not known."""
        if sender is None:
            return self._rules
        anchored = self._anchors.of(sender)
        if not anchored:
            return self._free
        rules = self._rules
        return [rules[place] for place in sorted((*self._anchors.free, *anchored))]


def compile_rules(rules: Iterable[Rule]) -> RuleSet:
    """In the order given, without those that are off.

    Raises `BadPattern` with the id of a rule that cannot be run.
    """
    compiled: list[_Compiled] = []
    anchors = Anchors()
    tests: list[Test] = []
    for rule in rules:
        if rule.on:
            anchors.add(len(compiled), anchors_of(rule.draft.when))
            compiled.append(_compiled(rule))
            tests += tests_of(rule.draft)
    return RuleSet(compiled, anchors, tests)


def fields_of(draft: Draft) -> frozenset[Field]:
    """What a rule looks at."""
    return frozenset(test.field for test in tests_of(draft))


def tests_of(draft: Draft) -> list[Test]:
    """All the tests of its conditions and its exceptions."""
    return _tests(draft.when) + (_tests(draft.unless) if draft.unless else [])


def _tests(condition: Condition) -> list[Test]:
    match condition:
        case Test():
            return [condition]
        case Not(part):
            return _tests(part)
        case All(parts) | Any(parts):
            return [test for part in parts for test in _tests(part)]


def _patterns(tests: Iterable[Test]) -> dict[str, Patterns]:
    """By the name of the fact they are sought in."""
    sought: dict[str, list[str]] = {}
    for test in tests:
        if test.operator is Operator.MATCHES:
            sought.setdefault(CONDITIONS[test.field].fact, []).extend(test.values)
    return {fact: Patterns(patterns) for fact, patterns in sought.items()}


def _compiled(rule: Rule) -> _Compiled:
    draft = rule.draft
    try:
        check = compile_condition(draft.when)
        if draft.unless is not None:
            check = _all((check, _not(compile_condition(draft.unless))))
    except BadPattern as error:
        raise BadPattern(error.hint, rule.rule_id) from error
    return _Compiled(
        (rule.rule_id, rule.version),
        check,
        tuple((rule.rule_id, rule.version, action) for action in draft.then),
        any(isinstance(action, Stop) for action in draft.then),
    )


def compile_condition(condition: Condition) -> Check:
    match condition:
        case Test(field, operator, values):
            kind = CONDITIONS[field]
            return kind.compile(kind.fact, operator, values)
        case Not(part):
            return _not(compile_condition(part))
        case All(parts):
            return _all(tuple(map(compile_condition, parts)))
        case Any(parts):
            return _any(tuple(map(compile_condition, parts)))


def _not(part: Check) -> Check:
    def check(seen: Seen) -> bool | None:
        holds = part(seen)
        return None if holds is None else not holds

    return check


def _all(parts: tuple[Check, ...]) -> Check:
    """False if any part is; else unknown if any part is."""
    if not parts:
        return lambda seen: True
    first, rest = parts[0], parts[1:]
    if not rest:
        return first
    others = _all(rest)

    def check(seen: Seen) -> bool | None:
        holds = first(seen)
        if holds:
            return others(seen)
        if holds is None and others(seen) is not False:
            return None
        return False

    return check


def _any(parts: tuple[Check, ...]) -> Check:
    """True if any part is; else unknown if any part is."""
    first, rest = parts[0], parts[1:]
    if not rest:
        return first
    others = _any(rest)

    def check(seen: Seen) -> bool | None:
        holds = first(seen)
        if holds:
            return True
        if holds is None and not others(seen):
            return None
        return True if holds is None else others(seen)

    return check
