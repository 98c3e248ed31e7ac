"""How facts are compared with what a condition asks for. No I/O.

A check answers True, False or None: None where the fact it rests on is not known. Checks run
for every rule and message: each reads its fact by its place and calls nothing it need not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from core.mail.models import Automatic
from core.rules.facts import Facts
from core.rules.patterns import Patterns, check_pattern
from core.rules.terms import Operator

Values = tuple[str, ...]
Seen = tuple[Any, ...]
"""The facts of a message in their order, texts folded; then the patterns found in the texts."""
Check = Callable[[Seen], bool | None]

_NAMES = tuple(field.name for field in fields(Facts))
_TEXTS = ("sender", "recipients", "subject", "body", "categories")


def compose(text: str) -> str:
    """One spelling for what Unicode holds compatible: full width, ligatures, accents apart."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """As texts are compared: composed and without case, so `STRASSE` is `Straße`."""
    if text.isascii():
        return text.lower()
    return compose(compose(text).casefold())


def see(facts: Facts, patterns: Mapping[str, Patterns]) -> Seen:
    """Read a message once for all rules; `patterns` by the name of the fact they are sought in."""
    sender, recipients, subject = facts.sender, facts.recipients, facts.subject
    body, categories, automatic = facts.body, facts.categories, facts.automatic
    seen = (
        None if sender is None else fold(sender),
        None if recipients is None else tuple(map(fold, recipients)),
        None if subject is None else fold(subject),
        None if body is None else fold(body),
        facts.has_attachments,
        facts.importance,
        None if categories is None else tuple(map(fold, categories)),
        facts.received_at,
        facts.in_hours,
        None if automatic is Automatic.UNKNOWN else str(automatic),
        facts.is_first,
        facts.unanswered_hours,
    )
    if not patterns:
        return seen
    return (*seen, *(_found(getattr(facts, name), patterns.get(name)) for name in _TEXTS))


def _found(known: str | Values | None, patterns: Patterns | None) -> frozenset[str] | None:
    """Patterns mind no case themselves, and read a text that is not folded."""
    if known is None or patterns is None:
        return None
    texts = (known,) if isinstance(known, str) else known
    return frozenset().union(*(patterns.found_in(compose(text)) for text in texts))


def is_among(name: str, wanted: frozenset[Any]) -> Check:
    return _among(_NAMES.index(name), wanted)


def is_over(name: str, limit: float) -> Check:
    at = _NAMES.index(name)

    def check(seen: Seen) -> bool | None:
        fact = seen[at]
        return None if fact is None else fact > limit

    return check


def text_is(name: str, operator: Operator, values: Values) -> Check:
    """Of a fact that is one text. Raises `BadPattern`."""
    if operator is Operator.MATCHES:
        return _matches(name, values[0])
    return _of_text(_NAMES.index(name), operator, values)


def any_text_is(name: str, operator: Operator, values: Values) -> Check:
    """Of a fact that is several texts: at least one. Raises `BadPattern`."""
    at = _NAMES.index(name)
    if operator is Operator.MATCHES:
        return _matches(name, values[0])
    if operator in (Operator.EQUALS, Operator.IS, Operator.ONE_OF):
        return _share(at, frozenset(map(fold, values)))
    of_one = _of_text(0, operator, values)

    def check(seen: Seen) -> bool | None:
        texts = seen[at]
        return None if texts is None else any(of_one((text,)) for text in texts)

    return check


def _of_text(at: int, operator: Operator, values: Values) -> Check:
    folded = tuple(map(fold, values))
    match operator:
        case Operator.EQUALS | Operator.IS | Operator.ONE_OF:
            return _among(at, frozenset(folded))
        case Operator.CONTAINS:
            return _contains(at, folded[0])
        case Operator.STARTS:
            return _starts(at, folded[0])
        case Operator.ENDS:
            return _ends(at, folded)
        case Operator.DOMAIN:
            return _ends(at, tuple(f"@{domain}" for domain in folded))
    raise ValueError(operator)


def _among(at: int, wanted: frozenset[Any]) -> Check:
    def check(seen: Seen) -> bool | None:
        fact = seen[at]
        return None if fact is None else fact in wanted

    return check


def _share(at: int, wanted: frozenset[str]) -> Check:
    def check(seen: Seen) -> bool | None:
        texts = seen[at]
        return None if texts is None else not wanted.isdisjoint(texts)

    return check


def _contains(at: int, needle: str) -> Check:
    def check(seen: Seen) -> bool | None:
        text = seen[at]
        return None if text is None else needle in text

    return check


def _starts(at: int, beginning: str) -> Check:
    def check(seen: Seen) -> bool | None:
        text = seen[at]
        return None if text is None else text.startswith(beginning)

    return check


def _ends(at: int, endings: Values) -> Check:
    def check(seen: Seen) -> bool | None:
        text = seen[at]
        return None if text is None else text.endswith(endings)

    return check


def _matches(name: str, pattern: str) -> Check:
    check_pattern(pattern)
    at = len(_NAMES) + _TEXTS.index(name)

    def check(seen: Seen) -> bool | None:
        found = seen[at]
        return None if found is None else pattern in found

    return check
