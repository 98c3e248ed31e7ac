"""Categories that somebody changed in Outlook: tags of the thread, and whom it is assigned to.

Only what differs from what was last known of the message counts, so Postroom's own writing
changes nothing when it comes back. Who did it Outlook does not tell: it is recorded as done
"in Outlook". A hand-set assignee passes the same gate as one that is set here; where it is
refused, the thread stays whose it was and the category is put back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.pools import PoolBook
from core.assignment.records import Records
from core.assignment.strategies import Candidate, Choice
from core.errors import InvalidInput
from core.mail.fold import Event, ThreadFold
from core.mail.models import EventKind, ThreadState
from core.mail.thread_rows import ThreadBook
from core.mailboxes.models import MailboxMember
from core.people.models import MemberState
from core.people.names import Names, match
from core.sealing import Vault
from core.threads.categories import Changes
from core.threads.following import follow_up
from core.threads.tags import InMailbox, add_tags, known_tag_ids, remove_tags, tidy
from core.threads.write_back import queue_categories

BY_HAND = "in_outlook"
"""Code of the decision."""
_MAY_BE_NAMED = frozenset({"not_in_pool", "opted_out"})
"""What keeps people from being given work, and not from being handed it."""


async def take_over(
    connection: BaseDBAsyncClient,
    vault: Vault,
    mailbox: InMailbox,
    changed: Mapping[int, Changes],
    now: datetime,
) -> None:
    """Thread id → what changed. In the page's transaction, once the page itself is saved."""
    records = Records(mailbox.organization_id, now)
    await _take_over_tags(connection, vault, mailbox, changed, records)
    named = {thread: it.assigned_to for thread, it in changed.items() if it.assigned_to}
    book = ThreadBook(connection, mailbox.organization_id, mailbox.id)
    await book.open([], changed)
    if named:
        await _Assigning(connection, vault, mailbox, records, now).run(book, named)
    saved = await book.save()
    for thread_id in changed:
        records.notify("thread_card", f"thread:{thread_id}", {"thread_id": thread_id})
    await book.save_events()
    await follow_up(connection, mailbox.id, saved, records)
    await queue_categories(connection, mailbox.id, list(changed), now)
    await records.save(connection)


async def _take_over_tags(
    connection: BaseDBAsyncClient,
    vault: Vault,
    mailbox: InMailbox,
    changed: Mapping[int, Changes],
    records: Records,
) -> None:
    """Categories that are no tags of the mailbox mean nothing here."""
    names = {name for it in changed.values() for name in (*it.added, *it.removed)}
    ids = await known_tag_ids(connection, mailbox, filter(_can_be_tag, names), vault)
    added = _tags_in(ids, {thread: it.added for thread, it in changed.items()})
    removed = _tags_in(ids, {thread: it.removed for thread, it in changed.items()})
    await add_tags(connection, added, by_outlook=True)
    await remove_tags(connection, removed)
    for action, tags in (("thread.tagged", added), ("thread.untagged", removed)):
        for thread_id, tag_ids in tags.items():
            records.audited(action, thread_id, {"tags": tag_ids, "in_outlook": True})


def _tags_in(ids: Mapping[str, int], names: Mapping[int, Collection[str]]) -> dict[int, list[int]]:
    found = {
        thread: sorted({ids[name] for name in some if name in ids})
        for thread, some in names.items()
    }
    return {thread: tags for thread, tags in found.items() if tags}


def _can_be_tag(name: str) -> bool:
    try:
        tidy(name)
    except InvalidInput:
        return False
    return True


class _Assigning:
    """Assignees that were set by hand, in one transaction."""

    def __init__(
        self,
        connection: BaseDBAsyncClient,
        vault: Vault,
        mailbox: InMailbox,
        records: Records,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._names = Names(vault)
        self._mailbox_id = mailbox.id
        self._records = records
        self._now = now

    async def run(self, book: ThreadBook, named: Mapping[int, str]) -> None:
        people = await self._people()
        pools = PoolBook(self._connection, self._mailbox_id)
        pool = await pools.open()
        candidates = {who.member_id: who for who in pool.candidates}
        for thread_id, name in sorted(named.items()):
            thread = book.by_id(thread_id)
            found = match(name, people)
            if thread.assignee_id in found:
                continue
            refusal = _refusal(thread, [candidates[member] for member in found])
            if refusal is not None:
                facts = {"code": refusal, "members": found[:5], "in_outlook": True}
                self._records.audited("thread.assign_refused", thread_id, facts)
                continue
            candidates[found[0]].open_threads += 1
            self._give(thread, found[0])

    async def _people(self) -> list[tuple[int, str]]:
        rows = await MailboxMember.filter(mailbox_id=self._mailbox_id).select_related("member")
        return [
            (
                row.member_id,
                self._names.open(row.member_id, row.member.wrapped_key, row.member.sealed_name),
            )
            for row in rows
        ]

    def _give(self, thread: ThreadFold, member_id: int) -> None:
        thread.assignee_id, thread.assigned_at, thread.changed = member_id, self._now, True
        thread.waiting_reason, thread.is_history = None, False
        thread.events.append(Event(EventKind.ASSIGNED, self._now, member_id, in_outlook=True))
        self._records.decided(thread.id, Choice(BY_HAND, member_id))
        facts = {"member_id": member_id, "thread_id": thread.id}
        self._records.notify("thread_notice", f"thread:{thread.id}", facts)


def _refusal(thread: ThreadFold, people: list[Candidate]) -> str | None:
    """The code of why the thread cannot be given to whom the category names."""
    if thread.state is ThreadState.DONE:
        return "done"
    if len(people) != 1:
        return "several" if people else "nobody"
    (who,) = people
    if who.state is not MemberState.READY:
        return who.state.value
    why_not = who.why_not()
    return None if why_not in _MAY_BE_NAMED else why_not
