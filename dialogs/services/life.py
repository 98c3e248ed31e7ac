"""What conversations ask about a thread's life: tags, notes, who follows and who is at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from core.mail.models import Priority
from core.people.views import Actor
from core.threads.models import TargetKind
from core.threads.tags import TagView
from core.threads.targets import TargetsView


class Tags(Protocol):
    """NotFound unless the actor is a person of the mailbox; InvalidInput("tag")."""

    async def tag(self, actor: Actor, thread_id: int, names: Iterable[str]) -> None: ...

    async def untag(self, actor: Actor, thread_id: int, names: Iterable[str]) -> None: ...

    async def change(
        self, actor: Actor, thread_id: int, put_on: Iterable[str], take_off: Iterable[str]
    ) -> None: ...

    async def tags(self, actor: Actor, mailbox_id: int) -> tuple[TagView, ...]: ...

    async def weigh(self, actor: Actor, mailbox_id: int, name: str, weight: int) -> None: ...


class Notes(Protocol):
    async def add(self, actor: Actor, thread_id: int, text: str) -> int: ...

    async def delete(self, actor: Actor, note_id: int) -> int: ...


class Followers(Protocol):
    async def follow(self, actor: Actor, thread_id: int) -> None: ...

    async def watch(self, actor: Actor, thread_id: int) -> None: ...

    async def unfollow(self, actor: Actor, thread_id: int) -> None: ...


class Merges(Protocol):
    async def merge(self, actor: Actor, thread_id: int, into_id: int) -> None: ...


class Presences(Protocol):
    async def seen(self, actor: Actor, thread_id: int) -> None: ...

    async def answering(self, actor: Actor, thread_id: int) -> bool: ...


class Snoozing(Protocol):
    async def snooze(self, actor: Actor, thread_id: int, said: str) -> datetime: ...


class Targets(Protocol):
    async def targets(self, actor: Actor, mailbox_id: int) -> TargetsView: ...

    async def set(
        self,
        actor: Actor,
        mailbox_id: int,
        minutes: Mapping[TargetKind, int | None],
        *,
        tag: str | None = None,
        priority: Priority | None = None,
    ) -> None: ...
