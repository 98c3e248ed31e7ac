"""How texts are compared, and what a compiled condition reads. No I/O.

A check answers True, False or None: None where a fact it rests on is not known.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from core.rules.facts import Facts
from core.rules.patterns import Pattern
from core.rules.terms import Operator

Values = tuple[str, ...]
Holds = Callable[[str], bool]


def compose(text: str) -> str:
    """One spelling for what Unicode holds compatible: full width, ligatures, accents apart."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """As texts are compared: composed and without case, so `STRASSE` is `Straße`."""
    if text.isascii():
        return text.lower()
    return compose(compose(text).casefold())


class Seen:
    """The facts of one message, its texts folded once for all rules."""

    __slots__ = ("_body", "categories", "facts", "recipients", "sender", "subject")

    def __init__(self, facts: Facts) -> None:
        sender, subject = facts.sender, facts.subject
        recipients, categories = facts.recipients, facts.categories
        self.facts = facts
        self.sender = None if sender is None else fold(sender)
        self.subject = None if subject is None else fold(subject)
        self.recipients = None if recipients is None else tuple(map(fold, recipients))
        self.categories = None if categories is None else tuple(map(fold, categories))
        self._body: str | None = None

    @property
    def body(self) -> str | None:
        if self._body is None and self.facts.body is not None:
            self._body = fold(self.facts.body)
        return self._body


Check = Callable[[Seen], bool | None]


def comparison(operator: Operator, values: Values) -> Holds:
    """What holds of a folded text; of a composed one for `MATCHES`, which minds no case itself."""
    folded = tuple(map(fold, values))
    match operator:
        case Operator.EQUALS | Operator.IS | Operator.ONE_OF:
            return frozenset(folded).__contains__
        case Operator.CONTAINS:
            needle = folded[0]
            return lambda text: needle in text
        case Operator.STARTS:
            return lambda text: text.startswith(folded)
        case Operator.ENDS:
            return lambda text: text.endswith(folded)
        case Operator.DOMAIN:
            ends = tuple(f"@{domain}" for domain in folded)
            return lambda text: text.endswith(ends)
        case Operator.MATCHES:
            pattern = Pattern(values[0])
            return lambda text: pattern.found_in(compose(text))
    raise ValueError(operator)


def one(get: Callable[[Seen], str | None], holds: Holds) -> Check:
    def check(seen: Seen) -> bool | None:
        text = get(seen)
        return None if text is None else holds(text)

    return check


def any_of(get: Callable[[Seen], Values | None], holds: Holds) -> Check:
    def check(seen: Seen) -> bool | None:
        texts = get(seen)
        return None if texts is None else any(map(holds, texts))

    return check
