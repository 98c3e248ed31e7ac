"""Members work their threads: look, ask why, put back, take, pass on, finish, reopen."""

from __future__ import annotations

import asyncio

from core.mail.models import MailThread, ThreadState
from sandbox.teams.history import Activity
from sandbox.tenant import User
from sandbox.tour import records
from sandbox.tour.cards import as_activity, choices, title, words
from sandbox.tour.stage import Stage
from sandbox.tour.waiting import until


async def ask_why(stage: Stage) -> None:
    """A queue, one thread of it, and why it is whose."""
    checks = stage.checks
    found = await _busiest(stage)
    if found is None:
        checks.left_out.append("why: nobody has an open thread")
        return
    user, threads = found
    queue = await stage.ask(user, "queue")
    checks.equal("the queue says how many", f"Your queue: {len(threads):,} open", title(queue))
    number = str(threads[0].id)
    pressed = await stage.press(user, queue, "Show", {"thread": number})
    card = pressed.activities[-1]
    checks.equal("a thread of the queue is shown", f"Thread {number}", title(card))
    pressed = await stage.press(user, card, "Why me?")
    reason = "has the fewest open threads"
    checks.true("the card says why", reason in words(as_activity(pressed.card)))
    said = words(await stage.ask(user, f"why {number}"))
    checks.true("`why` says the same", reason in said and "Considered" in said)
    twice = await stage.say(user, f"show {number}", repeat=1)
    checks.equal("what Teams sends twice is answered once", 1, len(twice))


async def put_back_and_take(stage: Stage) -> None:
    """One puts a thread back, another takes it; two take one at the same moment."""
    checks = stage.checks
    found = await _busiest(stage)
    if found is None or len(found[1]) < 2 or len(stage.people) < 2:
        checks.left_out.append("put back and take: needs two members and two open threads")
        return
    giver, (first, second, *_) = found
    taker, rival = stage.colleagues(giver)[0], giver
    if len(stage.people) > 2:
        rival = stage.colleagues(giver)[1]
    card = await stage.ask(giver, f"release {first.id}")
    checks.true("what was put back says so", "Unassigned" in words(card))
    free = await stage.ask(taker, "unassigned")
    pressed = await stage.press(taker, free, "Take", {"thread": str(first.id)})
    taken = words(as_activity(pressed.card))
    checks.true("another takes it from the list", f"#{first.id} is yours" in taken)
    await _has(stage, first.id, taker, "who took it has it")
    await until(
        lambda: _says(stage, giver, card, f"Assigned to {taker.name}"),
        "the card of who put it back to change",
    )
    await _race(stage, second, giver, (taker, rival))


async def _race(stage: Stage, thread: MailThread, giver: User, rivals: tuple[User, User]) -> None:
    await stage.ask(giver, f"release {thread.id}")
    stage.transcript.happened(f"two people take #{thread.id} at the same moment")
    answers = await asyncio.gather(*(stage.ask(user, f"take {thread.id}") for user in rivals))
    shown = [words(answer) for answer in answers]
    winner = (await records.thread(thread.id)).assignee_id
    members = await records.member_ids()
    losers = [at for at, user in enumerate(rivals) if members[user.id] != winner]
    stage.checks.equal("one of the two has it", 1, len(losers))
    if len(losers) == 1:
        won = rivals[1 - losers[0]].given_name
        stage.checks.true("the other is told who", f"{won} has it already" in shown[losers[0]])


async def pass_on_and_finish(stage: Stage) -> None:
    """From one person's card to another's, then done, then open again."""
    checks = stage.checks
    found = await _busiest(stage)
    if found is None:
        checks.left_out.append("pass on and finish: nobody has an open thread")
        return
    user, (thread, *_) = found
    card = await stage.ask(user, f"show {thread.id}")
    if len(stage.people) > 1:
        user, card = await _pass_on(stage, user, card, thread.id)
    pressed = await stage.press(user, card, "Done")
    checks.true("done is shown on the card", "✔ Done" in words(as_activity(pressed.card)))
    row = await records.thread(thread.id)
    checks.equal("the thread is done", ThreadState.DONE, row.state)
    again = words(await stage.ask(user, f"reopen {thread.id}"))
    checks.true("reopened, it is theirs again", "Yours" in again)
    await _has(stage, thread.id, user, "who finished it has it")
    await until(records.all_told, "the outbox to be empty")
    checks.true("the first card changed as well", await _says(stage, user, card, "Yours"))
    await stage.press(user, card, "Done", fallback=True)
    row = await records.thread(thread.id)
    checks.equal("an older client's button works as well", ThreadState.DONE, row.state)


async def _pass_on(
    stage: Stage, user: User, card: Activity, thread_id: int
) -> tuple[User, Activity]:
    """Whom it was passed on to, and the card that reached them."""
    to = stage.colleagues(user)[0]
    had = {activity["id"] for activity in stage.shown_to(to)}
    await stage.press(user, card, "Pass on…")
    whom = choices(stage.standing(user, card), "Pass it on", "to")
    await stage.press(user, card, "Pass it on", {"to": whom.get(to.name, "")})
    await _has(stage, thread_id, to, "whom it was passed on to has it")
    got = await until(lambda: _new_card(stage, to, thread_id, had), "the card of who got it")
    return to, got


async def _busiest(stage: Stage) -> tuple[User, list[MailThread]] | None:
    """Who has the most open threads, and those; None where nobody has any."""
    members, each = await records.member_ids(), await records.open_threads()
    user = max(stage.people, key=lambda one: each.get(members[one.id], 0))
    threads = await records.threads_of(members[user.id])
    return (user, threads) if threads else None


async def _has(stage: Stage, thread_id: int, user: User, claim: str) -> None:
    members = await records.member_ids()
    row = await records.thread(thread_id)
    stage.checks.equal(claim, members[user.id], row.assignee_id)


async def _says(stage: Stage, user: User, card: Activity, wanted: str) -> bool:
    return wanted in words(stage.standing(user, card))


async def _new_card(stage: Stage, user: User, thread_id: int, had: set[str]) -> Activity | None:
    new = (activity for activity in stage.shown_to(user) if activity["id"] not in had)
    return next((one for one in new if title(one) == f"Thread {thread_id}"), None)
