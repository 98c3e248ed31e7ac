"""Snoozing until when people say, in their own time zone."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from core.clock import Clock
from core.errors import NotFound
from core.people.models import Member
from core.people.views import Actor
from core.threads.until import read_until


class Snoozes(Protocol):
    async def snooze(self, actor: Actor, thread_id: int, until: datetime) -> None: ...


class Snoozing:
    def __init__(self, threads: Snoozes, now: Clock) -> None:
        self._threads = threads
        self._now = now

    async def snooze(self, actor: Actor, thread_id: int, said: str) -> datetime:
        """Until when it sleeps; `said` such as `tomorrow 9:00`, `4 h`, `2026-12-01`.

        Raises InvalidInput("until") with a code, and what snoozing raises.
        """
        until = read_until(said, self._now(), await zone_of(actor))
        await self._threads.snooze(actor, thread_id, until)
        return until


async def zone_of(actor: Actor) -> ZoneInfo:
    """The actor's own time zone, or else the organization's."""
    member = await Member.get_or_none(id=actor.member_id).select_related("organization")
    if member is None:
        raise NotFound("member")
    return ZoneInfo(member.timezone or member.organization.timezone)
