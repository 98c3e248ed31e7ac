"""How a mailbox hands out its threads, as other parts see it and as they change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from core.mailboxes.models import HandBack, Sticky, Strategy


class PolicyChange(TypedDict, total=False):
    """What shall be otherwise; what is left out stays."""

    strategy: Strategy
    capacity: int | None
    counts_effort: bool
    fair_share: bool
    sticky: Sticky
    sticky_hours: int
    sticky_sender_days: int | None
    hand_back: HandBack
    hand_back_to_id: int | None
    """Only with `HandBack.COLLEAGUE`."""
    week: str
    timezone: str | None
    holidays: str | None


@dataclass(frozen=True, slots=True)
class PolicyPersonView:
    member_id: int
    name: str
    is_lead: bool
    in_pool: bool
    opted_out: bool
    weight: int
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The fields are those of `core.mailboxes.models.Mailbox`."""

    mailbox_id: int
    mailbox: str
    strategy: Strategy
    capacity: int | None
    counts_effort: bool
    fair_share: bool
    sticky: Sticky
    sticky_hours: int
    sticky_sender_days: int | None
    hand_back: HandBack
    hand_back_to_id: int | None
    week: str
    timezone: str
    """Its own, or the organization's."""
    holidays: str
    """The same; empty: open on public holidays."""
    people: tuple[PolicyPersonView, ...]
