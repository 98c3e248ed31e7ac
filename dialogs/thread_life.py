"""A thread's life beside who has it: snooze, priority, merge, follow, watch, answering."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from core.errors import InvalidInput
from core.mail.models import Priority
from dialogs.assignment import thread_reply
from dialogs.cards.elements import moment
from dialogs.cards.more import more_card
from dialogs.inputs import Inputs, number_and_more, number_in, number_of, texts_of, two_numbers
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.tags import tag_names
from dialogs.turns import Turn

Change = Callable[[Services, Turn, int], Awaitable[str]]
"""Changes the thread and says so in one sentence."""


async def snooze(services: Services, turn: Turn, rest: str) -> Reply:
    """`snooze 42 until tomorrow 9:00`; without a time it is asked on the card."""
    thread_id, until = number_and_more(rest)
    if not until:
        return await more_reply(services, turn, thread_id, "Until when?")
    say = await _snooze(services, turn, thread_id, until)
    reply = await thread_reply(services, turn, thread_id, say)
    return replace(reply, public=f"#{thread_id} is snoozed.")


async def priority(services: Services, turn: Turn, rest: str) -> Reply:
    """`priority 42 high`."""
    thread_id, said = number_and_more(rest)
    wanted = priority_in(said)
    await services.assignments.set_priority(turn.actor, thread_id, wanted)
    return await thread_reply(services, turn, thread_id, f"#{thread_id} has {wanted} priority.")


async def merge(services: Services, turn: Turn, rest: str) -> Reply:
    """`merge 42 into 17`; the answer is the thread that both are now."""
    thread_id, into_id = two_numbers(rest)
    return await _merge(services, turn, thread_id, into_id)


async def follow(services: Services, turn: Turn, rest: str) -> Reply:
    return await _after(services, turn, number_in(rest), _follow)


async def watch(services: Services, turn: Turn, rest: str) -> Reply:
    return await _after(services, turn, number_in(rest), _watch)


async def unfollow(services: Services, turn: Turn, rest: str) -> Reply:
    return await _after(services, turn, number_in(rest), _unfollow)


async def answering(services: Services, turn: Turn, rest: str) -> Reply:
    return await _after(services, turn, number_in(rest), _answering)


async def more_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await more_reply(services, turn, number_of(inputs, "thread"))


async def follow_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _after(services, turn, number_of(inputs, "thread"), _follow)


async def watch_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _after(services, turn, number_of(inputs, "thread"), _watch)


async def unfollow_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _after(services, turn, number_of(inputs, "thread"), _unfollow)


async def answering_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _after(services, turn, number_of(inputs, "thread"), _answering)


async def save_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    """All that was filled in. What the form showed is compared with what it says now, so that
    what others changed meanwhile stays."""
    thread_id, said = number_of(inputs, "thread"), texts_of(inputs)
    await services.threads.thread(turn.actor, thread_id)
    into = said.get("into", "").strip()
    into_id = number_in(into, "merge") if into else None
    done = await _note_and_tags(services, turn, thread_id, said)
    wanted = said.get("priority", "")
    if wanted and wanted != said.get("shown_priority"):
        await services.assignments.set_priority(turn.actor, thread_id, priority_in(wanted))
        done.append("The priority was changed.")
    until = said.get("snooze_date", "").strip() or said.get("snooze", "").strip()
    if until:
        done.append(await _snooze(services, turn, thread_id, until))
    if into_id is not None:
        return await _merge(services, turn, thread_id, into_id)
    say = " ".join(done) or "Nothing was changed."
    reply = await thread_reply(services, turn, thread_id, say)
    return replace(reply, public=f"#{thread_id} was changed.")


async def more_reply(services: Services, turn: Turn, thread_id: int, say: str = "") -> Reply:
    """Raises NotFound unless the reader works its mailbox."""
    view = await services.threads.thread(turn.actor, thread_id)
    await services.presences.seen(turn.actor, thread_id)
    return Reply(
        card=more_card(view, say=say),
        kind="thread",
        threads=(thread_id,),
        facts={"thread": thread_id},
    )


def priority_in(text: str) -> Priority:
    """Raises InvalidInput("priority")."""
    try:
        return Priority(text.strip().rstrip(".!").casefold())
    except ValueError:
        raise InvalidInput("priority") from None


async def _note_and_tags(
    services: Services, turn: Turn, thread_id: int, said: dict[str, str]
) -> list[str]:
    done = []
    tags, shown = (tag_names(said.get(name, "")) for name in ("tags", "shown_tags"))
    put_on = [name for name in tags if name not in shown]
    take_off = [name for name in shown if name not in tags]
    if "tags" in said and (put_on or take_off):
        await services.tags.change(turn.actor, thread_id, put_on, take_off)
        done.append("The tags were changed.")
    if said.get("note", "").strip():
        await services.notes.add(turn.actor, thread_id, said["note"])
        done.append("The note was added.")
    return done


async def _snooze(services: Services, turn: Turn, thread_id: int, said: str) -> str:
    until = await services.snoozing.snooze(turn.actor, thread_id, said)
    return f"Snoozed until {moment(until)}."


async def _merge(services: Services, turn: Turn, thread_id: int, into_id: int) -> Reply:
    await services.merges.merge(turn.actor, thread_id, into_id)
    say = f"#{thread_id} belongs to this thread now."
    reply = await thread_reply(services, turn, into_id, say)
    return replace(reply, public=f"#{thread_id} was merged into #{into_id}.")


async def _follow(services: Services, turn: Turn, thread_id: int) -> str:
    await services.followers.follow(turn.actor, thread_id)
    return "You hear of new mail here, of who has it, and when it is done."


async def _watch(services: Services, turn: Turn, thread_id: int) -> str:
    await services.followers.watch(turn.actor, thread_id)
    return "You hear once: of this sender's next mail to this mailbox."


async def _unfollow(services: Services, turn: Turn, thread_id: int) -> str:
    await services.followers.unfollow(turn.actor, thread_id)
    return "You hear of it no more."


async def _answering(services: Services, turn: Turn, thread_id: int) -> str:
    if await services.presences.answering(turn.actor, thread_id):
        return "Others see that you are answering, for 15 minutes or until it is answered."
    return "You are no longer shown as answering."


async def _after(services: Services, turn: Turn, thread_id: int, change: Change) -> Reply:
    say = await change(services, turn, thread_id)
    reply = await thread_reply(services, turn, thread_id, say)
    return replace(reply, public=f"#{thread_id}: {say}")
