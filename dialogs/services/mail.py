"""What conversations ask about threads, and the changes they make to them."""

from __future__ import annotations

from typing import Protocol

from core.mail.models import Priority
from core.mail.views import ThreadPage, ThreadView
from core.people.views import Actor
from core.threads.views import ThreadLife


class Assignments(Protocol):
    """Raise NotFound, NotAllowed, AlreadyAssigned, InvalidInput; change nothing then."""

    async def take(self, actor: Actor, thread_id: int) -> None: ...

    async def assign(self, actor: Actor, thread_id: int, to_member_id: int) -> None: ...

    async def release(self, actor: Actor, thread_id: int) -> None: ...

    async def finish(self, actor: Actor, thread_id: int) -> None: ...

    async def reopen(self, actor: Actor, thread_id: int) -> None: ...

    async def next(self, actor: Actor, mailbox_id: int | None) -> int | None:
        """The thread that was pulled; None where nothing waits that may be pulled."""
        ...

    async def set_priority(self, actor: Actor, thread_id: int, priority: Priority) -> None: ...


class Threads(Protocol):
    """NotFound unless the actor is a person of the mailbox."""

    async def queue(self, actor: Actor, page: int = 1, per_page: int = 8) -> ThreadPage: ...

    async def snoozed(self, actor: Actor, page: int = 1) -> ThreadPage: ...

    async def following(self, actor: Actor, page: int = 1) -> ThreadPage: ...

    async def overdue(self, actor: Actor, page: int = 1) -> ThreadPage: ...

    async def unassigned(self, actor: Actor, page: int = 1) -> ThreadPage: ...

    async def thread(self, actor: Actor, thread_id: int) -> ThreadView: ...

    async def notes(self, actor: Actor, thread_id: int) -> ThreadLife: ...
