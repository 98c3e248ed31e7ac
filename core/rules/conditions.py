"""Every condition there is: how it is said, what it takes, how it is known. No I/O.

To add one, add its `Field` and one row of `CONDITIONS`: reading, writing, storing and running
all go by this table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from operator import attrgetter

from core.mail.models import Automatic
from core.rules.matching import Check, Seen, Values, any_of, comparison, fold, one
from core.rules.patterns import Pattern
from core.rules.terms import Field, Operator, Test

MOST_HOURS = 9_999
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


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the table."""

    forms: tuple[Form, ...]
    check: Callable[[Operator, Values], Check]
    """Compiles it."""
    canonical: Canonical
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


def _text(name: str) -> Callable[[Operator, Values], Check]:
    """Of one text: the attribute of what is seen, folded, and of the facts, as they came."""

    def compiled(operator: Operator, values: Values) -> Check:
        get = attrgetter(f"facts.{name}" if operator is Operator.MATCHES else name)
        return one(get, comparison(operator, values))

    return compiled


def _any_text(name: str) -> Callable[[Operator, Values], Check]:
    """Of several texts: at least one of them."""

    def compiled(operator: Operator, values: Values) -> Check:
        get = attrgetter(f"facts.{name}" if operator is Operator.MATCHES else name)
        return any_of(get, comparison(operator, values))

    return compiled


def _choices(word: str) -> tuple[Form, ...]:
    return (
        Form(f"{word} is", Operator.IS),
        Form(f"{word} one of", Operator.ONE_OF, Takes.SEVERAL, also=(f"{word} is one of",)),
    )


def _spoken(operator: Operator, value: str) -> str | None:
    """Any text; a domain is kept without its `@`, a pattern must be one."""
    if operator is Operator.MATCHES:
        Pattern(value)
    if operator is Operator.DOMAIN:
        value = value.removeprefix("@")
        return None if "@" in fold(value) else value
    return value


def _among(choices: tuple[str, ...]) -> Canonical:
    def canonical(_: Operator, value: str) -> str | None:
        return value.lower() if value.lower() in choices else None

    return canonical


def _yes(get: Callable[[Seen], bool | None], yes: str) -> Callable[[Operator, Values], Check]:
    """Of a fact that is so or not: `yes` asks whether it is so, another value whether not."""

    def compiled(operator: Operator, values: Values) -> Check:
        if values == (yes,):
            return get

        def check(seen: Seen) -> bool | None:
            known = get(seen)
            return None if known is None else not known

        return check

    return compiled


def _importance(operator: Operator, values: Values) -> Check:
    return one(attrgetter("facts.importance"), frozenset(values).__contains__)


def _automatic(operator: Operator, values: Values) -> Check:
    wanted = frozenset(map(Automatic, values))

    def check(seen: Seen) -> bool | None:
        kind = seen.facts.automatic
        return None if kind is Automatic.UNKNOWN else kind in wanted

    return check


def _age(operator: Operator, values: Values) -> Check:
    hours = int(values[0])

    def check(seen: Seen) -> bool | None:
        waited = seen.facts.unanswered_hours
        return None if waited is None else waited > hours

    return check


def hours(value: str) -> str | None:
    """A whole number of hours, or None."""
    fits = value.isascii() and value.isdigit() and 0 < int(value) <= MOST_HOURS
    return str(int(value)) if fits else None


_IMPORTANCES = ("low", "normal", "high")
_AUTOMATICS = ("none", "reply", "list", "bulk")
_NOTHING = Takes.NOTHING

CONDITIONS: dict[Field, Kind] = {
    Field.FROM: Kind(_addresses("from"), _text("sender"), _spoken),
    Field.TO: Kind(_addresses("to"), _any_text("recipients"), _spoken),
    Field.SUBJECT: Kind(_texts("subject"), _text("subject"), _spoken),
    Field.BODY: Kind(_texts("body"), _text("body"), _spoken),
    Field.ATTACHMENT: Kind(
        (
            Form("has attachment", Operator.IS, _NOTHING, ("yes",), also=("has an attachment",)),
            Form("has no attachment", Operator.IS, _NOTHING, ("no",)),
        ),
        _yes(attrgetter("facts.has_attachments"), "yes"),
        _spoken,
    ),
    Field.IMPORTANCE: Kind(_choices("importance"), _importance, _among(_IMPORTANCES), _IMPORTANCES),
    Field.CATEGORY: Kind(_texts("category"), _any_text("categories"), _spoken),
    Field.TIME: Kind(
        (
            Form("in hours", Operator.IS, _NOTHING, ("in",), also=("in business hours",)),
            Form("out of hours", Operator.IS, _NOTHING, ("out",), also=("out of business hours",)),
        ),
        _yes(attrgetter("facts.in_hours"), "in"),
        _spoken,
    ),
    Field.AUTOMATIC: Kind(_choices("automatic"), _automatic, _among(_AUTOMATICS), _AUTOMATICS),
    Field.FIRST: Kind(
        (
            Form("first message", Operator.IS, _NOTHING, ("yes",)),
            Form("later message", Operator.IS, _NOTHING, ("no",)),
        ),
        _yes(attrgetter("facts.is_first"), "yes"),
        _spoken,
    ),
    Field.AGE: Kind(
        (Form("unanswered over", Operator.OVER, after="hours"),), _age, lambda _, v: hours(v)
    ),
}
