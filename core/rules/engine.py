"""Run rules over the facts of a message. No I/O: facts in, decision with its reasons out.

Logic has three values (Kleene): a test of a fact that is not known neither holds nor fails,
and a rule whose answer stays unknown does nothing but is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.rules.anchors import Anchors, anchors_of
from core.rules.conditions import CONDITIONS
from core.rules.facts import Facts
from core.rules.matching import Check, Seen
from core.rules.mistakes import BadPattern
from core.rules.terms import Action, All, Any, Condition, Draft, Field, Not, Rule, Stop, Test

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
        self, rules: tuple[_Compiled, ...], anchors: Anchors, fields: frozenset[Field]
    ) -> None:
        self._rules = rules
        self._anchors = anchors
        self.needs_body = Field.BODY in fields
        self.has_age_rules = Field.AGE in fields

    def decide(self, facts: Facts) -> Outcome:
        seen = Seen(facts)
        matched: list[Key] = []
        unknown: list[Key] = []
        actions: list[tuple[int, int, Action]] = []
        stopped = False
        for place in self._anchors.places(seen.sender):
            rule = self._rules[place]
            holds = rule.check(seen)
            if holds:
                matched.append(rule.key)
                actions += rule.actions
                if rule.stops:
                    stopped = True
                    break
            elif holds is None:
                unknown.append(rule.key)
        return Outcome(tuple(matched), tuple(unknown), tuple(actions), stopped)


def compile_rules(rules: Iterable[Rule]) -> RuleSet:
    """In the order given, without those that are off.

    Raises `BadPattern` with the id of a rule that cannot be run.
    """
    compiled: list[_Compiled] = []
    anchors = Anchors()
    fields: set[Field] = set()
    for rule in rules:
        if rule.on:
            anchors.add(len(compiled), anchors_of(rule.draft.when))
            compiled.append(_compiled(rule))
            fields |= fields_of(rule.draft)
    return RuleSet(tuple(compiled), anchors, frozenset(fields))


def fields_of(draft: Draft) -> frozenset[Field]:
    """What a rule looks at."""
    return _fields(draft.when) | (_fields(draft.unless) if draft.unless else frozenset())


def _fields(condition: Condition) -> frozenset[Field]:
    match condition:
        case Test(field):
            return frozenset({field})
        case Not(part):
            return _fields(part)
        case All(parts) | Any(parts):
            return frozenset().union(*map(_fields, parts))


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
            return CONDITIONS[field].check(operator, values)
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

    def check(seen: Seen) -> bool | None:
        known: bool | None = True
        for part in parts:
            holds = part(seen)
            if holds is None:
                known = None
            elif not holds:
                return False
        return known

    return check


def _any(parts: tuple[Check, ...]) -> Check:
    """True if any part is; else unknown if any part is."""

    def check(seen: Seen) -> bool | None:
        known: bool | None = False
        for part in parts:
            holds = part(seen)
            if holds:
                return True
            if holds is None:
                known = None
        return known

    return check
