"""Onboard a mailbox: from its address to its first sync.

Only ids are remembered between the steps. The address goes to core at once, which seals it;
the steps afterwards read it from there. What is typed where an address is asked and is none
is refused, not repeated and not kept.
"""

from __future__ import annotations

from datetime import timedelta

from core.errors import InvalidInput
from core.mailboxes.models import FolderKind, GrantKind, Strategy
from core.people.models import MemberState
from dialogs.cards.consent import KIND_CHOICES, kind_facts
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
from dialogs.consenting import CONSENT_STEPS
from dialogs.inputs import address_in, numbers_in
from dialogs.mailboxes import mailbox_of
from dialogs.moves import Answer, Ask, Done, Element, Memory, Move, Question, Reply, Stay
from dialogs.runner import Dialog, Step
from dialogs.secrets import looks_like_secret
from dialogs.services import Services
from dialogs.turns import Turn
from dialogs.wording import LEAKED

USUAL_DAYS = 14
LONGEST_DAYS = 3650
MOST_OPTIONS = 60
_ALL = {"all", "beginning", "the beginning", "from the beginning", "everything"}


async def _ask_address(services: Services, turn: Turn, memory: Memory) -> Question:
    address: Element = {
        "type": "Input.Text",
        "id": "address",
        "label": "Address of the shared mailbox",
        "style": "Email",
        "placeholder": "support@contoso.com",
        "maxLength": 254,
    }
    return Question(
        "Onboard a shared mailbox",
        (
            text_block("Which mailbox shall your team work here?"),
            address,
            note("I will never ask for a password."),
        ),
    )


async def _take_address(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    typed = answer.pick("address")
    try:
        address = address_in(typed)
    except InvalidInput:
        if looks_like_secret(typed):
            return Stay(LEAKED)
        raise
    mailbox_id = await services.onboarding.begin(turn.actor, address, GrantKind.APPLICATION)
    return Ask("kind", {"mailbox": mailbox_id})


async def _ask_kind(services: Services, turn: Turn, memory: Memory) -> Question:
    view = await mailbox_of(services, turn, memory["mailbox"])
    return Question(
        "How shall it be opened?",
        (
            rich(run(safe(view.address, SUBJECT), weight="Bolder")),
            *kind_facts(),
            choices(
                "kind", KIND_CHOICES, label="Kind of grant", value="application", expanded=True
            ),
        ),
        hint="Or type `application` or `delegated`.",
    )


async def _take_kind(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    picked = answer.pick("kind").casefold()
    if picked not in set(GrantKind):
        raise InvalidInput("kind")
    view = await mailbox_of(services, turn, memory["mailbox"])
    mailbox_id = await services.onboarding.begin(turn.actor, view.address, GrantKind(picked))
    return Ask("from", {"mailbox": mailbox_id, "kind": picked})


async def _ask_from(services: Services, turn: Turn, memory: Memory) -> Question:
    return Question(
        "From when on is mail assigned?",
        (
            text_block("What is older becomes history: it can be seen, and is never assigned."),
            choices(
                "days",
                [
                    ("Received in the last 14 days, and not answered", str(USUAL_DAYS)),
                    ("Received in the last 30 days, and not answered", "30"),
                    ("From today on", "0"),
                    ("From the beginning of the mailbox", "all"),
                ],
                label="From when",
                value=str(USUAL_DAYS),
                expanded=True,
            ),
        ),
        hint="Or type a number of days, or `all`.",
    )


async def _take_from(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    picked = answer.pick("days").casefold().removesuffix("days").strip()
    if picked in _ALL:
        live_from = None
    elif picked.isascii() and picked.isdecimal() and int(picked[:6]) <= LONGEST_DAYS:
        live_from = turn.now - timedelta(days=int(picked[:6]))
    else:
        raise InvalidInput("live_from")
    await services.mailboxes.set_live_from(turn.actor, memory["mailbox"], live_from)
    return Ask("consent", memory)


async def _ask_folders(services: Services, turn: Turn, memory: Memory) -> Question:
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


async def _take_folders(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
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


async def _ask_people(services: Services, turn: Turn, memory: Memory) -> Question:
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


async def _take_people(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
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


async def _ask_strategy(services: Services, turn: Turn, memory: Memory) -> Question:
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
        hint="Or type `round robin` or `load balanced`.",
    )


async def _take_strategy(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    picked = answer.pick("strategy").casefold().replace(" ", "_").replace("-", "_")
    if picked not in set(Strategy):
        raise InvalidInput("strategy")
    await services.mailboxes.set_strategy(turn.actor, memory["mailbox"], Strategy(picked))
    return Ask("start", memory)


async def _ask_start(services: Services, turn: Turn, memory: Memory) -> Question:
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


async def _take_start(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    if answer.text and answer.text.casefold() not in {"start", "yes", "go", "ok"}:
        return Stay("Say `start` to begin, or `back`.")
    await services.onboarding.start(turn.actor, memory["mailbox"])
    return Done(Reply(text="The first sync has begun. A card will show how far it is."))


ONBOARDING = Dialog(
    name="onboarding",
    first="address",
    steps={
        "address": Step(
            _ask_address,
            _take_address,
            "I need the address of a shared mailbox of your tenant, and nothing else.",
        ),
        "kind": Step(
            _ask_kind,
            _take_kind,
            "An application grant is the recommended one: Microsoft itself keeps Postroom to one "
            "mailbox. A delegated grant needs no Exchange administrator and ends with its person.",
        ),
        "from": Step(
            _ask_from,
            _take_from,
            "Mail from before that day is shown as history and given to nobody.",
        ),
        **CONSENT_STEPS,
        "folders": Step(_ask_folders, _take_folders, "Mail that arrives in these is assigned."),
        "people": Step(_ask_people, _take_people, "Nobody else sees its threads, not even admins."),
        "strategy": Step(_ask_strategy, _take_strategy, "It can be changed later."),
        "start": Step(_ask_start, _take_start, "From then on mail is read and assigned."),
    },
    may=lambda actor: actor.is_admin,
    needs="admin",
    cancelled=(
        "Cancelled. Say `onboard` and the same address to go on later, or `offboard` to take the "
        "mailbox away again."
    ),
)
