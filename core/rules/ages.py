"""Rules about how long a thread has waited: looked at by a timer, since nothing arrives then.

Each rule looks at a thread once for every age it names, when the thread has passed it, and acts
once in a wait; an answer ends the wait. A rule that assigns moves the thread from whoever has
it, if one of those it names can be given it; else it stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

from core.assignment.candidates import Wish
from core.assignment.giving import Giving
from core.assignment.pool import Pool
from core.assignment.records import Records
from core.clock import Clock
from core.log import get_logger
from core.mail.fold import Event, ThreadFold
from core.mail.models import EventKind
from core.mail.rows import Row, insert
from core.mail.thread_rows import ThreadBook
from core.mailboxes.models import Mailbox, MailboxState
from core.outbox.queue import Outbox
from core.people.models import Organization
from core.rules.aged import Age, Aged, AgedMail, ages_of, is_waiting, looks_at, threads_past
from core.rules.at_work import RulesAtWork, RulesChanged, at_work, must_stand
from core.rules.deciding import LOOK, RuleEffects
from core.rules.engine import Outcome
from core.rules.gathering import RuleRound
from core.rules.models import Rule, RuleState
from core.rules.reply_queue import queue_replies
from core.sealing import Vault
from core.threads.following import follow_up
from core.transactions import transaction

BATCH = 50
MOST = 1_000
"""Threads of one mailbox and age in one run; the next run goes on."""

log = get_logger(__name__)


class AgeRules:
    def __init__(self, vault: Vault, outbox: Outbox, now: Clock) -> None:
        self._vault = vault
        self._outbox = outbox
        self._now = now

    async def run(self) -> None:
        """Look at every mailbox under work that has rules: the `age_rules` timer."""
        having = Rule.filter(
            state=RuleState.ON, deleted_at=None, mailbox__state=MailboxState.ACTIVE
        )
        for mailbox_id in sorted(
            {int(str(i)) for i in await having.distinct().values_list("mailbox_id", flat=True)}
        ):
            try:
                await self.look(mailbox_id)
            except RulesChanged:
                log.info("age rules changed meanwhile", mailbox_id=mailbox_id)

    async def look(self, mailbox_id: int) -> None:
        """One mailbox. Raises RulesChanged where a rule changed meanwhile: the next run looks."""
        rules = await RuleRound(self._vault, self._outbox, self._now, mailbox_id).open()
        if rules is None or not rules.by_age:
            return
        aged, _ = at_work(
            rules.mark,
            [rule for rule in rules.rules if rule.rule_id in rules.by_age],
            rules.is_open,
            rules.zone,
        )
        mailbox = await Mailbox.get(id=mailbox_id)
        due = await self._due(mailbox_id, aged)
        for start in range(0, len(due), BATCH):
            await self._act(mailbox, aged, due[start : start + BATCH])

    async def _due(self, mailbox_id: int, rules: RulesAtWork) -> list[int]:
        connection = get_connection("default")
        found: set[int] = set()
        for age in ages_of(rules.rules):
            found |= set(await threads_past(connection, mailbox_id, age, self._now(), MOST))
        return sorted(found)

    async def _act(self, mailbox: Mailbox, rules: RulesAtWork, ids: list[int]) -> None:
        organization = await Organization.get(id=mailbox.organization_id)
        key = self._vault.key(organization.wrapped_key)
        now = self._now()
        async with transaction() as connection:
            await must_stand(connection, mailbox.id, rules.mark, rules.by_age)
            book = ThreadBook(connection, mailbox.organization_id, mailbox.id)
            await book.open([], ids)
            waiting = {thread.id: thread for thread in book.all() if is_waiting(thread)}
            mail = AgedMail(connection, self._vault, key, rules.is_open, now)
            aged = await mail.read(waiting)
            work = _Looking(connection, self._vault, mailbox, rules, now)
            await work.look(waiting, aged)
            await work.save(book)
            await self._outbox.wake()


class _Looking:
    """One batch of threads under the age rules of their mailbox."""

    def __init__(
        self,
        connection: BaseDBAsyncClient,
        vault: Vault,
        mailbox: Mailbox,
        rules: RulesAtWork,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._mailbox = mailbox
        self._rules = rules
        self._now = now
        self._records = Records(mailbox.organization_id, now)
        self._effects = RuleEffects(
            connection, vault, mailbox, rules, self._records, now, quiet=False
        )
        self._vault = vault
        self._looks: list[Row] = []

    async def look(self, threads: Mapping[int, ThreadFold], aged: Mapping[int, Aged]) -> None:
        before = await looks_at(self._connection, threads)
        ages = ages_of(self._rules.rules)
        for thread_id, one in aged.items():
            known = before.get(thread_id, [])
            seen = {look.age for look in known}
            acted = {look.age.rule_id for look in known if look.acted}
            due = [age for age in ages if self._is_due(age, one) and age not in seen]
            if due:
                self._decide(thread_id, one, due, acted)
        await self._effects.open()
        touched = [threads[thread_id] for thread_id in aged]
        self._effects.before_assigning(touched)
        await self._assign([thread for thread in touched if is_waiting(thread)])
        self._effects.after_assigning(touched)

    async def save(self, book: ThreadBook) -> None:
        changed = await book.save()
        for thread in changed:
            self._records.redrawn(thread.id)
        await book.save_events()
        await self._effects.save()
        await insert(self._connection, "age_look", LOOK, self._looks)
        await queue_replies(
            self._connection,
            self._vault,
            self._mailbox.id,
            self._effects.replies,
            live=True,
            now=self._now,
        )
        await follow_up(self._connection, self._mailbox.id, changed, self._records)
        await self._records.save(self._connection)

    def _is_due(self, age: Age, aged: Aged) -> bool:
        return (aged.facts.unanswered_hours or 0.0) >= age.hours

    def _decide(self, thread_id: int, aged: Aged, due: list[Age], acted: set[int]) -> None:
        """Let those act that look now and have not acted in this wait."""
        outcome = self._rules.ready.decide(aged.facts)
        may = {age.rule_id for age in due} - acted
        matched = {rule_id for rule_id, _ in outcome.matched} & may
        self._effects.take(
            thread_id,
            _only(outcome, matched),
            graph_id=aged.graph_id,
            in_hours=aged.facts.in_hours,
        )
        for age in due:
            self._looks.append(
                (
                    self._mailbox.organization_id,
                    thread_id,
                    age.rule_id,
                    aged.waiting_since,
                    age.hours,
                    age.rule_id in matched,
                )
            )

    async def _assign(self, threads: list[ThreadFold]) -> None:
        asked = {
            thread_id: wish
            for thread_id, wish in self._effects.wishes().items()
            if wish.targets or wish.or_pool
        }
        free = [t for t in threads if t.id in asked and t.assignee_id is None]
        held = [t for t in threads if t.id in asked and t not in free]
        if not asked:
            return
        giving = Giving(self._connection, self._mailbox.id, self._records, self._now)
        pool = await giving.give(free, asked)
        self._move(pool, held, asked)
        await giving.keep(pool)
        for thread in (*free, *held):
            if thread.changed and thread.assignee_id is not None:
                self._records.told(thread.id, thread.assignee_id)

    def _move(self, pool: Pool, threads: list[ThreadFold], asked: Mapping[int, Wish]) -> None:
        """From whoever has it to one of those named, unless the one who has it is among them."""
        for thread in threads:
            wish, owner = asked[thread.id], thread.assignee_id
            if any(owner in target.member_ids for target in wish.targets):
                continue
            if pool.is_in_vain(wish.targets) and not wish.or_pool:
                continue
            effort = max(wish.effort, thread.effort)
            choice = pool.give(replace(wish, avoid=owner, effort=effort), self._now)
            if choice.member_id is None:
                continue
            self._records.decided(thread.id, choice)
            thread.changed = True
            thread.assignee_id, thread.assigned_at = choice.member_id, self._now
            thread.events += [
                Event(EventKind.RELEASED, self._now, owner),
                Event(EventKind.ASSIGNED, self._now, choice.member_id),
            ]


def _only(outcome: Outcome, rules: set[int]) -> Outcome:
    return replace(
        outcome,
        matched=tuple(key for key in outcome.matched if key[0] in rules),
        actions=tuple(action for action in outcome.actions if action[0] in rules),
    )
