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

from core.assignment.changing import Change
from core.assignment.choices import Choice
from core.assignment.manual import must_be_able
from core.assignment.records import Records
from core.errors import Absent, Full, InvalidInput
from core.mail.fold import Event, ThreadFold, wake
from core.mail.models import EventKind, ThreadState
from core.mail.thread_rows import ThreadBook
from core.mailboxes.models import MailboxMember
from core.people.names import Names, match
from core.sealing import Vault
from core.threads.categories import Changes
from core.threads.due import renew
from core.threads.following import follow_up
from core.threads.tags import InMailbox, add_tags, known_tag_ids, remove_tags, tidy
from core.threads.write_back import queue_categories

BY_HAND = "in_outlook"
"""Code of the decision."""


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
    if named:
        await _Assigning(connection, vault, mailbox, records, now).run(named)
    for thread_id in changed:
        records.redrawn(thread_id)
    await renew(connection, mailbox.id, list(changed))
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
    """Assignees that were set by hand, one thread after the other: each counts for the next."""

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
        self._mailbox = mailbox
        self._records = records
        self._now = now

    async def run(self, named: Mapping[int, str]) -> None:
        people = await self._people()
        for thread_id, name in sorted(named.items()):
            book = ThreadBook(self._connection, self._mailbox.organization_id, self._mailbox.id)
            await book.open([], [thread_id])
            thread = book.by_id(thread_id)
            found = match(name, people)
            if thread.assignee_id in found:
                continue
            refusal = await self._refusal(thread, found)
            if refusal is None:
                self._give(thread, found[0])
                await book.save()
                await book.save_events()
                await follow_up(self._connection, self._mailbox.id, [thread], self._records)
            else:
                facts = {"code": refusal, "members": found[:5], "in_outlook": True}
                self._records.audited("thread.assign_refused", thread_id, facts)

    async def _people(self) -> list[tuple[int, str]]:
        rows = await MailboxMember.filter(mailbox_id=self._mailbox.id).select_related("member")
        return [
            (
                row.member_id,
                self._names.open(row.member_id, row.member.wrapped_key, row.member.sealed_name),
            )
            for row in rows
        ]

    async def _refusal(self, thread: ThreadFold, people: list[int]) -> str | None:
        """The code of why the thread cannot be given to whom the category names."""
        if thread.state is ThreadState.DONE:
            return "done"
        if thread.merged_into_id is not None:
            return "merged"
        if len(people) != 1:
            return "several" if people else "nobody"
        change = Change(self._connection, self._mailbox.id, thread, self._records, self._now)
        try:
            await must_be_able(change, people[0], own=False)
        except Full:
            return "full"
        except Absent:
            return "absent"
        except InvalidInput as error:
            return error.hint
        return None

    def _give(self, thread: ThreadFold, member_id: int) -> None:
        if thread.state is ThreadState.SNOOZED:
            wake(thread, self._now)
        thread.assignee_id, thread.assigned_at, thread.changed = member_id, self._now, True
        thread.waiting_reason, thread.waits_for_id, thread.is_history = None, None, False
        thread.events.append(Event(EventKind.ASSIGNED, self._now, member_id, in_outlook=True))
        self._records.decided(thread.id, Choice(BY_HAND, member_id))
        self._records.told(thread.id, member_id)
