"""How long to go on with an outgoing call: which failures are tried again, and after what pause.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
"""

from __future__ import annotations

from dataclasses import dataclass

TRANSIENT = frozenset({412, 429, 502, 504})
"""HTTP statuses that Teams says to retry."""
UNSENT = 0
"""Stands for a request that never reached the server."""
SHORTEST, LONGEST = 2.0, 20.0
"""Seconds of back-off."""
JITTER = 0.2


@dataclass(frozen=True, slots=True)
class Patience:
    """Bounds on one call. Times are seconds."""

    attempts: int
    longest_pause: float
    """A longer `Retry-After` is the caller's to wait out."""
    longest_wait_for_turn: float | None
    """For the pacer to let it pass; None waits as long as it takes, behind the replies."""
    timeout: float
    """For one attempt, answer included."""


IN_TURN = Patience(attempts=2, longest_pause=3.0, longest_wait_for_turn=2.0, timeout=5.0)
"""A person is waiting, and Teams repeats an activity that is not answered within 15 s."""
BACKGROUND = Patience(attempts=5, longest_pause=30.0, longest_wait_for_turn=None, timeout=15.0)


def pause_before_retry(
    status: int, attempt: int, retry_after: float | None, patience: Patience, chance: float
) -> float | None:
    """Seconds to wait before the next attempt, or None to give up.

    `attempt` counts from 1; `chance` in [0, 1) spreads the pause by ±20 %.
    """
    if status != UNSENT and status not in TRANSIENT:
        return None
    if attempt >= patience.attempts:
        return None
    if retry_after is not None:
        return retry_after if retry_after <= patience.longest_pause else None
    backoff = min(LONGEST, SHORTEST * 2.0 ** (attempt - 1))
    spread = backoff * (1 - JITTER + 2 * JITTER * chance)
    return float(min(spread, patience.longest_pause))
