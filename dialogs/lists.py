"""Lists beside the queue: what one snoozed, what one follows, what is overdue."""

from __future__ import annotations

from dialogs.cards.lists import following_card, overdue_card, snoozed_card
from dialogs.inputs import Inputs, page_of
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import Turn

KINDS = ("snoozed", "following", "overdue")


async def snoozed(services: Services, turn: Turn, rest: str) -> Reply:
    return await list_reply(services, turn, "snoozed")


async def following(services: Services, turn: Turn, rest: str) -> Reply:
    return await list_reply(services, turn, "following")


async def overdue(services: Services, turn: Turn, rest: str) -> Reply:
    return await list_reply(services, turn, "overdue")


async def snoozed_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await list_reply(services, turn, "snoozed", page_of(inputs))


async def following_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await list_reply(services, turn, "following", page_of(inputs))


async def overdue_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await list_reply(services, turn, "overdue", page_of(inputs))


async def list_reply(
    services: Services, turn: Turn, kind: str, page: int = 1, say: str = ""
) -> Reply:
    """`kind` is one of KINDS."""
    threads = services.threads
    match kind:
        case "snoozed":
            shown, draw = await threads.snoozed(turn.actor, page), snoozed_card
        case "following":
            shown, draw = await threads.following(turn.actor, page), following_card
        case _:
            shown, draw = await threads.overdue(turn.actor, page), overdue_card
    return Reply(
        card=draw(shown, now=turn.now, say=say),
        kind=kind,
        threads=tuple(row.thread_id for row in shown.rows),
        facts={"page": shown.page},
    )
