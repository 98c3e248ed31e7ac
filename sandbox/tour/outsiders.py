"""A member of the organization who does not work the mailbox: its threads are not found."""

from __future__ import annotations

from core.mail.models import MailThread
from sandbox.tour.cards import title, words
from sandbox.tour.stage import Stage

NOT_FOUND = "There is no such thing, or it is not yours to see."


async def keep_out(stage: Stage) -> None:
    checks, outsider = stage.checks, stage.outsider
    row = await MailThread.filter(assignee_id__isnull=False).order_by("id").first()
    if row is None:
        checks.left_out.append("outsiders: no thread has anybody")
        return
    orders = ("show", "why", "take", "release", "done", "reopen")
    texts = [f"{order} {row.id}" for order in orders]
    texts += [f"assign {row.id} to {outsider.given_name}", f"show {row.id + 1_000_000}"]
    answers = {words(await stage.ask(outsider, text)) for text in texts}
    checks.equal("a thread they may not see is not found", {NOT_FOUND}, answers)
    queue = await stage.ask(outsider, "queue")
    checks.equal("their queue is empty", "Your queue: 0 open", title(queue))
    now = await MailThread.get(id=row.id)
    checks.equal(
        "nothing changed",
        (row.state, row.assignee_id, row.version),
        (now.state, now.assignee_id, now.version),
    )
    admins_only = words(await stage.ask(outsider, "onboard"))
    checks.true("onboarding is for admins", "for Postroom admins" in admins_only)
