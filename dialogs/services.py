"""What conversations ask of core: the ports, and one bundle of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from core.conversations.open_dialogs import OpenDialog
from core.mail.views import ThreadPage, ThreadView
from core.mailboxes.models import GrantKind, Strategy
from core.mailboxes.views import (
    CallbackOutcome,
    ConsentView,
    FolderView,
    MailboxView,
    OffboardView,
    ProbeView,
    ProgressView,
)
from core.outbox.dead_letters import DeadLetter
from core.people.views import Actor, PersonView, ReferenceView
from core.reports.views import ReportView


class People(Protocol):
    """Members: who they are and what they may. Changes raise NotAllowed, NotFound, InvalidInput."""

    async def invite(
        self, actor: Actor, entra_id: str, teams_id: str | None, name: str, address: str
    ) -> int: ...

    async def people(self, actor: Actor) -> tuple[PersonView, ...]: ...

    async def find(self, actor: Actor, text: str) -> PersonView: ...

    async def set_role(self, actor: Actor, member_id: int, role: str, on: bool) -> None:
        """`role` is `admin` or `privacy_officer`."""
        ...

    async def remove(self, actor: Actor, member_id: int) -> None: ...

    async def actor_of(self, member_id: int) -> Actor | None:
        """The member as an actor; None once they have left."""
        ...

    async def reference(self, member_id: int) -> ReferenceView:
        """Raises NotFound where the member cannot be written to."""
        ...

    async def unreachable(self, member_id: int, code: str) -> None: ...


class Assignments(Protocol):
    """Raise NotFound, NotAllowed, AlreadyAssigned, InvalidInput; change nothing then."""

    async def take(self, actor: Actor, thread_id: int) -> None: ...

    async def assign(self, actor: Actor, thread_id: int, to_member_id: int) -> None: ...

    async def release(self, actor: Actor, thread_id: int) -> None: ...

    async def finish(self, actor: Actor, thread_id: int) -> None: ...

    async def reopen(self, actor: Actor, thread_id: int) -> None: ...


class Threads(Protocol):
    """NotFound unless the actor is a person of the mailbox."""

    async def queue(self, actor: Actor, page: int = 1, per_page: int = 8) -> ThreadPage: ...

    async def unassigned(self, actor: Actor, page: int = 1) -> ThreadPage: ...

    async def thread(self, actor: Actor, thread_id: int) -> ThreadView: ...

    async def count_open(self, actor: Actor) -> int: ...


class Mailboxes(Protocol):
    async def mailboxes(self, actor: Actor) -> tuple[MailboxView, ...]:
        """For an admin all of them, for others those they work."""
        ...

    async def find(self, actor: Actor, text: str) -> int: ...

    async def pause(self, actor: Actor, mailbox_id: int) -> None: ...

    async def resume(self, actor: Actor, mailbox_id: int) -> None: ...

    async def set_people(
        self, actor: Actor, mailbox_id: int, member_ids: Collection[int], leads: Collection[int]
    ) -> None: ...

    async def set_strategy(self, actor: Actor, mailbox_id: int, strategy: Strategy) -> None: ...

    async def set_folders(
        self, actor: Actor, mailbox_id: int, folder_ids: Collection[int]
    ) -> None: ...

    async def set_live_from(
        self, actor: Actor, mailbox_id: int, live_from: datetime | None
    ) -> None: ...

    async def progress(self, mailbox_id: int) -> ProgressView: ...


class Onboarding(Protocol):
    async def begin(self, actor: Actor, address: str, kind: GrantKind) -> int:
        """The mailbox's id. Asked again before consent, it changes the kind of grant."""
        ...

    async def accept_wider(self, actor: Actor, mailbox_id: int) -> None:
        """An explicit yes to a scope that can read bodies."""
        ...

    async def admin_sign_in_url(self, actor: Actor) -> str:
        """Where to show an Entra administrator role, to become the first admin."""
        ...

    async def sign_in_url(self, actor: Actor, mailbox_id: int) -> str: ...

    async def callback(self, state: str, query: Mapping[str, str]) -> CallbackOutcome: ...

    async def probe(self, mailbox_id: int) -> ProbeView: ...

    async def folders(self, actor: Actor, mailbox_id: int) -> tuple[FolderView, ...]: ...

    async def start(self, actor: Actor, mailbox_id: int) -> None: ...

    async def offboard(self, actor: Actor, mailbox_id: int, *, purge: bool) -> OffboardView: ...

    async def revoke(self, actor: Actor, mailbox_id: int) -> str:
        """The code of what is left for a person to take back at Microsoft."""
        ...

    async def consents(self, actor: Actor) -> tuple[ConsentView, ...]: ...


class Reports(Protocol):
    async def overview(
        self, actor: Actor, period: str, mailbox_id: int | None = None
    ) -> ReportView:
        """`period` in words, empty for the usual one; raises InvalidInput("period")."""
        ...


class DeadLetters(Protocol):
    async def dead_letters(self, actor: Actor) -> tuple[DeadLetter, ...]: ...

    async def retry(self, actor: Actor, outbox_id: int) -> None: ...


class OpenDialogs(Protocol):
    """One open dialog a member. Changes are compare-and-set on the version."""

    async def current(self, actor: Actor) -> OpenDialog | None: ...

    async def begin(
        self, actor: Actor, dialog: str, step: str, memory: Mapping[str, Any]
    ) -> OpenDialog:
        """Open one in place of whatever was open."""
        ...

    async def change(
        self, actor: Actor, version: int, step: str, memory: Mapping[str, Any]
    ) -> bool:
        """Whether the version was still that one; it is raised by one then."""
        ...

    async def close(self, actor: Actor, version: int) -> bool: ...


class Links(Protocol):
    def open_in_outlook(self, thread_id: int) -> str: ...

    @property
    def install(self) -> str:
        """Where a person adds Postroom in Teams."""
        ...

    @property
    def privacy(self) -> str: ...


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """What an administrator pastes to grant rights on one mailbox."""

    client_id: str
    """Of the Graph app registration."""


@dataclass(frozen=True, slots=True)
class Services:
    people: People
    assignments: Assignments
    threads: Threads
    mailboxes: Mailboxes
    onboarding: Onboarding
    reports: Reports
    dead_letters: DeadLetters
    open_dialogs: OpenDialogs
    links: Links
    grant_facts: GrantFacts
