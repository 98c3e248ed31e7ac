"""The channel that a mailbox's rules notify: `notify here for help@…`, said in that channel."""

from __future__ import annotations

from core.errors import InvalidInput
from core.mailboxes.channel_views import ChannelPlace
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import Turn

CHOSEN = (
    "Rules of that mailbox that say `notify channel` write here from now on: numbers and first "
    "names only."
)
DROPPED = "That mailbox does not write here any more. Its rules that say `notify channel` pause."


async def notify_here(services: Services, turn: Turn, rest: str) -> Reply:
    place = _place(turn)
    await services.channels.choose(turn.actor, await _mailbox(services, turn, rest), place)
    return Reply(text=CHOSEN)


async def notify_here_off(services: Services, turn: Turn, rest: str) -> Reply:
    place = _place(turn)
    await services.channels.drop(turn.actor, await _mailbox(services, turn, rest), place)
    return Reply(text=DROPPED)


def _place(turn: Turn) -> ChannelPlace:
    if turn.place is None:
        raise InvalidInput("channel", "not_in_channel")
    return turn.place


async def _mailbox(services: Services, turn: Turn, rest: str) -> int:
    """`for help@contoso.com`; the `for` may be left out."""
    words = rest.split()
    if words and words[0].casefold() == "for":
        words = words[1:]
    if not words:
        raise InvalidInput("mailbox")
    return await services.mailboxes.find(turn.actor, " ".join(words))
