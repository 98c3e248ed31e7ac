"""Who has had more than a fair share of the last hour's arrivals, so that others come first.

Fewest-open alone punishes the quick: whoever finishes at once is given everything. So nobody
gets more than one and a half equal shares of a rolling hour's arrivals while another who
could be given the same thread is free. The share is rounded up, since a thread cannot be
divided: of the first thread of an hour everybody's share is one. Under `weighted` a share is
in proportion to the weight.

At least one person is always within: if all had reached their limits, the hour's arrivals
would be one and a half times themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.assignment.candidates import Candidate

WINDOW_MINUTES = 60


def over_share(free: Sequence[Candidate], *, weighted: bool = False) -> set[int]:
    """Ids of those whom one thread more would take over their share."""
    if len(free) < 2:
        return set()
    arrivals = sum([who.recent for who in free]) + 1
    if not weighted:
        limit = _limit(arrivals, 1, len(free))
        return {who.member_id for who in free if who.recent >= limit}
    whole = sum([who.weight for who in free])
    return {who.member_id for who in free if who.recent >= _limit(arrivals, who.weight, whole)}


def _limit(arrivals: int, part: int, whole: int) -> int:
    """One and a half shares, rounded up."""
    return -(-3 * arrivals * part // (2 * whole))
