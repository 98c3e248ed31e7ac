"""Candidates and pools for tests of what is pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from core.assignment.candidates import Candidate
from core.assignment.pool import Policy, Pool
from core.mailboxes.models import Strategy
from core.people.models import MemberState

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def person(
    member_id: int,
    open_load: int = 0,
    *,
    state: MemberState = MemberState.READY,
    in_pool: bool = True,
    last: datetime | None = None,
    **more: Any,
) -> Candidate:
    return Candidate(member_id, state, in_pool, open_load=open_load, last_assigned_at=last, **more)


def pool_of(strategy: Strategy, people: list[Candidate], rotation: int = 0, **more: Any) -> Pool:
    return Pool(Policy(strategy, **more), people, rotation)
