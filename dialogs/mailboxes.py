"""Mailboxes: the list, pausing and resuming, the consent ledger."""

from __future__ import annotations

from core.errors import InvalidInput, NotAllowed, NotFound
from core.mailboxes.models import MailboxState
from core.mailboxes.views import MailboxView
from dialogs.cards.mailboxes import consents_card, mailboxes_card, revoke_card
from dialogs.inputs import Inputs, number_of
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import Turn
from dialogs.wording import TO_UNDO


async def mailboxes(services: Services, turn: Turn, rest: str) -> Reply:
    return await mailboxes_reply(services, turn)


async def pause(services: Services, turn: Turn, rest: str) -> Reply:
    picked = await named_mailbox(services, turn, rest, MailboxState.ACTIVE)
    if picked is None:
        return await mailboxes_reply(services, turn, "Which one shall pause?")
    return await _pause(services, turn, picked)


async def resume(services: Services, turn: Turn, rest: str) -> Reply:
    picked = await named_mailbox(services, turn, rest, MailboxState.PAUSED)
    if picked is None:
        return await mailboxes_reply(services, turn, "Which one shall go on?")
    return await _resume(services, turn, picked)


async def consent(services: Services, turn: Turn, rest: str) -> Reply:
    return await _consents(services, turn)


async def list_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await mailboxes_reply(services, turn)


async def pause_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _pause(services, turn, number_of(inputs, "mailbox"))


async def resume_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _resume(services, turn, number_of(inputs, "mailbox"))


async def consents_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _consents(services, turn)


async def revoke_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    """From the ledger: asks once more."""
    view = await mailbox_of(services, turn, number_of(inputs, "mailbox"))
    return Reply(card=revoke_card(view), kind="notice")


async def revoked_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    to_undo = await services.onboarding.revoke(turn.actor, number_of(inputs, "mailbox"))
    say = f"Taken back: nothing of that mailbox is read any more. {TO_UNDO.get(to_undo, '')}"
    return await _consents(services, turn, say.strip())


async def mailboxes_reply(services: Services, turn: Turn, say: str = "") -> Reply:
    found = await services.mailboxes.mailboxes(turn.actor)
    people = {person.member_id for view in found for person in view.people}
    return Reply(
        card=mailboxes_card(found, reader=turn.actor, now=turn.now, say=say),
        kind="mailboxes",
        people=tuple(sorted(people - {turn.actor.member_id})),
    )


async def mailbox_of(services: Services, turn: Turn, mailbox_id: int) -> MailboxView:
    """Raises NotFound unless the actor may see it."""
    for view in await services.mailboxes.mailboxes(turn.actor):
        if view.mailbox_id == mailbox_id:
            return view
    raise NotFound("mailbox")


async def named_mailbox(
    services: Services, turn: Turn, rest: str, *states: MailboxState
) -> int | None:
    """The one that is named, or the only one in these states; None where a choice is needed.

    Raises NotAllowed for whoever is no admin.
    """
    if not turn.actor.is_admin:
        raise NotAllowed("admin")
    if rest:
        return await services.mailboxes.find(turn.actor, rest)
    found = await services.mailboxes.mailboxes(turn.actor)
    fitting = [view.mailbox_id for view in found if not states or view.state in states]
    if not found:
        raise InvalidInput("mailbox")
    return fitting[0] if len(fitting) == 1 else None


async def mailbox_and_more(services: Services, turn: Turn, rest: str) -> tuple[MailboxView, str]:
    """`help@contoso.com …`: the mailbox and what follows; with nothing said, the only one there is.

    Raises NotFound, or InvalidInput("mailbox").
    """
    name, _, more = rest.strip().partition(" ")
    if name:
        mailbox_id = await services.mailboxes.find(turn.actor, name)
        return await mailbox_of(services, turn, mailbox_id), more.strip()
    found = await services.mailboxes.mailboxes(turn.actor)
    if len(found) != 1:
        raise InvalidInput("mailbox")
    return found[0], ""


async def _pause(services: Services, turn: Turn, mailbox_id: int) -> Reply:
    await services.mailboxes.pause(turn.actor, mailbox_id)
    say = "Paused: nothing is read or assigned until it is resumed."
    return await mailboxes_reply(services, turn, say)


async def _resume(services: Services, turn: Turn, mailbox_id: int) -> Reply:
    await services.mailboxes.resume(turn.actor, mailbox_id)
    return await mailboxes_reply(services, turn, "It goes on: what arrived meanwhile is read now.")


async def _consents(services: Services, turn: Turn, say: str = "") -> Reply:
    found = await services.onboarding.consents(turn.actor)
    return Reply(card=consents_card(found, now=turn.now, say=say), kind="consents")
