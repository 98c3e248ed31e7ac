"""Find the rules that one sender can concern without trying the others. No I/O.

A rule is anchored on addresses or domains when it cannot hold for any other sender. Every
other rule is tried for every message.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.rules.matching import fold
from core.rules.terms import All, Any, Condition, Field, Operator, Test

Anchor = str
"""A folded address, or `@` and a folded domain."""


def anchors_of(condition: Condition) -> frozenset[Anchor] | None:
    """What the sender must be, one of these, for it to hold; None: nothing is asked of it."""
    match condition:
        case Test(Field.FROM, Operator.EQUALS | Operator.IS | Operator.ONE_OF, values):
            return frozenset(map(fold, values))
        case Test(Field.FROM, Operator.DOMAIN, values):
            return frozenset(f"@{fold(value)}" for value in values)
        case Test(Field.FROM, Operator.ENDS, (value,)) if fold(value).rfind("@") == 0:
            return frozenset({fold(value)})
        case All(parts):
            found = [anchors for part in parts if (anchors := anchors_of(part)) is not None]
            return min(found, key=len, default=None)
        case Any(parts) if parts:
            every = [anchors_of(part) for part in parts]
            return None if None in every else frozenset().union(*filter(None, every))
    return None


class Anchors:
    """Places of rules, by what they are anchored on."""

    def __init__(self) -> None:
        self._count = 0
        self._free: list[int] = []
        self._anchored: dict[Anchor, list[int]] = {}

    def add(self, place: int, anchors: frozenset[Anchor] | None) -> None:
        """Places are added in their order."""
        self._count = place + 1
        if anchors is None:
            self._free.append(place)
        for anchor in anchors or ():
            self._anchored.setdefault(anchor, []).append(place)

    def places(self, sender: str | None) -> Iterable[int]:
        """Of the rules to try for a folded sender, in order; all of them where it is not known."""
        if sender is None:
            return range(self._count)
        by_address = self._anchored.get(sender, ())
        by_domain = self._anchored.get(sender[sender.rfind("@") :], ()) if "@" in sender else ()
        if not by_address and not by_domain:
            return self._free
        return sorted({*self._free, *by_address, *by_domain})
