"""What a mailbox's policy may be. No I/O; InvalidInput names the field that is wrong."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from core.errors import InvalidInput
from core.mailboxes.models import HandBack
from core.mailboxes.policy_views import PolicyChange
from core.people.public_holidays import Holidays
from core.people.week import Week
from core.people.zones import zone_named

LIMITS = {
    "capacity": (1, 1000),
    "sticky_hours": (1, 168),
    "sticky_sender_days": (1, 366),
    "weight": (1, 100),
}
"""Least and most; a capacity and days of None mean no limit and no."""
MOST_SKILLS = 50
"""Of one person in one mailbox."""


def in_limits(field: str, number: int) -> int:
    least, most = LIMITS[field]
    if not least <= number <= most:
        raise InvalidInput(field)
    return number


def checked(change: PolicyChange, people: Collection[int]) -> PolicyChange:
    """The change as it is kept. `people` are the ids of those who work the mailbox."""
    kept = dict(change)
    for field in ("capacity", "sticky_hours", "sticky_sender_days"):
        if isinstance(number := kept.get(field), int):
            in_limits(field, number)
    if "week" in change:
        kept["week"] = str(Week.parse(change["week"]))
    if (zone := change.get("timezone")) is not None:
        kept["timezone"] = zone_named(zone).key
    if (region := change.get("holidays")) is not None:
        kept["holidays"] = Holidays.parse(region).region
    if "hand_back" in change:
        colleague = change.get("hand_back_to_id")
        if change["hand_back"] is not HandBack.COLLEAGUE:
            colleague = None
        elif colleague not in people:
            raise InvalidInput("hand_back", "colleague")
        kept["hand_back_to_id"] = colleague
    elif "hand_back_to_id" in change:
        raise InvalidInput("hand_back", "colleague")
    return cast("PolicyChange", kept)
