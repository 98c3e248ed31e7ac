"""What conversations ask about figures, what could not be delivered, and themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from core.conversations.open_dialogs import OpenDialog
from core.outbox.dead_letters import DeadLetter
from core.people.views import Actor
from core.reports.views import ReportView


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
