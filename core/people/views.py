"""People as other parts see them."""

from __future__ import annotations

from dataclasses import dataclass

from core.people.models import MemberState


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: from the authenticated activity, never from what a card says."""

    organization_id: int
    member_id: int
    is_admin: bool = False
    is_privacy_officer: bool = False
    mailboxes: frozenset[int] = frozenset()
    """Ids of the mailboxes they are a person of: whose threads they may see."""
    leads: frozenset[int] = frozenset()
    """The ones among them that they lead."""


@dataclass(frozen=True, slots=True)
class PersonView:
    member_id: int
    name: str
    state: MemberState
    is_admin: bool
    is_privacy_officer: bool
    mailboxes: int
    """In how many mailboxes they work."""
    leads: int
    open_threads: int
    """For an admin all of theirs, for others those in the mailboxes the reader works."""


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """Where to write to a member in 1:1."""

    member_id: int
    service_url: str
    conversation_id: str
    tenant_id: str
    bot_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A 1:1 conversation as Teams tells of it: what is kept to write there later."""

    service_url: str
    conversation_id: str
    bot_id: str
    user_id: str
