"""A mailbox's channel, and what it may hear of a thread."""

from __future__ import annotations

from dataclasses import dataclass

from core.mail.models import ThreadState


@dataclass(frozen=True, slots=True)
class ChannelPlace:
    """A channel or a group chat as Teams tells of it."""

    service_url: str
    conversation_id: str
    """Without `;messageid=`."""
    bot_id: str
    team_id: str | None = None
    """None in a group chat."""
    tenant_id: str = ""
    """The Entra tenant."""


@dataclass(frozen=True, slots=True)
class ChannelNews:
    """What a channel may hear of a thread, and where it is said."""

    organization_id: int
    place: ChannelPlace
    thread_id: int
    state: ThreadState
    rule: int | None
    """Its number."""
    assignee_id: int | None
    assignee: str | None
    """Their whole name."""
