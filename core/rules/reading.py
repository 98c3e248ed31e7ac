"""Read a rule from a line of text. No I/O.

    when CONDITION [unless CONDITION] then ACTION[, ACTION…]

Conditions are joined by `and`, `or` and `not`, with parentheses; `and` binds closer. What a
condition says is in `core.rules.conditions`, actions in `core.rules.reading_actions`. A value
is quoted where it holds a comma, a parenthesis or one of `and or unless then`.
"""

from __future__ import annotations

from core.rules.checking import LONGEST_VALUE, checked, is_text
from core.rules.conditions import CONDITIONS, Form, Kind, Takes
from core.rules.mistakes import BadPattern, RuleMistake
from core.rules.reading_actions import actions
from core.rules.terms import ALWAYS, All, Any, Condition, Draft, Field, NameBook, Not, Test
from core.rules.tokens import RESERVED, Cursor

DEEPEST = 40
"""Parentheses and `not` within each other: more than a rule that is allowed can need."""

_SAID: tuple[tuple[tuple[str, ...], Field, Form], ...] = tuple(
    sorted(
        (
            (tuple(words.split()), field, form)
            for field, kind in CONDITIONS.items()
            for form in kind.forms
            for words in (form.words, *form.also)
        ),
        key=lambda said: -len(said[0]),
    )
)
"""The longest first."""


def read_rule(line: str, names: NameBook) -> Draft:
    """Raises `RuleMistake`, which points to the word."""
    cursor = Cursor(line)
    if not cursor.accept("when"):
        raise cursor.mistake("expected", ("when",))
    when = _any(cursor, DEEPEST)
    unless = _any(cursor, DEEPEST) if cursor.accept("unless") else None
    if not cursor.accept("then"):
        more = ("and", "or", "then") if unless else ("and", "or", "unless", "then")
        raise cursor.mistake("expected", more)
    return checked(Draft(when, unless, actions(cursor, names)))


def read_condition(text: str) -> Condition:
    """A condition alone."""
    cursor = Cursor(text)
    condition = _any(cursor, DEEPEST)
    if not cursor.at_end:
        raise cursor.mistake("expected", ("and", "or"))
    return condition


def _any(cursor: Cursor, depth: int) -> Condition:
    parts = [_all(cursor, depth)]
    while cursor.accept("or"):
        parts.append(_all(cursor, depth))
    return parts[0] if len(parts) == 1 else Any(tuple(parts))


def _all(cursor: Cursor, depth: int) -> Condition:
    parts = [_part(cursor, depth)]
    while cursor.accept("and"):
        parts.append(_part(cursor, depth))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _part(cursor: Cursor, depth: int) -> Condition:
    if not depth:
        raise cursor.mistake("too_deep")
    if cursor.accept("not"):
        return Not(_part(cursor, depth - 1))
    if cursor.accept("("):
        inner = _any(cursor, depth - 1)
        if not cursor.accept(")"):
            raise cursor.mistake("expected", (")", "and", "or"))
        return inner
    if cursor.accept("always"):
        return ALWAYS
    return _test(cursor)


def _test(cursor: Cursor) -> Test:
    for words, field, form in _SAID:
        if cursor.ahead(words) == len(words):
            cursor.step(len(words))
            return Test(field, form.operator, _values(cursor, CONDITIONS[field], form))
    raise _unknown(cursor)


def _unknown(cursor: Cursor) -> RuleMistake:
    """About the first word that no condition goes on with."""
    good = max(cursor.ahead(words) for words, _, _ in _SAID)
    goes_on = {words[good] for words, _, _ in _SAID if cursor.ahead(words) == good}
    return cursor.mistake("expected", sorted(goes_on), after=good)


def _values(cursor: Cursor, kind: Kind, form: Form) -> tuple[str, ...]:
    if form.takes is Takes.NOTHING:
        return form.says
    values = [_value(cursor, kind, form)]
    while form.takes is Takes.SEVERAL and cursor.accept(","):
        values.append(_value(cursor, kind, form))
    if form.after and not cursor.accept(form.after) and not cursor.accept(form.after.rstrip("s")):
        raise cursor.mistake("expected", (form.after,))
    return tuple(values)


def _value(cursor: Cursor, kind: Kind, form: Form) -> str:
    stops = RESERVED | {form.after, form.after.rstrip("s")}
    value, at, length = cursor.phrase("expected_value", stops)
    try:
        canonical = kind.canonical(form.operator, value) if is_text(value, LONGEST_VALUE) else None
    except BadPattern as error:
        raise RuleMistake(error.hint, at, length) from error
    if canonical is None:
        raise RuleMistake("bad_value", at, length, kind.choices)
    return canonical
