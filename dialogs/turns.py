"""A turn as conversations see it: who speaks, where, and whom they mention."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from core.mailboxes.channel_views import ChannelPlace
from core.people.views import Actor


@dataclass(frozen=True, slots=True)
class TeamsPerson:
    """A person as Teams tells of them."""

    entra_id: str
    teams_id: str
    name: str
    address: str
    is_guest: bool
    """From another tenant, or a guest in this one."""


Roster = Callable[[], Awaitable[tuple[TeamsPerson, ...]]]
"""Reads who is in the conversation."""
LookUp = Callable[[str], Awaitable[TeamsPerson | None]]
"""Reads one person of the conversation by Teams id."""


async def _nobody() -> tuple[TeamsPerson, ...]:
    return ()


async def _unknown(teams_id: str) -> TeamsPerson | None:
    return None


@dataclass(frozen=True, slots=True)
class Turn:
    actor: Actor
    now: datetime
    private: bool = True
    """A 1:1 conversation; elsewhere only numbers and first names are said."""
    place: ChannelPlace | None = None
    """The channel or group chat; None in 1:1."""
    written: str = ""
    """The message with its lines as they were written; commands get single spaces."""
    mentions: tuple[str, ...] = ()
    """Teams ids of the people mentioned, the bot left out."""
    roster: Roster = _nobody
    look_up: LookUp = _unknown
