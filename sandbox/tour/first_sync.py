"""The first sync: all of the mailbox into threads, each open thread to somebody, one card each."""

from __future__ import annotations

from functools import partial

from core.mailboxes.models import Mailbox
from sandbox.tenant import User
from sandbox.tour import records
from sandbox.tour.cards import title, words
from sandbox.tour.stage import Stage
from sandbox.tour.truth import truth
from sandbox.tour.waiting import until

MESSAGES_A_SECOND = 30
"""Slower than this counts as stuck."""


async def first_sync(stage: Stage) -> None:
    found = await read_all(stage)
    checks = stage.checks
    checks.equal("every open thread has somebody", (found.open, 0), (found.assigned, found.waiting))
    each = await records.open_threads()
    members = await records.member_ids()
    loads = [each.get(members[user.id], 0) for user in stage.people]
    checks.true("the load is even", max(loads) - min(loads) <= 1, f"{min(loads)} to {max(loads)}")
    checks.equal("nobody else has any", sum(loads), sum(each.values()))
    done = await until(lambda: _progress(stage), "the summary of the first sync", 60)
    checks.true("the progress card became the summary", f"{found.assigned:,} assigned" in done)
    for user, load in zip(stage.people, loads, strict=True):
        if load:
            await until(partial(_backlog, stage, user), "a backlog card", 60)
            cards = [title(one) for one in stage.shown_to(user) if _is_backlog(title(one))]
            wanted = [f"Your queue: {load:,} open"]
            checks.equal(f"{user.given_name}'s backlog is one card", wanted, cards)
    await until(lambda: _subscribed(stage), "a subscription to change notifications")


async def read_all(stage: Stage) -> records.Totals:
    """Wait for the end of it: all that the mailbox holds is there."""
    checks, box = stage.checks, stage.box
    patience = 30 + box.loaded.loaded / MESSAGES_A_SECOND
    await until(synced, "the end of the first sync", patience)
    there, found = truth(box.mail.mailboxes[box.mailbox]), await records.totals()
    checks.equal("every message is there", there.messages, found.messages)
    checks.equal("every answer is there", there.answers, found.answers)
    checks.equal("each conversation is one thread", there.threads, found.threads)
    checks.equal("nothing was skipped", 0, found.skipped)
    return found


async def synced() -> bool:
    """Whether a mailbox has been read to its end once."""
    return await Mailbox.exists(first_synced_at__isnull=False)


async def _progress(stage: Stage) -> str:
    shown = stage.shown_to(stage.admin)
    return next((words(one) for one in shown if title(one) == "First sync: done"), "")


async def _backlog(stage: Stage, user: User) -> bool:
    return any(_is_backlog(title(one)) for one in stage.shown_to(user))


def _is_backlog(name: str) -> bool:
    return name.startswith("Your queue:")


async def _subscribed(stage: Stage) -> bool:
    return bool(stage.box.graph.notifier.active())
