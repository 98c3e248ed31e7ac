"""How a mailbox hands out its threads: showing it, changing it, opting out of it."""

from __future__ import annotations

from core.errors import InvalidInput, NotFound
from core.mailboxes.policy_views import PolicyChange, PolicyView
from core.people.spoken_hours import read_hours
from dialogs.cards.policy import named_on, policy_card
from dialogs.inputs import Inputs, number_of
from dialogs.moves import Reply
from dialogs.policy_inputs import (
    form_change,
    form_pool,
    form_texts,
    number_or_none,
    pool_in,
    skills_in,
    strategy_in,
    weights_in,
)
from dialogs.services import Services
from dialogs.turns import Turn


async def policy(services: Services, turn: Turn, rest: str) -> Reply:
    mailbox_id, _ = await _mailbox(services, turn, rest)
    return await _shown(services, turn, mailbox_id)


async def capacity(services: Services, turn: Turn, rest: str) -> Reply:
    mailbox_id, said = await _mailbox(services, turn, rest)
    if not said:
        raise InvalidInput("capacity")
    return await _change(services, turn, mailbox_id, {"capacity": number_or_none(said, "capacity")})


async def strategy(services: Services, turn: Turn, rest: str) -> Reply:
    mailbox_id, said = await _mailbox(services, turn, rest)
    return await _change(services, turn, mailbox_id, {"strategy": strategy_in(said)})


async def business_hours(services: Services, turn: Turn, rest: str) -> Reply:
    """`business hours help@… mon-fri 9:00-17:00 Europe/Berlin DE-BY`."""
    mailbox_id, said = await _mailbox(services, turn, rest)
    read = read_hours(said)
    change: PolicyChange = {}
    if read.week is not None:
        change["week"] = read.week
    if read.timezone is not None:
        change["timezone"] = read.timezone
    if read.holidays is not None:
        change["holidays"] = read.holidays
    return await _change(services, turn, mailbox_id, change)


async def weights(services: Services, turn: Turn, rest: str) -> Reply:
    mailbox_id, said = await _mailbox(services, turn, rest)
    view = await services.policies.policy(turn.actor, mailbox_id)
    shares = weights_in(said, view.people)
    await services.policies.set_weights(turn.actor, mailbox_id, shares)
    return await _shown(services, turn, mailbox_id, "Saved.")


async def skills(services: Services, turn: Turn, rest: str) -> Reply:
    mailbox_id, said = await _mailbox(services, turn, rest)
    view = await services.policies.policy(turn.actor, mailbox_id)
    member_id, names = skills_in(said, view.people)
    await services.policies.set_skills(turn.actor, mailbox_id, member_id, names)
    return await _shown(services, turn, mailbox_id, "Saved.")


async def pool(services: Services, turn: Turn, rest: str) -> Reply:
    mailbox_id, said = await _mailbox(services, turn, rest)
    view = await services.policies.policy(turn.actor, mailbox_id)
    await services.policies.set_pool(turn.actor, mailbox_id, pool_in(said, view.people))
    return await _shown(services, turn, mailbox_id, "Saved.")


async def opt_out(services: Services, turn: Turn, rest: str) -> Reply:
    mailbox_id, _ = await _mailbox(services, turn, rest)
    return await _opt(services, turn, mailbox_id, out=True)


async def opt_in(services: Services, turn: Turn, rest: str) -> Reply:
    mailbox_id, _ = await _mailbox(services, turn, rest)
    return await _opt(services, turn, mailbox_id, out=False)


async def show_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _shown(services, turn, number_of(inputs, "mailbox"))


async def save_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    mailbox_id, typed = number_of(inputs, "mailbox"), form_texts(inputs)
    shown = await services.policies.policy(turn.actor, mailbox_id)
    change, picked = form_change(typed, shown), form_pool(typed, shown)
    if change:
        await services.policies.change(turn.actor, mailbox_id, change)
    if picked is not None:
        await services.policies.set_pool(turn.actor, mailbox_id, picked)
    say = "Saved." if change or picked is not None else "Nothing was changed."
    return await _shown(services, turn, mailbox_id, say)


async def opt_out_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _opt(services, turn, number_of(inputs, "mailbox"), out=True)


async def opt_in_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _opt(services, turn, number_of(inputs, "mailbox"), out=False)


async def _mailbox(services: Services, turn: Turn, rest: str) -> tuple[int, str]:
    """The mailbox that the first word names, else the only one there is; and what follows.

    Raises NotFound for an address, InvalidInput("mailbox") where a choice is needed.
    """
    first, _, following = rest.strip().partition(" ")
    if first:
        try:
            return await services.mailboxes.find(turn.actor, first), following.strip()
        except NotFound:
            if "@" in first:
                raise
    found = await services.mailboxes.mailboxes(turn.actor)
    if len(found) != 1:
        raise InvalidInput("mailbox")
    return found[0].mailbox_id, rest.strip()


async def _change(services: Services, turn: Turn, mailbox_id: int, change: PolicyChange) -> Reply:
    await services.policies.change(turn.actor, mailbox_id, change)
    return await _shown(services, turn, mailbox_id, "Saved.")


async def _opt(services: Services, turn: Turn, mailbox_id: int, *, out: bool) -> Reply:
    await services.policies.opt(turn.actor, mailbox_id, out=out)
    say = "You are given nothing new here." if out else "You are given work here again."
    return await _shown(services, turn, mailbox_id, say)


async def _shown(services: Services, turn: Turn, mailbox_id: int, say: str = "") -> Reply:
    view: PolicyView = await services.policies.policy(turn.actor, mailbox_id)
    return Reply(
        card=policy_card(view, reader=turn.actor, say=say),
        kind="policy",
        people=tuple(i for i in named_on(view) if i != turn.actor.member_id),
        facts={"mailbox": mailbox_id},
    )
