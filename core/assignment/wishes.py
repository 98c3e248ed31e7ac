"""What each thread asks of the pool: read for all threads of a page in a query or two."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.candidates import Target, Wish
from core.assignment.choices import TRIED_AGAIN
from core.assignment.pool import Policy
from core.mail.fold import ThreadFold
from core.mail.moments import moment
from core.mail.rows import select
from core.mailboxes.models import Strategy


class WishBook:
    """Makes wishes for threads of one mailbox, inside one transaction."""

    def __init__(
        self, connection: BaseDBAsyncClient, mailbox_id: int, policy: Policy, now: datetime
    ) -> None:
        self._connection = connection
        self._mailbox_id = mailbox_id
        self._policy = policy
        self._now = now
        self._owners: dict[int, int] = {}
        self._tags: dict[int, set[int]] = {}
        self._targets: dict[int, tuple[Target, ...]] = {}

    async def open(self, threads: Sequence[ThreadFold]) -> None:
        if self._policy.sticky_sender_days is not None:
            await self._load_owners(threads, self._policy.sticky_sender_days)
        if self._policy.strategy is Strategy.SKILLS:
            await self._load_tags([thread.id for thread in threads])
        waiting = [
            thread.id
            for thread in threads
            if thread.assignee_id is None and thread.waiting_reason in TRIED_AGAIN
        ]
        await self._load_targets(waiting)

    def wish(self, thread: ThreadFold, avoid: int | None = None) -> Wish:
        """Whoever had the thread is asked first: also where it was decided to wait for them."""
        sender_owner = self._owners.get(thread.correspondent_id or 0)
        keep = thread.assignee_id
        if keep is None and thread.waits_for_id != sender_owner:
            keep = thread.waits_for_id
        return Wish(
            keep=keep,
            sender_owner=sender_owner,
            avoid=avoid,
            tags=frozenset(self._tags.get(thread.id, ())),
            effort=thread.effort,
            targets=self._targets.get(thread.id, ()),
        )

    def given(self, thread: ThreadFold) -> None:
        """The sender's next thread of the same page goes to the same person."""
        if (
            self._policy.sticky_sender_days is not None
            and thread.correspondent_id is not None
            and thread.assignee_id is not None
        ):
            self._owners[thread.correspondent_id] = thread.assignee_id

    async def _load_owners(self, threads: Sequence[ThreadFold], days: int) -> None:
        here = {thread.id for thread in threads}
        senders = {t.correspondent_id for t in threads if t.correspondent_id is not None}
        rows = await select(
            self._connection,
            "id, correspondent_id, assignee_id, assigned_at",
            "mail_thread",
            "mailbox_id = {} AND assignee_id IS NOT NULL AND assigned_at >= {}",
            [self._mailbox_id, self._now - timedelta(days=days)],
            ("correspondent_id", sorted(senders)),
        )
        for row in sorted(rows, key=lambda row: (moment(row["assigned_at"]), row["id"])):
            if row["id"] not in here:
                self._owners[row["correspondent_id"]] = row["assignee_id"]

    async def _load_tags(self, ids: Collection[int]) -> None:
        rows = await select(
            self._connection,
            "thread_id, tag_id",
            "thread_tag",
            "tag_id IS NOT NULL",
            [],
            ("thread_id", list(ids)),
        )
        for row in rows:
            self._tags.setdefault(row["thread_id"], set()).add(row["tag_id"])

    async def _load_targets(self, ids: Collection[int]) -> None:
        """Whom a rule named for a thread that has waited since: its newest decision says."""
        rows = await select(
            self._connection,
            "id, thread_id, reason",
            "decision",
            "member_id IS NULL",
            [],
            ("thread_id", list(ids)),
        )
        for row in sorted(rows, key=lambda row: row["id"]):
            reason = row["reason"]
            facts = orjson.loads(reason) if isinstance(reason, str | bytes) else reason
            self._targets[row["thread_id"]] = tuple(
                Target(tuple(people), rule, version, team)
                for people, rule, version, team in facts.get("targets", ())
            )
