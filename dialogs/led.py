"""Which mailbox is meant, of those whose rules the person may change."""

from __future__ import annotations

from core.errors import NotAllowed
from core.mailboxes.models import MailboxState
from core.mailboxes.views import MailboxView
from dialogs.inputs import address_in
from dialogs.services import Services
from dialogs.turns import Turn


async def led_mailboxes(services: Services, turn: Turn) -> tuple[MailboxView, ...]:
    """Those the person leads; for an admin all. NotAllowed for whoever leads none."""
    found = await services.mailboxes.mailboxes(turn.actor)
    led = tuple(
        one
        for one in found
        if one.state is not MailboxState.OFFBOARDED
        and (turn.actor.is_admin or one.mailbox_id in turn.actor.leads)
    )
    if not led:
        raise NotAllowed("lead")
    return led


async def named_or_only(services: Services, turn: Turn, text: str) -> tuple[int | None, str]:
    """(mailbox, the rest of the text). The address stands first, with or without `in`.

    None where none is named and there are several. Raises NotFound, NotAllowed.
    """
    first, _, rest = text.strip().partition(" ")
    if first.casefold() == "in":
        first, _, rest = rest.strip().partition(" ")
    if "@" in first:
        address = address_in(first.rstrip(":,"))
        return await services.mailboxes.find(turn.actor, address), rest.strip()
    led = await led_mailboxes(services, turn)
    return (led[0].mailbox_id if len(led) == 1 else None), text.strip()
