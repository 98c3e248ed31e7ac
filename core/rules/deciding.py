"""Do what rules want of threads, inside the transaction that takes the mail in.

Rules look at a message once, as it arrives. Whom a thread is given to is decided by the
mailbox's pool, which knows who is there and has room; all the rest is done here. A page that is
replayed brings no new message, so nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.candidates import Target, Wish
from core.assignment.choices import Choice
from core.assignment.records import Records
from core.mail.fold import Event, ThreadFold
from core.mail.models import EventKind, ThreadState
from core.mail.rows import Row, insert, select
from core.rules.at_work import RulesAtWork
from core.rules.engine import Key, Outcome
from core.rules.reply_queue import WantedReply
from core.rules.snoozing import snooze_end
from core.rules.terms import Anyone, Finish, PersonRef, Snooze, TeamRef
from core.rules.wanted import Wanted, replies_of
from core.sealing import Vault
from core.threads.tags import InMailbox, add_tags, tag_ids

LOOK = ("organization_id", "thread_id", "rule_id", "waiting_since", "hours", "acted")


class RuleEffects:
    """Of one transaction. First everything is taken, then `open`ed, then done and `save`d."""

    def __init__(
        self,
        connection: BaseDBAsyncClient,
        vault: Vault,
        mailbox: InMailbox,
        rules: RulesAtWork | None,
        records: Records,
        now: datetime,
        *,
        quiet: bool,
    ) -> None:
        """`quiet`: a backlog is taken in, of which nobody is told message by message."""
        self._connection = connection
        self._vault = vault
        self._mailbox = mailbox
        self._rules = rules
        self._records = records
        self._now = now
        self._quiet = quiet
        self._wanted: dict[int, Wanted] = {}
        self._teams: dict[int, tuple[int, ...]] = {}
        self._tag_ids: dict[str, int] = {}
        self._weights: dict[int, int] = {}
        self._looks: list[Row] = []
        self.replies: list[WantedReply] = []
        """Asked for by the messages that were taken; none in a backlog."""

    def take(
        self,
        thread_id: int,
        outcome: Outcome,
        *,
        is_newest: bool = True,
        graph_id: str = "",
        in_hours: bool | None = None,
    ) -> None:
        """Of several messages of a thread, the older one first."""
        if outcome.actions or thread_id in self._wanted:
            self._wanted.setdefault(thread_id, Wanted()).add(outcome, is_newest=is_newest)
        if not self._quiet:
            self.replies += replies_of(outcome, graph_id, in_hours)

    def note_ages(self, thread_id: int, outcome: Outcome, at: datetime) -> None:
        """Rules that also look at age have acted in this wait, on a message received `at`."""
        by_age = self._rules.by_age if self._rules else ()
        self._looks += [
            (self._mailbox.organization_id, thread_id, rule_id, at, 0, True)
            for rule_id, _ in outcome.matched
            if rule_id in by_age
        ]

    async def open(self) -> None:
        """Find or make the tags that are wanted, and who is in the teams."""
        names = {name for wanted in self._wanted.values() for name in wanted.tags}
        if names:
            self._tag_ids = await tag_ids(
                self._connection, self._mailbox, sorted(names), self._vault, self._now
            )
            ids = sorted(set(self._tag_ids.values()))
            rows = await self._among("id, weight", "tag", "id > {}", ("id", ids))
            self._weights = {row["id"]: row["weight"] for row in rows}
        teams = {
            to.team_id
            for wanted in self._wanted.values()
            if wanted.assign is not None
            for to in wanted.assign[1]
            if isinstance(to, TeamRef)
        }
        members: dict[int, list[int]] = {team: [] for team in teams}
        for row in await self._among(
            "team_id, member_id", "team_member", "id > {}", ("team_id", sorted(teams))
        ):
            members[row["team_id"]].append(row["member_id"])
        self._teams = {team: tuple(sorted(people)) for team, people in members.items()}

    def wishes(self) -> dict[int, Wish]:
        """By thread id: who is to have it, in the order in which they are tried, and its tags."""
        return {thread_id: self._wish(wanted) for thread_id, wanted in self._wanted.items()}

    def _wish(self, wanted: Wanted) -> Wish:
        tags = frozenset(self._tag_ids[name] for name in wanted.tags)
        effort = max((self._weights[tag] for tag in tags), default=1)
        targets, or_anyone = self._targets(wanted)
        return Wish(tags=tags, effort=effort, targets=targets, or_pool=or_anyone)

    def _targets(self, wanted: Wanted) -> tuple[tuple[Target, ...], bool]:
        """(those before "anyone", whether there is one)."""
        found: list[Target] = []
        (rule_id, version), targets = wanted.assign or ((0, 0), ())
        for to in targets:
            match to:
                case PersonRef(member_id):
                    found.append(Target((member_id,), rule_id, version))
                case TeamRef(team_id):
                    people = self._teams.get(team_id, ())
                    found.append(Target(people, rule_id, version, team_id))
                case Anyone():
                    return tuple(found), True
        return tuple(found), False

    def before_assigning(self, threads: Iterable[ThreadFold]) -> None:
        """Priority; and rest, where nobody is to be given it first."""
        for thread, wanted in self._among_wanted(threads):
            self._prioritise(thread, wanted)
            if wanted.is_put_off:
                self._rest(thread, wanted)

    def after_assigning(self, threads: Iterable[ThreadFold]) -> None:
        """Rest, where somebody was to be given it first; and who is to be shown it."""
        for thread, wanted in self._among_wanted(threads):
            if not wanted.is_put_off:
                self._rest(thread, wanted)
            if not self._quiet:
                self._show(thread, wanted)

    def _among_wanted(self, threads: Iterable[ThreadFold]) -> list[tuple[ThreadFold, Wanted]]:
        found = ((thread, self._wanted.get(thread.id)) for thread in threads)
        return [(thread, wanted) for thread, wanted in found if wanted is not None]

    def _prioritise(self, thread: ThreadFold, wanted: Wanted) -> None:
        if wanted.priority is not None and thread.priority is not wanted.priority[1]:
            key, thread.priority = wanted.priority
            thread.changed = True
            self._audit("thread.prioritised", thread, key, {"priority": thread.priority})

    def _show(self, thread: ThreadFold, wanted: Wanted) -> None:
        for member_id, (rule_id, _) in wanted.told.items():
            told = {"member_id": member_id, "thread_id": thread.id, "rule_id": rule_id}
            self._records.notify("thread_news", f"thread:{thread.id}", told | {"code": "rule"})
        if wanted.channel is not None:
            mailbox_id, (rule_id, _) = self._mailbox.id, wanted.channel
            heard = {"mailbox_id": mailbox_id, "thread_id": thread.id, "rule_id": rule_id}
            self._records.notify("channel_news", f"channel:{mailbox_id}", heard | {"code": "rule"})

    async def save(self) -> None:
        """Once the threads are saved: put the tags on, and note who looked."""
        tags = {}
        for thread_id, wanted in self._wanted.items():
            if wanted.tags:
                tags[thread_id] = sorted({self._tag_ids[name] for name in wanted.tags})
            for name, key in wanted.tags.items():
                facts = {"tag": self._tag_ids[name]}
                self._records.audited("thread.tagged", thread_id, facts | _of(key))
        await add_tags(self._connection, tags)
        await insert(self._connection, "age_look", LOOK, self._looks)

    def _rest(self, thread: ThreadFold, wanted: Wanted) -> None:
        match wanted.rest:
            case (key, Finish()) if thread.state is not ThreadState.DONE:
                thread.state, thread.finished_at = ThreadState.DONE, self._now
                thread.snoozed_until = None
                thread.waiting_reason, thread.waits_for_id = None, None
                self._rested(thread, EventKind.FINISHED, "finished_by_rule", key)
            case (key, Snooze() as snooze) if thread.state is ThreadState.OPEN and self._rules:
                thread.state = ThreadState.SNOOZED
                thread.snoozed_until = snooze_end(snooze, self._now, self._rules.zone)
                self._rested(thread, EventKind.SNOOZED, "snoozed_by_rule", key)

    def _rested(self, thread: ThreadFold, kind: EventKind, code: str, key: Key) -> None:
        """Why is kept, unless the thread waits for somebody: then that goes on when it wakes."""
        thread.changed = True
        thread.events.append(Event(kind, self._now, thread.assignee_id))
        self._audit(f"thread.{kind.value}", thread, key, {})
        if thread.assignee_id is None and thread.waiting_reason is None:
            self._records.decided(thread.id, Choice(code, None, rule=key))

    def _audit(self, action: str, thread: ThreadFold, key: Key, facts: dict[str, Any]) -> None:
        self._records.audited(action, thread.id, facts | _of(key))

    async def _among(
        self, columns: str, table: str, where: str, among: tuple[str, list[int]]
    ) -> list[dict[str, Any]]:
        return await select(self._connection, columns, table, where, [0], among)


def _of(key: Key) -> dict[str, int]:
    return {"rule": key[0], "version": key[1]}
