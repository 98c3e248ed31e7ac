"""Who hears of a thread that is not theirs: followers of all that happens, watchers once.

A follower hears of new mail, of who has it, and when it is done. A watcher hears once, of the
next mail of whoever the thread is with: in that thread, or in any other that they begin or
are in, in the same mailbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.records import Records
from core.clock import Clock
from core.mail.fold import ThreadFold
from core.mail.models import EventKind
from core.mail.rows import is_sqlite, marks
from core.outbox.queue import Outbox
from core.people.views import Actor
from core.threads.models import Follower
from core.threads.scope import thread_of
from core.transactions import transaction

_FOLLOWERS = """
SELECT f.id, f.thread_id, f.member_id, f.only_next FROM follower f
 WHERE f.thread_id IN ({threads})
"""
_WATCHERS = """
SELECT f.id, f.member_id, t.correspondent_id FROM mail_thread t
  JOIN follower f ON f.thread_id = t.id
 WHERE t.correspondent_id IN ({people}) AND t.mailbox_id = {mailbox} AND f.only_next = {yes}
"""


class Followers:
    def __init__(self, outbox: Outbox, now: Clock) -> None:
        self._outbox = outbox
        self._now = now

    async def follow(self, actor: Actor, thread_id: int) -> None:
        await self._set(actor, thread_id, only_next=False)

    async def watch(self, actor: Actor, thread_id: int) -> None:
        """Hear once. Who follows the thread hears of it anyway, and goes on following."""
        await self._set(actor, thread_id, only_next=True)

    async def unfollow(self, actor: Actor, thread_id: int) -> None:
        """Neither follow nor watch."""
        async with transaction():
            thread = await thread_of(actor, thread_id)
            await Follower.filter(thread_id=thread_id, member_id=actor.member_id).delete()
            await self._outbox.redraw(thread.organization_id, thread.id, at=self._now())

    async def _set(self, actor: Actor, thread_id: int, *, only_next: bool) -> None:
        now = self._now()
        async with transaction():
            thread = await thread_of(actor, thread_id)
            known, made = await Follower.get_or_create(
                defaults={"only_next": only_next, "created_at": now},
                thread_id=thread_id,
                member_id=actor.member_id,
            )
            if not made and known.only_next and not only_next:
                await Follower.filter(id=known.id).update(only_next=False)
            await self._outbox.redraw(thread.organization_id, thread.id, at=now)


@dataclass(frozen=True, slots=True)
class _News:
    member_id: int
    thread_id: int
    code: str


async def tell_followers(
    connection: BaseDBAsyncClient,
    mailbox_id: int,
    threads: Iterable[ThreadFold],
    records: Records,
) -> None:
    """Queue what followers and watchers are to hear of these changes, with the changes.

    Nobody hears of what they did themselves, nor of a thread that is given to them.
    """
    changed = [thread for thread in threads if thread.events]
    news = {
        (one.member_id, one.thread_id): one
        for one in (
            *await _to_watchers(connection, mailbox_id, changed),
            *await _to_followers(connection, changed, records.by),
        )
    }
    for one in news.values():
        facts: dict[str, int | str] = {"member_id": one.member_id, "thread_id": one.thread_id}
        facts["code"] = one.code
        records.notify("thread_news", f"thread:{one.thread_id}", facts)


async def _to_followers(
    connection: BaseDBAsyncClient, threads: Sequence[ThreadFold], by: int | None
) -> list[_News]:
    known = {thread.id: thread for thread in threads if not thread.is_new}
    if not known:
        return []
    rows = await connection.execute_query_dict(
        _FOLLOWERS.format(threads=marks(connection, len(known))), list(known)
    )
    news = []
    for row in rows:
        code = _code(known[row["thread_id"]], row["member_id"], by)
        if code is not None and not row["only_next"]:
            news.append(_News(row["member_id"], row["thread_id"], code))
        elif code == "new_mail":
            news.append(_News(row["member_id"], row["thread_id"], "watched"))
            await _forget(connection, row["id"])
    return news


async def _to_watchers(
    connection: BaseDBAsyncClient, mailbox_id: int, threads: Sequence[ThreadFold]
) -> list[_News]:
    """Of a mail in another thread than the one that is watched."""
    written = {
        thread.correspondent_id: thread
        for thread in threads
        if thread.correspondent_id is not None and _received(thread)
    }
    if not written:
        return []
    statement = _WATCHERS.format(
        people=marks(connection, len(written)),
        mailbox=marks(connection, 1, len(written) + 1),
        yes=marks(connection, 1, len(written) + 2),
    )
    yes: Any = 1 if is_sqlite(connection) else True
    rows = await connection.execute_query_dict(statement, [*written, mailbox_id, yes])
    for row in rows:
        await _forget(connection, row["id"])
    return [_News(row["member_id"], written[row["correspondent_id"]].id, "watched") for row in rows]


def _code(thread: ThreadFold, member_id: int, by: int | None) -> str | None:
    """What a follower hears; None: nothing that is news to them."""
    kinds = {event.kind for event in thread.events}
    if member_id == by:
        return None
    given = kinds & {EventKind.ASSIGNED, EventKind.TAKEN}
    if given and thread.assignee_id == member_id:
        return None
    if EventKind.RECEIVED in kinds:
        return "new_mail"
    if EventKind.FINISHED in kinds:
        return "finished"
    return "assigned" if given else None


def _received(thread: ThreadFold) -> bool:
    return any(event.kind is EventKind.RECEIVED for event in thread.events)


async def _forget(connection: BaseDBAsyncClient, follower_id: int) -> None:
    await Follower.filter(id=follower_id).using_db(connection).delete()
