"""Members answer in Outlook, as the shared mailbox; Postroom finds that in Sent Items."""

from __future__ import annotations

from functools import partial

from core.mail.models import MailThread
from sandbox.tour import records
from sandbox.tour.stage import Stage
from sandbox.tour.waiting import until

ANSWERS = 3
PATIENCE = 120
"""Seconds: Sent Items may only be looked at in the next round."""


async def answer_in_outlook(stage: Stage) -> None:
    checks, box = stage.checks, stage.box
    mailbox = box.mail.mailboxes[box.mailbox]
    before = await records.totals()
    members = await records.member_ids()
    answered: list[tuple[MailThread, int]] = []
    for user in stage.people:
        for thread in (await records.threads_of(members[user.id]))[:1]:
            newest = await records.newest_from_outside(thread.id)
            if newest is None or len(answered) == ANSWERS:
                continue
            mail = mailbox.message(newest.graph_id)
            box.mail.reply_from_outlook(box.mailbox, mail.number, user, "Thank you. It is done.")
            stage.transcript.happened(f"{user.name} answers #{thread.id} in Outlook")
            answered.append((thread, members[user.id]))
    if not answered:
        checks.left_out.append("answers in Outlook: nobody has an open thread")
        return
    for thread, _ in answered:
        await until(partial(_matched, thread.id), "an answer from Sent Items", PATIENCE)
    found = await records.totals()
    fresh = sum(thread.first_answered_at is None for thread, _ in answered)
    checks.equal("each answer is there", before.answers + len(answered), found.answers)
    checks.equal("each is matched", before.replies_matched + fresh, found.replies_matched)
    who = [await records.answered_by(thread.id) for thread, _ in answered]
    checks.equal("and is its writer's", [member for _, member in answered], who)
    checks.equal("answered threads stay open", before.open, found.open)


async def _matched(thread_id: int) -> bool:
    return await records.answered_by(thread_id) is not None
