"""The same choices as the pool's, and counted the same, without their reasons: for replays.

Who is at work is looked at once for all threads until that changes, and the first is found
without putting the others in order.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.assignment.candidates import Candidate, Wish
from core.assignment.choices import Considered
from core.assignment.pool import Policy, Pool, Sieve
from core.assignment.strategies import first_of


class QuickPool(Pool):
    """Its choices name nobody but the chosen; the code of one that waits tells nothing."""

    def __init__(self, policy: Policy, candidates: Sequence[Candidate], rotation: int = 0) -> None:
        super().__init__(policy, candidates, rotation)
        self._at_work: list[Candidate] = []
        self.look()

    def look(self) -> None:
        """Call whenever anybody's state, place or presence has changed."""
        self._at_work = [
            who for who in self.candidates if who.absent is None and who.may_come_back()
        ]

    def _sift_all(self, wish: Wish, effort: int, sieve: Sieve) -> None:
        if effort == 1:  # whoever has any room has room for it
            free = [who for who in self._at_work if who.cap is None or who.open_load < who.cap]
        else:
            free = [who for who in self._at_work if not who.is_full(effort)]
        if wish.avoid is not None:
            free = [who for who in free if who.member_id != wish.avoid]
        sieve.free = free

    def _in_order(self, free: Sequence[Candidate], *, named: bool) -> tuple[Candidate, Considered]:
        return first_of(self.policy.strategy, free, self.rotation, named=named), ()
