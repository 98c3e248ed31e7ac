"""New mail arrives one by one: noticed at once, given to somebody, told to them alone."""

from __future__ import annotations

import asyncio
from functools import partial

from core.assignment.models import Decision
from sandbox.tour import records
from sandbox.tour.cards import title
from sandbox.tour.stage import Stage
from sandbox.tour.truth import truth
from sandbox.tour.waiting import until

BETWEEN = 0.3
"""Seconds between two mails."""


async def new_mail(stage: Stage) -> None:
    """The first by itself; then the rest, which come quicker than a mailbox is read."""
    checks, box = stage.checks, stage.box
    arriving, before = box.loaded.held_back, await records.last_decision_id()
    checks.true("it is known before the next round", await _arrives(stage))
    for _ in range(arriving - 1):
        await asyncio.sleep(BETWEEN)
        last = _deliver(stage)
    if arriving > 1:
        await until(partial(records.message, last), "mail that arrived")
    found = await records.totals()
    there = truth(box.mail.mailboxes[box.mailbox])
    checks.equal("all that arrived is there", there.messages, found.messages)
    checks.true("change notifications told of it", box.graph.notifier.delivered >= arriving)
    checks.equal("no notification was lost", 0, box.graph.notifier.lost)
    checks.equal("nothing waits", 0, found.waiting)
    given = await records.decisions_after(before)
    told = 0
    for decision in given:
        told += await until(partial(_told, stage, decision), "the card of a new thread")
    checks.equal("each new thread's card reached its person and nobody else", len(given), told)


async def _arrives(stage: Stage) -> bool:
    return bool(await until(partial(records.message, _deliver(stage)), "mail that arrived"))


def _deliver(stage: Stage) -> str:
    """Graph's immutable id of the mail that arrives."""
    box = stage.box
    (mail,) = box.mail.deliver_held(box.mailbox, 1)
    stage.transcript.happened("mail arrives")
    return box.mail.mailboxes[box.mailbox].message_id(mail, immutable=True)


async def _told(stage: Stage, decision: Decision) -> bool:
    """Whether the one whom the thread was given to, and nobody else, has its card."""
    members = await records.member_ids()
    name = f"Thread {decision.thread_id}"
    who = [
        members[user.id]
        for user in stage.people
        if any(title(one) == name for one in stage.shown_to(user))
    ]
    return who == [decision.member_id]
