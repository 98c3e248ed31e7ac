"""Take, pass on, put back, finish, reopen and look at threads: by command and by button."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from core.errors import Absent, AlreadyAssigned, Full, InvalidInput
from core.mail.models import ThreadState
from core.mail.views import ThreadPage, ThreadView
from core.mailboxes.views import MailboxPersonView
from dialogs.cards.elements import first_name, plain
from dialogs.cards.lists import queue_card, unassigned_card
from dialogs.cards.thread import thread_card
from dialogs.inputs import Inputs, number_and_person, number_in, number_of, page_of
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import Turn
from dialogs.wording import STALE

NOTHING_WAITS = "Nothing waits for you to take it. `unassigned` shows what nobody has."

Change = Callable[[Services, Turn, int], Awaitable[None]]


async def _take(services: Services, turn: Turn, thread_id: int) -> None:
    await services.assignments.take(turn.actor, thread_id)


async def _release(services: Services, turn: Turn, thread_id: int) -> None:
    await services.assignments.release(turn.actor, thread_id)


async def _finish(services: Services, turn: Turn, thread_id: int) -> None:
    await services.assignments.finish(turn.actor, thread_id)


async def _reopen(services: Services, turn: Turn, thread_id: int) -> None:
    await services.assignments.reopen(turn.actor, thread_id)


# Commands: the rest of the line holds the number.


async def take(services: Services, turn: Turn, rest: str) -> Reply:
    return await _change(services, turn, number_in(rest), _take)


async def release(services: Services, turn: Turn, rest: str) -> Reply:
    return await _change(services, turn, number_in(rest), _release)


async def finish(services: Services, turn: Turn, rest: str) -> Reply:
    return await _change(services, turn, number_in(rest), _finish)


async def reopen(services: Services, turn: Turn, rest: str) -> Reply:
    return await _change(services, turn, number_in(rest), _reopen)


async def assign(services: Services, turn: Turn, rest: str) -> Reply:
    """`assign 42 to Ada`. The thread is looked at first: names are not told to strangers to it."""
    thread_id, who = number_and_person(rest)
    await services.threads.thread(turn.actor, thread_id)
    person = await services.people.find(turn.actor, who)
    return await _change(services, turn, thread_id, _to(person.member_id))


async def show(services: Services, turn: Turn, rest: str) -> Reply:
    return replace(await _shown(services, turn, number_in(rest)), public=None)


async def why(services: Services, turn: Turn, rest: str) -> Reply:
    reply = await thread_reply(services, turn, number_in(rest), explain=True)
    return replace(reply, public=None)


async def next_one(services: Services, turn: Turn, rest: str) -> Reply:
    """`next` or `next help@contoso.com`: pull one thread."""
    mailbox_id = await services.mailboxes.find(turn.actor, rest) if rest.strip() else None
    try:
        thread_id = await services.assignments.next(turn.actor, mailbox_id)
    except Full as full:
        return Reply(text=f"You have {full.cap} open threads there, as many as one may have.")
    except Absent:
        return Reply(text="You said that you are away. Say `back` first.")
    if thread_id is None:
        return Reply(text=NOTHING_WAITS)
    return await thread_reply(services, turn, thread_id, "This one is yours now.")


async def queue(services: Services, turn: Turn, rest: str) -> Reply:
    return await queue_reply(services, turn)


async def unassigned(services: Services, turn: Turn, rest: str) -> Reply:
    return await unassigned_reply(services, turn)


# Buttons: ids come from the card, the person from the authenticated activity.


async def take_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _button(services, turn, inputs, _take)


async def release_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _button(services, turn, inputs, _release)


async def finish_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _button(services, turn, inputs, _finish)


async def reopen_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _button(services, turn, inputs, _reopen)


async def assign_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _button(services, turn, inputs, _to(number_of(inputs, "to", "member")))


async def show_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _shown(services, turn, number_of(inputs, "thread"))


async def why_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await thread_reply(services, turn, number_of(inputs, "thread"), explain=True)


async def pass_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    """Ask on the card itself whom to pass the thread on to."""
    view = await services.threads.thread(turn.actor, number_of(inputs, "thread"))
    mailboxes = await services.mailboxes.mailboxes(turn.actor)
    people = next((m.people for m in mailboxes if m.mailbox_id == view.mailbox_id), ())
    others = tuple(p for p in people if p.is_ready and p.member_id != view.assignee_id)
    if not others:
        return _thread_reply(services, turn, view, "Nobody else who works this mailbox is ready.")
    return _thread_reply(services, turn, view, colleagues=others)


async def queue_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await queue_reply(services, turn, page_of(inputs))


async def unassigned_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await unassigned_reply(services, turn, page_of(inputs))


async def queue_done_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _from_list(services, turn, inputs, _finish, "is done", queue_reply)


async def queue_release_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _from_list(services, turn, inputs, _release, "was put back", queue_reply)


async def unassigned_take_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _from_list(services, turn, inputs, _take, "is yours", unassigned_reply)


async def unassigned_done_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _from_list(services, turn, inputs, _finish, "is done", unassigned_reply)


# What they share.


async def thread_reply(
    services: Services, turn: Turn, thread_id: int, say: str = "", *, explain: bool = False
) -> Reply:
    """Raises NotFound unless the reader works its mailbox."""
    view = await services.threads.thread(turn.actor, thread_id)
    return _thread_reply(services, turn, view, say, explain=explain)


async def queue_reply(services: Services, turn: Turn, page: int = 1, say: str = "") -> Reply:
    shown = await services.threads.queue(turn.actor, page)
    return _list_reply(shown, queue_card(shown, now=turn.now, say=say), "queue")


async def unassigned_reply(services: Services, turn: Turn, page: int = 1, say: str = "") -> Reply:
    shown = await services.threads.unassigned(turn.actor, page)
    return _list_reply(shown, unassigned_card(shown, now=turn.now, say=say), "unassigned")


async def _shown(services: Services, turn: Turn, thread_id: int) -> Reply:
    """The card, for somebody who asked for it: others see that they have it open."""
    reply = await thread_reply(services, turn, thread_id)
    await services.presences.seen(turn.actor, thread_id)
    return reply


def _to(member_id: int) -> Change:
    async def change(services: Services, turn: Turn, thread_id: int) -> None:
        await services.assignments.assign(turn.actor, thread_id, member_id)

    return change


async def _button(services: Services, turn: Turn, inputs: Inputs, change: Change) -> Reply:
    """A card that is behind changes nothing: it is answered with the fresh one."""
    thread_id, version = number_of(inputs, "thread"), number_of(inputs, "version")
    view = await services.threads.thread(turn.actor, thread_id)
    if view.version != version:
        return _thread_reply(services, turn, view, STALE)
    return await _change(services, turn, thread_id, change)


async def _change(services: Services, turn: Turn, thread_id: int, change: Change) -> Reply:
    try:
        await change(services, turn, thread_id)
    except AlreadyAssigned:
        view = await services.threads.thread(turn.actor, thread_id)
        if view.assignee_id == turn.actor.member_id:
            return _thread_reply(services, turn, view, "You have it already.")
        return _thread_reply(services, turn, view, f"{_name(view)} has it already.")
    view = await services.threads.thread(turn.actor, thread_id)
    return _thread_reply(services, turn, view)


async def _from_list(
    services: Services,
    turn: Turn,
    inputs: Inputs,
    change: Change,
    done: str,
    redraw: Callable[[Services, Turn, int, str], Awaitable[Reply]],
) -> Reply:
    page = page_of(inputs)
    try:
        thread_id = number_of(inputs, "thread")
    except InvalidInput:
        return await redraw(services, turn, page, "Please pick a number first.")
    try:
        await change(services, turn, thread_id)
    except AlreadyAssigned:
        view = await services.threads.thread(turn.actor, thread_id)
        return await redraw(services, turn, page, f"{_name(view)} has #{thread_id} already.")
    return await redraw(services, turn, page, f"#{thread_id} {done}.")


def _thread_reply(
    services: Services,
    turn: Turn,
    view: ThreadView,
    say: str = "",
    *,
    explain: bool = False,
    colleagues: tuple[MailboxPersonView, ...] = (),
) -> Reply:
    card = thread_card(
        view,
        reader=turn.actor,
        now=turn.now,
        outlook=services.links.open_in_outlook(view.thread_id),
        say=say,
        explain=explain,
        colleagues=colleagues,
    )
    named = {person.member_id for person in colleagues} | set(view.life.people)
    if view.assignee_id is not None:
        named.add(view.assignee_id)
    if explain and view.why is not None:
        named.update(view.why.people)
    return Reply(
        card=card,
        public=say or _in_public(view),
        kind="thread",
        threads=(view.thread_id,),
        people=tuple(sorted(named - {turn.actor.member_id})),
        facts={"thread": view.thread_id},
    )


def _list_reply(page: ThreadPage, card: dict[str, object], kind: str) -> Reply:
    return Reply(
        card=card,
        kind=kind,
        threads=tuple(row.thread_id for row in page.rows),
        facts={"page": page.page},
    )


def _name(view: ThreadView) -> str:
    return plain(first_name(view.assignee), 40, "Somebody")


def _in_public(view: ThreadView) -> str:
    """A number and a first name: no subject, no sender."""
    if view.state is ThreadState.DONE:
        return f"#{view.thread_id} is done."
    if view.assignee_id is None:
        return f"#{view.thread_id} is unassigned."
    return f"#{view.thread_id} is with {_name(view)}."
