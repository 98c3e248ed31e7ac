"""Teams' limits lifted: all the load comes from one tenant, which would be held at 30 a second."""

from __future__ import annotations

import time

from bot.pacer import Pacer

FAST = 1_000
"""How much faster than time the pacer's clock runs."""


def unlimited() -> Pacer:
    """A pacer that does all its work and makes nobody wait."""
    return Pacer(ticks=lambda: time.monotonic() * FAST)
