"""A thread's life in memory: tags, notes, followers, presence, merging, snoozing, targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.errors import InvalidInput, NotAllowed, NotFound
from core.mail.models import Priority, ThreadState
from core.people.views import Actor
from core.threads.models import TargetKind
from core.threads.tags import TagView
from core.threads.targets import TargetsView, TargetView
from core.threads.views import NoteView
from tests.dialogs.sample import MAILBOX, NOW

if TYPE_CHECKING:
    from tests.dialogs.world import World


def life_ports(world: World) -> dict[str, Any]:
    return {
        "tags": TagPort(world),
        "notes": NotePort(world),
        "followers": FollowerPort(world),
        "merges": MergePort(world),
        "presences": PresencePort(world),
        "snoozing": SnoozePort(world),
        "targets": TargetPort(world),
    }


class _Port:
    def __init__(self, world: World) -> None:
        self.world = world

    async def live(self, actor: Actor, thread_id: int, what: str, **changes: Any) -> None:
        """Change what is kept about a thread, if the actor may see it."""
        view = await self.world.thread(actor, thread_id)
        life = replace(view.life, **changes)
        self.world.threads_by_id[thread_id] = replace(view, life=life)
        if what:
            self.world.changes.append((what, thread_id))

    def mailbox(self, actor: Actor, mailbox_id: int) -> None:
        if mailbox_id != MAILBOX or not (actor.is_admin or mailbox_id in actor.mailboxes):
            raise NotFound("mailbox")

    def lead(self, actor: Actor, mailbox_id: int) -> None:
        self.mailbox(actor, mailbox_id)
        if mailbox_id not in actor.leads and not actor.is_admin:
            raise NotAllowed("lead")


class TagPort(_Port):
    async def tag(self, actor: Actor, thread_id: int, names: Iterable[str]) -> None:
        await self.change(actor, thread_id, names, ())

    async def untag(self, actor: Actor, thread_id: int, names: Iterable[str]) -> None:
        await self.change(actor, thread_id, (), names)

    async def change(
        self, actor: Actor, thread_id: int, put_on: Iterable[str], take_off: Iterable[str]
    ) -> None:
        had = (await self.world.thread(actor, thread_id)).life.tags
        gone = set(take_off)
        if gone - set(had):
            raise InvalidInput("tag", "unknown_tag")
        tags = [name for name in had if name not in gone]
        tags += [name for name in put_on if name not in tags]
        await self.live(actor, thread_id, "tags", tags=tuple(tags))

    async def tags(self, actor: Actor, mailbox_id: int) -> tuple[TagView, ...]:
        self.mailbox(actor, mailbox_id)
        return (TagView(1, "Invoice", 3), TagView(2, "[evil](https://e.example)", 1))

    async def weigh(self, actor: Actor, mailbox_id: int, name: str, weight: int) -> None:
        self.lead(actor, mailbox_id)
        self.world.changes.append(("weigh", name, weight))


class NotePort(_Port):
    async def add(self, actor: Actor, thread_id: int, text: str) -> int:
        life = (await self.world.thread(actor, thread_id)).life
        name = self.world.names.get(actor.member_id)
        made = NoteView(len(life.notes) + 1, actor.member_id, name, NOW, text)
        notes = (made, *life.notes)
        await self.live(actor, thread_id, "note", notes=notes, notes_in_all=len(notes))
        return made.note_id

    async def delete(self, actor: Actor, note_id: int) -> int:
        for thread_id, view in self.world.threads_by_id.items():
            for note in view.life.notes:
                if note.note_id == note_id and view.mailbox_id in actor.mailboxes:
                    if note.author_id != actor.member_id:
                        raise NotAllowed("author")
                    kept = tuple(one for one in view.life.notes if one is not note)
                    await self.live(
                        actor, thread_id, "note deleted", notes=kept, notes_in_all=len(kept)
                    )
                    return thread_id
        raise NotFound("note")


class FollowerPort(_Port):
    async def follow(self, actor: Actor, thread_id: int) -> None:
        await self.live(actor, thread_id, "follow", follows="follow")

    async def watch(self, actor: Actor, thread_id: int) -> None:
        await self.live(actor, thread_id, "watch", follows="watch")

    async def unfollow(self, actor: Actor, thread_id: int) -> None:
        await self.live(actor, thread_id, "unfollow", follows=None)


class MergePort(_Port):
    async def merge(self, actor: Actor, thread_id: int, into_id: int) -> None:
        view = await self.world.thread(actor, thread_id)
        await self.world.thread(actor, into_id)
        if thread_id == into_id:
            raise InvalidInput("thread", "same_thread")
        self.world.threads_by_id[thread_id] = replace(
            view, merged_into=into_id, state=ThreadState.DONE, message_id=None
        )
        self.world.changes.append(("merge", thread_id, into_id))


class PresencePort(_Port):
    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.opened: list[tuple[int, int]] = []

    async def seen(self, actor: Actor, thread_id: int) -> None:
        self.opened.append((actor.member_id, thread_id))

    async def answering(self, actor: Actor, thread_id: int) -> bool:
        view = await self.world.thread(actor, thread_id)
        starts = view.life.answering_until is None
        until = NOW + timedelta(minutes=15) if starts else None
        await self.live(actor, thread_id, "answering", answering_until=until)
        return starts


class SnoozePort(_Port):
    async def snooze(self, actor: Actor, thread_id: int, said: str) -> datetime:
        view = await self.world.thread(actor, thread_id)
        if said == "never":
            raise InvalidInput("until", "until_words")
        until = NOW + timedelta(days=1)
        self.world.threads_by_id[thread_id] = replace(
            view, state=ThreadState.SNOOZED, snoozed_until=until
        )
        self.world.changes.append(("snooze", thread_id, said))
        return until


class TargetPort(_Port):
    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.rows: list[TargetView] = []

    async def targets(self, actor: Actor, mailbox_id: int) -> TargetsView:
        self.mailbox(actor, mailbox_id)
        return TargetsView(mailbox_id, tuple(self.rows), warns=False)

    async def set(
        self,
        actor: Actor,
        mailbox_id: int,
        minutes: Mapping[TargetKind, int | None],
        *,
        tag: str | None = None,
        priority: Priority | None = None,
    ) -> None:
        self.lead(actor, mailbox_id)
        for kind, value in minutes.items():
            if value is not None:
                self.rows.append(TargetView(kind, value, tag, priority))
        self.world.changes.append(("targets", dict(minutes), tag, priority))
