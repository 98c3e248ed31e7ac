"""Onboarding, the end: which folders, who works them, how mail is assigned, and the start."""

from __future__ import annotations

from core.errors import InvalidInput
from core.mailboxes.models import FolderKind, Strategy
from core.people.models import MemberState
from dialogs.cards.elements import (
    NAME,
    SUBJECT,
    choices,
    labelled,
    note,
    plain,
    rich,
    run,
    safe,
    text_block,
    warning,
)
from dialogs.cards.mailboxes import STRATEGIES
from dialogs.inputs import numbers_in
from dialogs.mailboxes import mailbox_of
from dialogs.moves import Answer, Ask, Done, Memory, Move, Question, Reply, Stay
from dialogs.services import Services
from dialogs.turns import Turn

MOST_OPTIONS = 60
"""Folders or people offered in a list."""


async def ask_folders(services: Services, turn: Turn, memory: Memory) -> Question:
    folders = await services.onboarding.folders(turn.actor, memory["mailbox"])
    options = [
        (plain(folder.name, NAME, folder.kind.value), str(folder.folder_id))
        for folder in folders[:MOST_OPTIONS]
    ]
    followed = ",".join(str(f.folder_id) for f in folders[:MOST_OPTIONS] if f.followed)
    return Question(
        "Which folders are worked?",
        (
            choices("folders", options, label="Folders", value=followed, several=True),
            note("Sent Items is read too, to see what was answered."),
        ),
        hint="Or type `all`.",
    )


async def take_folders(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    folders = await services.onboarding.folders(turn.actor, memory["mailbox"])
    picked = answer.pick("folders")
    if picked.casefold() in {"all", "next"}:
        chosen = {f.folder_id for f in folders if picked.casefold() == "all" or f.followed}
    else:
        chosen = set(numbers_in(picked, "folders")) & {f.folder_id for f in folders}
    worked = {f.folder_id for f in folders if f.kind is not FolderKind.SENT}
    if not chosen & worked:
        raise InvalidInput("folders")
    await services.mailboxes.set_folders(turn.actor, memory["mailbox"], sorted(chosen))
    return Ask("people", memory)


async def ask_people(services: Services, turn: Turn, memory: Memory) -> Question:
    everyone = await services.people.people(turn.actor)
    options = [
        (
            plain(person.name, NAME, "unnamed")
            + ("" if person.state is MemberState.READY else " (not ready yet)"),
            str(person.member_id),
        )
        for person in everyone[:MOST_OPTIONS]
    ]
    me = str(turn.actor.member_id)
    return Question(
        "Who works it?",
        (
            text_block("Only these people may see its threads, whatever their role elsewhere."),
            choices("people", options, label="People", value=me, several=True),
            choices("leads", options, label="Leads among them", value=me, several=True),
            note("Leads see the figures of each person, and pass on what others have."),
        ),
        hint="Or type names with commas between, the lead first.",
        people=tuple(p.member_id for p in everyone[:MOST_OPTIONS] if str(p.member_id) != me),
    )


async def take_people(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    if answer.inputs.get("people"):
        people = numbers_in(answer.inputs["people"], "people")
        leads = numbers_in(answer.inputs.get("leads", ""), "people")
    else:
        names = [name.strip() for name in answer.text[:2000].split(",") if name.strip()]
        found = [await services.people.find(turn.actor, name) for name in names[:MOST_OPTIONS]]
        people = tuple(person.member_id for person in found)
        leads = people[:1]
    if not people or not set(leads) <= set(people):
        raise InvalidInput("people", "" if not people else "leads")
    await services.mailboxes.set_people(turn.actor, memory["mailbox"], people, leads or people[:1])
    return Ask("strategy", memory)


async def ask_strategy(services: Services, turn: Turn, memory: Memory) -> Question:
    options = [(title, strategy.value) for strategy, title in STRATEGIES.items()]
    return Question(
        "How is new mail assigned?",
        (
            choices(
                "strategy",
                options,
                label="Way to assign",
                value=Strategy.LOAD_BALANCED.value,
                expanded=True,
            ),
            note("A thread that comes back goes to whoever had it."),
        ),
        hint="Or type one, such as `round robin`.",
    )


async def take_strategy(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    picked = answer.pick("strategy").casefold().replace(" ", "_").replace("-", "_")
    if picked not in set(Strategy):
        raise InvalidInput("strategy")
    await services.mailboxes.set_strategy(turn.actor, memory["mailbox"], Strategy(picked))
    return Ask("start", memory)


async def ask_start(services: Services, turn: Turn, memory: Memory) -> Question:
    view = await mailbox_of(services, turn, memory["mailbox"])
    since = "from the beginning" if view.live_from is None else f"from {view.live_from:%d %b %Y} on"
    people = ", ".join(
        safe(p.name, NAME) + (" (lead)" if p.is_lead else "") for p in view.people[:20]
    )
    body = [
        rich(run(safe(view.address, SUBJECT), weight="Bolder")),
        labelled("Assigned", since),
        labelled("People", people),
        labelled("How", STRATEGIES[view.strategy]),
    ]
    if not any(person.is_ready for person in view.people):
        body.append(warning("Nobody of them is ready yet: mail waits until somebody is."))
    return Question(
        "Start the first sync?",
        tuple(body),
        submit="Start",
        people=tuple(p.member_id for p in view.people if p.member_id != turn.actor.member_id),
    )


async def take_start(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    if answer.text and answer.text.casefold() not in {"start", "yes", "go", "ok"}:
        return Stay("Say `start` to begin, or `back`.")
    await services.onboarding.start(turn.actor, memory["mailbox"])
    return Done(Reply(text="The first sync has begun. A card will show how far it is."))
