"""Every condition there is: how it is said, what it takes, how it is known. No I/O.

To add one, add its `Field` and one row of `CONDITIONS`: reading, writing, storing and running
all go by this table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from core.rules.matching import Check, Values, any_text_is, fold, is_among, is_over, text_is
from core.rules.patterns import check_pattern
from core.rules.terms import Field, Operator, Test

MOST_HOURS = 9_999
Compile = Callable[[str, Operator, Values], Check]
"""From the name of the fact."""
Canonical = Callable[[Operator, str], str | None]


class Takes(Enum):
    NOTHING = auto()
    ONE = auto()
    SEVERAL = auto()


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say a condition: `words`, the values it takes, `after`."""

    words: str
    operator: Operator
    takes: Takes = Takes.ONE
    says: Values = ()
    """The values of a form that takes nothing."""
    after: str = ""
    also: tuple[str, ...] = ()
    """Words that are understood and shown back as `words`."""


def _spoken(operator: Operator, value: str) -> str | None:
    """Any text; a domain is kept without its `@`, a pattern must be one."""
    if operator is Operator.MATCHES:
        check_pattern(value)
    if operator is Operator.DOMAIN:
        value = value.removeprefix("@")
        return None if "@" in fold(value) else value
    return value


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the table."""

    fact: str
    """Its name in `Facts`."""
    forms: tuple[Form, ...]
    compile: Compile
    canonical: Canonical = _spoken
    """A value as it is kept; None for one that makes no sense. Raises `BadPattern`."""
    choices: tuple[str, ...] = ()
    """All the values there are, where they can be told."""


def form_of(test: Test) -> Form | None:
    """How the test is said; None for one that is not in the table."""
    for form in CONDITIONS[test.field].forms:
        if form.operator is test.operator and form.takes is not Takes.NOTHING:
            return form
        if form.operator is test.operator and form.says == test.values:
            return form
    return None


def _texts(word: str) -> tuple[Form, ...]:
    return (
        Form(f"{word} is", Operator.IS),
        Form(f"{word} equals", Operator.EQUALS),
        Form(f"{word} contains", Operator.CONTAINS),
        Form(f"{word} starts with", Operator.STARTS, also=(f"{word} starts",)),
        Form(f"{word} ends with", Operator.ENDS, also=(f"{word} ends",)),
        Form(f"{word} one of", Operator.ONE_OF, Takes.SEVERAL, also=(f"{word} is one of",)),
        Form(f"{word} matches", Operator.MATCHES),
    )


def _addresses(word: str) -> tuple[Form, ...]:
    return (*_texts(word), Form(f"{word} domain", Operator.DOMAIN, Takes.SEVERAL))


def _choices(word: str) -> tuple[Form, ...]:
    return (
        Form(f"{word} is", Operator.IS),
        Form(f"{word} one of", Operator.ONE_OF, Takes.SEVERAL, also=(f"{word} is one of",)),
    )


def _among(choices: tuple[str, ...]) -> Canonical:
    def canonical(_: Operator, value: str) -> str | None:
        return value.lower() if value.lower() in choices else None

    return canonical


def _value(fact: str, _: Operator, values: Values) -> Check:
    return is_among(fact, frozenset(values))


def _yes(yes: str) -> Compile:
    """Of a fact that is so or not: `yes` asks whether it is so, another value whether not."""

    def compiled(fact: str, _: Operator, values: Values) -> Check:
        return is_among(fact, frozenset({values == (yes,)}))

    return compiled


def _over(fact: str, _: Operator, values: Values) -> Check:
    return is_over(fact, int(values[0]))


def hours(value: str) -> str | None:
    """A whole number of hours, or None."""
    fits = value.isascii() and value.isdigit() and 0 < int(value) <= MOST_HOURS
    return str(int(value)) if fits else None


def _hours(_: Operator, value: str) -> str | None:
    return hours(value)


_IMPORTANCES = ("low", "normal", "high")
_AUTOMATICS = ("none", "reply", "list", "bulk")
_NOTHING = Takes.NOTHING

CONDITIONS: dict[Field, Kind] = {
    Field.FROM: Kind("sender", _addresses("from"), text_is),
    Field.TO: Kind("recipients", _addresses("to"), any_text_is),
    Field.SUBJECT: Kind("subject", _texts("subject"), text_is),
    Field.BODY: Kind("body", _texts("body"), text_is),
    Field.ATTACHMENT: Kind(
        "has_attachments",
        (
            Form("has attachment", Operator.IS, _NOTHING, ("yes",), also=("has an attachment",)),
            Form("has no attachment", Operator.IS, _NOTHING, ("no",)),
        ),
        _yes("yes"),
    ),
    Field.IMPORTANCE: Kind(
        "importance", _choices("importance"), _value, _among(_IMPORTANCES), _IMPORTANCES
    ),
    Field.CATEGORY: Kind("categories", _texts("category"), any_text_is),
    Field.TIME: Kind(
        "in_hours",
        (
            Form("in hours", Operator.IS, _NOTHING, ("in",), also=("in business hours",)),
            Form("out of hours", Operator.IS, _NOTHING, ("out",), also=("out of business hours",)),
        ),
        _yes("in"),
    ),
    Field.AUTOMATIC: Kind(
        "automatic", _choices("automatic"), _value, _among(_AUTOMATICS), _AUTOMATICS
    ),
    Field.FIRST: Kind(
        "is_first",
        (
            Form("first message", Operator.IS, _NOTHING, ("yes",)),
            Form("later message", Operator.IS, _NOTHING, ("no",)),
        ),
        _yes("yes"),
    ),
    Field.AGE: Kind(
        "unanswered_hours",
        (Form("unanswered over", Operator.OVER, after="hours"),),
        _over,
        _hours,
    ),
}
