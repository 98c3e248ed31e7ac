"""New mail arrives one by one: noticed at once, given to somebody, told to them alone."""

from __future__ import annotations

from functools import partial

from core.mail.models import MailMessage
from sandbox.tour import records
from sandbox.tour.cards import title
from sandbox.tour.stage import Stage
from sandbox.tour.waiting import until


async def new_mail(stage: Stage) -> None:
    checks, box = stage.checks, stage.box
    mailbox = box.mail.mailboxes[box.mailbox]
    arriving = box.loaded.held_back
    given: set[int] = set()
    told: set[int] = set()
    for number in range(1, arriving + 1):
        before = await records.last_decision_id()
        (mail,) = box.mail.deliver_held(box.mailbox, 1)
        stage.transcript.happened(f"mail {number} of {arriving} arrives")
        graph_id = mailbox.message_id(mail, immutable=True)
        message = await until(partial(records.message, graph_id), "mail that arrived")
        decision = await records.newest_decision(message.thread_id)
        if decision is not None and decision.id > before:
            given.add(message.thread_id)
            await until(partial(_card, stage, message), "the card of a new thread")
            told.add(message.thread_id)
    checks.equal(
        "all that arrived is there",
        box.loaded.loaded + arriving,
        (await records.totals()).messages,
    )
    checks.true("change notifications told of it", box.graph.notifier.delivered >= arriving)
    checks.equal("no notification was lost", 0, box.graph.notifier.lost)
    checks.equal("each new thread's card reached its person", len(given), len(told))
    checks.equal("nothing waits", 0, (await records.totals()).waiting)


async def _card(stage: Stage, message: MailMessage) -> bool:
    """Whether the assignee, and nobody else, has a card of the thread."""
    thread = await records.thread(message.thread_id)
    members = await records.member_ids()
    name = f"Thread {thread.id}"
    who = [
        members[user.id]
        for user in stage.people
        if any(title(one) == name for one in stage.shown_to(user))
    ]
    return who == [thread.assignee_id]
