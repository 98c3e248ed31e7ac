"""Tags: put on and taken off threads, listed and weighed for a mailbox."""

from __future__ import annotations

import re
from dataclasses import replace

from core.errors import InvalidInput
from dialogs.assignment import thread_reply
from dialogs.cards.tags import tags_card
from dialogs.inputs import number_and_more
from dialogs.mailboxes import mailbox_and_more
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import Turn

_WEIGHT = re.compile(r"(?P<name>.+?)\s+(?:weighs\s+)?(?P<weight>[0-9]{1,4})")


async def tag(services: Services, turn: Turn, rest: str) -> Reply:
    """`tag 42 Invoice, Urgent`."""
    thread_id, names = _thread_and_names(rest)
    await services.tags.tag(turn.actor, thread_id, names)
    return await _tagged(services, turn, thread_id)


async def untag(services: Services, turn: Turn, rest: str) -> Reply:
    """`untag 42 Invoice`."""
    thread_id, names = _thread_and_names(rest)
    await services.tags.untag(turn.actor, thread_id, names)
    return await _tagged(services, turn, thread_id)


async def tags(services: Services, turn: Turn, rest: str) -> Reply:
    """`tags help@contoso.com`; for leads also `tags help@contoso.com Invoice weighs 3`."""
    mailbox, more = await mailbox_and_more(services, turn, rest)
    if more:
        found = _WEIGHT.fullmatch(more)
        if found is None:
            raise InvalidInput("tag_weight")
        await services.tags.weigh(
            turn.actor, mailbox.mailbox_id, found["name"], int(found["weight"])
        )
    shown = await services.tags.tags(turn.actor, mailbox.mailbox_id)
    return Reply(card=tags_card(mailbox, shown), kind="tags")


def tag_names(text: str) -> tuple[str, ...]:
    """What stands between commas, each once."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


async def _tagged(services: Services, turn: Turn, thread_id: int) -> Reply:
    reply = await thread_reply(services, turn, thread_id)
    return replace(reply, public=f"The tags of #{thread_id} were changed.")


def _thread_and_names(rest: str) -> tuple[int, tuple[str, ...]]:
    thread_id, said = number_and_more(rest)
    names = tag_names(said)
    if not names:
        raise InvalidInput("tag")
    return thread_id, names
