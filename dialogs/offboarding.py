"""Offboard a mailbox: which one, and whether its data is kept or destroyed."""

from __future__ import annotations

from core.errors import InvalidInput
from core.mailboxes.models import MailboxState
from dialogs.cards.elements import SUBJECT, choices, note, plain, rich, run, safe
from dialogs.inputs import number_in
from dialogs.mailboxes import mailbox_of
from dialogs.moves import Answer, Ask, Done, Memory, Move, Question, Reply
from dialogs.runner import Dialog, Step
from dialogs.services import Services
from dialogs.turns import Turn
from dialogs.wording import TO_UNDO

_DATA = {"keep": False, "purge": True}


async def _ask_mailbox(services: Services, turn: Turn, memory: Memory) -> Question:
    found = await services.mailboxes.mailboxes(turn.actor)
    options = [
        (plain(view.address, SUBJECT), str(view.mailbox_id))
        for view in found
        if view.state is not MailboxState.OFFBOARDED
    ]
    if not options:
        return Question("Offboard a mailbox", (note("There is none to offboard."),), submit=None)
    return Question(
        "Offboard a mailbox", (choices("mailbox", options[:60], label="Which mailbox?"),)
    )


async def _take_mailbox(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    picked = answer.inputs.get("mailbox")
    if picked:
        mailbox_id = number_in(picked, "mailbox")
    elif answer.text:
        mailbox_id = await services.mailboxes.find(turn.actor, answer.text)
    else:
        raise InvalidInput("mailbox")
    return Ask("data", {"mailbox": mailbox_id})


async def _ask_data(services: Services, turn: Turn, memory: Memory) -> Question:
    view = await mailbox_of(services, turn, memory["mailbox"])
    return Question(
        "Offboard: what becomes of the data?",
        (
            rich(run(safe(view.address, SUBJECT), weight="Bolder")),
            note(
                "The grant is revoked, its tokens are destroyed and its subscriptions deleted "
                "either way. The mail itself stays in Exchange, untouched."
            ),
            choices(
                "data",
                [
                    ("Keep what Postroom recorded, for reports", "keep"),
                    ("Purge it: threads, senders and history are destroyed for good", "purge"),
                ],
                label="Postroom's record of it",
                expanded=True,
            ),
        ),
        submit="Offboard",
        hint="Or type `keep` or `purge`.",
    )


async def _take_data(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    purge = _DATA.get(answer.pick("data").casefold())
    if purge is None:
        raise InvalidInput("answer")
    view = await services.onboarding.offboard(turn.actor, memory["mailbox"], purge=purge)
    words = ["Offboarded. I no longer reach that mailbox."]
    words.append("Its record is being destroyed." if view.purging else "Its record was kept.")
    words += [TO_UNDO[code] for code in view.to_undo if code in TO_UNDO]
    return Done(Reply(text=" ".join(words)))


OFFBOARDING = Dialog(
    name="offboarding",
    first="mailbox",
    steps={
        "mailbox": Step(_ask_mailbox, _take_mailbox, "Pick the mailbox that Postroom shall leave."),
        "data": Step(
            _ask_data,
            _take_data,
            "`keep` leaves the record of threads as it is; `purge` destroys it for good.",
        ),
    },
    may=lambda actor: actor.is_admin,
    needs="admin",
    cancelled="Cancelled. Nothing was changed.",
)
