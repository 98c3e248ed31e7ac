"""Whether a thread goes back to whoever had it, waits for them, or goes to the others.

`if_available` never waits. `within_hours` waits for an owner who is absent now and at work
again within that time; nobody can tell when someone who is full will have room, so then the
thread goes to the others. `always` waits for anybody who still works the mailbox, absent or
full, and however long: the cap and the absence hold for owners too.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from core.assignment.candidates import Candidate
from core.mailboxes.models import Sticky


def waits_for(owner: Candidate, why_not: str, mode: Sticky, hours: int, now: datetime) -> bool:
    """`why_not` says why the owner is not given the thread now."""
    if not owner.may_come_back():
        return False
    if mode is Sticky.ALWAYS:
        return True
    if mode is Sticky.IF_AVAILABLE or why_not == "full" or owner.next_free is None:
        return False
    return owner.next_free <= now + timedelta(hours=hours)
