"""Find the rules that one sender can concern without trying the others. No I/O.

A rule is anchored on addresses or domains when it cannot hold for any other sender. Every
other rule is tried for every message.
"""

from __future__ import annotations

from collections.abc import Collection

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
        self.free: list[int] = []
        """Of rules that are not anchored."""
        self._anchored: dict[Anchor, list[int]] = {}

    def add(self, place: int, anchors: frozenset[Anchor] | None) -> None:
        """Places are added in their order."""
        if anchors is None:
            self.free.append(place)
        for anchor in anchors or ():
            self._anchored.setdefault(anchor, []).append(place)

    def of(self, sender: str) -> Collection[int]:
        """Of the rules anchored on a folded sender."""
        by_address = self._anchored.get(sender, ())
        by_domain = self._anchored.get(sender[sender.rfind("@") :], ()) if "@" in sender else ()
        if by_address and by_domain:
            return {*by_address, *by_domain}
        return by_address or by_domain
