"""Who got a thread and why, or why nobody did: ids, codes and counts, never text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.assignment.candidates import Target

PULL = "pull"
"""Waiting reason: nobody gets it until somebody asks for the next."""
WAITS_FOR_OWNER = "waits_for_owner"
NOBODY = ("nobody_ready", "nobody_in_pool", "nobody_free", "nobody_skilled")
TRIED_AGAIN = (*NOBODY, WAITS_FOR_OWNER)
"""Waiting reasons of threads that are tried again each tick."""
ABSENT = frozenset({"away", "off_hours", "holiday"})

Considered = tuple[tuple[int, int], ...]
Skipped = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`member_id` None means that the thread waits, and `code` says why."""

    code: str
    member_id: int | None
    considered: Considered = ()
    """(member id, load then), in the order that decided."""
    skipped: Skipped = ()
    """(member id, code of why not)."""
    waits_for: int | None = None
    rule: tuple[int, int] | None = None
    """(rule id, version)."""
    team_id: int | None = None
    counts_effort: bool = False
    """The loads are effort, not numbers of threads."""
    strategy: str | None = None
    """By which the first of those considered was found."""
    targets: tuple[Target, ...] = ()
    """Whom a rule named, kept while the thread waits for one of them."""

    def reason(self) -> dict[str, Any]:
        """As stored."""
        facts: dict[str, Any] = {"considered": self.considered, "skipped": self.skipped}
        if self.waits_for is not None:
            facts["waits_for"] = self.waits_for
        if self.rule is not None:
            facts["rule"] = self.rule
        if self.team_id is not None:
            facts["team"] = self.team_id
        if self.counts_effort:
            facts["effort"] = True
        if self.strategy is not None:
            facts["strategy"] = self.strategy
        if self.targets:
            facts["targets"] = [target.as_facts() for target in self.targets]
        return facts


def nobody(skipped: Skipped) -> str:
    """The waiting reason that tells most: somebody may be free soon, ready, or in the pool."""
    codes = {code for _, code in skipped}
    if codes & (ABSENT | {"full"}):
        return "nobody_free"
    if codes <= {"not_in_pool", "opted_out"}:
        return "nobody_in_pool"
    return "nobody_skilled" if codes == {"lacks_skill"} else "nobody_ready"
