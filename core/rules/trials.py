"""The simulator: a rule tried on the mail that is kept, beside today's rules.

A trial is a row, and a queued job that goes through the period in batches. The row holds the
sealed words of the rule, ids and counts; nothing else is changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Any

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput, NotFound, UserError
from core.mailboxes.models import Mailbox
from core.outbox.queue import Outbox
from core.people.models import Organization
from core.people.scope import hold
from core.people.views import Actor
from core.ports import JobQueue
from core.reports.periods import zone_of
from core.rules.casting import Cast, cast_of, replay_of
from core.rules.checks import impossible_tag
from core.rules.happened import given_in, waited_in
from core.rules.kept import RuleTexts
from core.rules.mistakes import RuleMistake
from core.rules.models import Rule, RuleTrial, TrialState
from core.rules.names import load_names
from core.rules.reading import read_rule
from core.rules.replay import Arrival, Replay
from core.rules.scope import mailbox_with_rules, rule_of
from core.rules.service import LONGEST_LINE
from core.rules.spans import span_of
from core.rules.stored_mail import StoredMail
from core.rules.trial_views import trial_view
from core.rules.views import TrialView
from core.sealing import Vault
from core.transactions import transaction

BATCH = 500
"""Messages that are read at once."""
SLICE = 100
"""Messages that are gone through before anything else may have its turn."""
STEPS = 10
"""Times that a trial says how far it is."""
KEPT = timedelta(days=7)
STALE = timedelta(minutes=15)
"""Without getting on: then its job has died."""
MOST_UNDER_WAY = 3
"""Of one member."""


class Simulations:
    """For leads of the mailbox and admins: NotFound for another's mailbox, else NotAllowed."""

    def __init__(self, vault: Vault, now: Clock, *, jobs: JobQueue, outbox: Outbox) -> None:
        self._vault = vault
        self._now = now
        self._jobs = jobs
        self._outbox = outbox

    async def try_rule(
        self, actor: Actor, number: int, line: str = "", period: str = ""
    ) -> TrialView:
        """Try the rule as it is, or as `line` says; a rule that is off, as if it were on.

        A card tells how far it is, and then what was found.

        Raises InvalidInput("rule"), InvalidInput("period"), and InvalidInput("trial",
        "too_many_trials") for one who has three under way.
        """
        rule = await rule_of(actor, number)
        return await self._begin(actor, rule.mailbox_id, rule, line, period)

    async def try_line(
        self, actor: Actor, mailbox_id: int, line: str, period: str = ""
    ) -> TrialView:
        """Try a new rule, after all others; the same otherwise."""
        return await self._begin(actor, mailbox_id, None, line, period)

    async def trial(self, actor: Actor, trial_id: int) -> TrialView:
        """NotFound for what somebody else tried."""
        row = await RuleTrial.get_or_none(id=trial_id, member_id=actor.member_id)
        if row is None or row.organization_id != actor.organization_id:
            raise NotFound("trial")
        await mailbox_with_rules(actor, row.mailbox_id)
        return await trial_view(self._vault, actor, row)

    async def run(self, trial_id: int) -> None:
        """The job `try_rule`: go through the period, batch by batch. Begins anew if repeated."""
        row = await RuleTrial.get_or_none(id=trial_id)
        if row is None or row.state is TrialState.DONE:
            return
        try:
            await self._run(row, await cast_of(self._vault, row))
        except UserError:
            await self._save(row, state=TrialState.FAILED)
            raise

    async def _run(self, row: RuleTrial, cast: Cast) -> None:
        mail = StoredMail(
            self._vault, cast.mailbox.id, cast.key, cast.fields, cast.is_open, row.created_at
        )
        replay = replay_of(cast)
        ids = await mail.ids(row.starts_at, row.ends_at)
        await self._save(row, state=TrialState.RUNNING, messages=len(ids), done=0)
        step = max(BATCH, -(-len(ids) // STEPS))
        done = 0
        async with aclosing(_batches(mail, ids)) as batches:
            async for arrivals in batches:
                await _go_through(replay, arrivals)
                start, done = done, min(done + BATCH, len(ids))
                if done // step > start // step and done < len(ids):
                    await self._save(row, done=done)
        period = (cast.mailbox.id, row.starts_at, row.ends_at)
        found = replay.found() | {
            "had": await given_in(*period),
            "had_waited": await waited_in(*period),
            "without": cast.without,
        }
        await self._save(row, state=TrialState.DONE, done=len(ids), found=found)

    async def end_stale(self) -> None:
        """Mark those whose job has died as failed, and have their cards say so."""
        before = self._now() - STALE
        for row in await RuleTrial.filter(state=TrialState.RUNNING, moved_at__lt=before):
            async with transaction():
                still = RuleTrial.filter(id=row.id, state=TrialState.RUNNING, moved_at__lt=before)
                if await still.update(state=TrialState.FAILED, found={"stopped": True}):
                    await self._tell(row)

    async def forget_old(self) -> None:
        """Trials are kept for some days, for the card to be drawn again."""
        await RuleTrial.filter(created_at__lt=self._now() - KEPT).delete()

    async def _begin(
        self, actor: Actor, mailbox_id: int, rule: Rule | None, line: str, period: str
    ) -> TrialView:
        mailbox = await mailbox_with_rules(actor, mailbox_id)
        organization = await Organization.get(id=mailbox.organization_id)
        now = self._now()
        span = span_of(period, now, zone_of(organization.timezone))
        await self.end_stale()
        async with transaction():
            await hold(mailbox.organization_id)
            under_way = RuleTrial.filter(
                member_id=actor.member_id, state__in=(TrialState.QUEUED, TrialState.RUNNING)
            )
            if await under_way.count() >= MOST_UNDER_WAY:
                raise InvalidInput("trial", "too_many_trials")
            row = await RuleTrial.create(
                organization_id=mailbox.organization_id,
                mailbox_id=mailbox.id,
                member_id=actor.member_id,
                rule_id=None if rule is None else rule.id,
                sealed_text=await self._sealed(mailbox, rule, line),
                starts_at=span.start,
                ends_at=span.end,
                created_at=now,
            )
            await self._jobs.defer(
                "try_rule", {"trial_id": row.id}, lock=f"try_rule:{mailbox.organization_id}"
            )
            await self._tell(row)
            await record(
                mailbox.organization_id,
                "rule.tried",
                actor_id=actor.member_id,
                subject_kind="mailbox",
                subject_id=mailbox.id,
                at=now,
                facts={"rule": row.rule_id, "trial": row.id},
            )
        return await trial_view(self._vault, actor, row)

    async def _sealed(self, mailbox: Mailbox, rule: Rule | None, line: str) -> bytes:
        if rule is not None and not line and rule.sealed_text is not None:
            return rule.sealed_text
        if len(line) > LONGEST_LINE:
            raise RuleMistake("too_long")
        draft = read_rule(line, await load_names(self._vault, mailbox))
        if impossible_tag(draft):
            raise RuleMistake("bad_tag")
        return (await RuleTexts.of(self._vault, mailbox.organization_id)).seal(draft)

    async def _save(self, row: RuleTrial, **fields: Any) -> None:
        """Keep how far it is, and have its card drawn again."""
        async with transaction():
            await RuleTrial.filter(id=row.id).update(moved_at=self._now(), **fields)
            await self._tell(row)

    async def _tell(self, row: RuleTrial) -> None:
        await self._outbox.tell(
            row.organization_id,
            "trial",
            {"trial_id": row.id, "member_id": row.member_id},
            order_key=f"trial:{row.id}",
            coalesce_key=f"trial:{row.id}",
            at=self._now(),
        )


async def _batches(mail: StoredMail, ids: list[int]) -> AsyncGenerator[list[Arrival], None]:
    """Each batch is read while the one before it is gone through."""
    reading = asyncio.create_task(mail.read(ids[:BATCH]))
    try:
        for start in range(BATCH, len(ids), BATCH):
            arrivals = await reading
            reading = asyncio.create_task(mail.read(ids[start : start + BATCH]))
            yield arrivals
        yield await reading
    finally:  # what is being read is short, and a transaction is better ended than cut off
        await asyncio.wait([reading])


async def _go_through(replay: Replay, arrivals: Sequence[Arrival]) -> None:
    for start in range(0, len(arrivals), SLICE):
        replay.take(arrivals[start : start + SLICE])
        await asyncio.sleep(0)
