"""Onboard a mailbox: from its address to its first sync.

Only ids are remembered between the steps. The address goes to core at once, which seals it;
the steps afterwards read it from there. What is typed where an address is asked and is none
is refused, not repeated and not kept.
"""

from __future__ import annotations

from datetime import timedelta

from core.errors import InvalidInput
from core.mailboxes.models import GrantKind
from dialogs.cards.consent import KIND_CHOICES, kind_facts
from dialogs.cards.elements import (
    SUBJECT,
    choices,
    note,
    rich,
    run,
    safe,
    text_block,
)
from dialogs.consenting import CONSENT_STEPS
from dialogs.inputs import address_in
from dialogs.mailboxes import mailbox_of
from dialogs.moves import Answer, Ask, Element, Memory, Move, Question, Stay
from dialogs.onboarding_work import (
    ask_folders,
    ask_people,
    ask_start,
    ask_strategy,
    take_folders,
    take_people,
    take_start,
    take_strategy,
)
from dialogs.runner import Dialog, Step
from dialogs.secrets import looks_like_secret
from dialogs.services import Services
from dialogs.turns import Turn
from dialogs.wording import LEAKED

USUAL_DAYS = 14
LONGEST_DAYS = 3650
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
        "folders": Step(ask_folders, take_folders, "Mail that arrives in these is assigned."),
        "people": Step(ask_people, take_people, "Nobody else sees its threads, not even admins."),
        "strategy": Step(ask_strategy, take_strategy, "It can be changed later."),
        "start": Step(ask_start, take_start, "From then on mail is read and assigned."),
    },
    may=lambda actor: actor.is_admin,
    needs="admin",
    cancelled=(
        "Cancelled. Say `onboard` and the same address to go on later, or `offboard` to take the "
        "mailbox away again."
    ),
)
