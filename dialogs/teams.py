"""Teams: groups of a mailbox's people that rules assign to."""

from __future__ import annotations

import re

from core.errors import InvalidInput
from dialogs.cards.elements import NAME, plain
from dialogs.cards.rules import which_card
from dialogs.cards.teams import teams_card
from dialogs.inputs import Inputs, number_of
from dialogs.led import led_mailboxes, named_or_only
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import Turn

_SET = re.compile(
    r"(?P<name>.+?)(?:\s+in\s+(?P<mailbox>\S+@\S+?))?\s*:\s*(?P<people>.+)",
    re.DOTALL | re.IGNORECASE,
)
_DROP = re.compile(r"(?P<name>.+?)(?:\s+in\s+(?P<mailbox>\S+@\S+))?", re.DOTALL | re.IGNORECASE)


async def teams(services: Services, turn: Turn, rest: str) -> Reply:
    mailbox_id, _ = await named_or_only(services, turn, rest)
    if mailbox_id is None:
        led = await led_mailboxes(services, turn)
        return Reply(card=which_card(led, "Teams", "team.list"), kind="notice")
    return await teams_reply(services, turn, mailbox_id)


async def team(services: Services, turn: Turn, rest: str) -> Reply:
    """`team Finance in help@contoso.com: Ada, Bo`."""
    found = _SET.fullmatch(rest)
    if found is None:
        raise InvalidInput("team_line")
    mailbox_id = await _mailbox(services, turn, found["mailbox"])
    people = [name.strip() for name in found["people"].split(",") if name.strip()]
    made = await services.rules.teams.set_team(turn.actor, mailbox_id, found["name"], people)
    return await teams_reply(
        services, turn, mailbox_id, f"Rules may assign to {plain(made.name, NAME)} pool now."
    )


async def drop(services: Services, turn: Turn, rest: str) -> Reply:
    """`team delete Finance in help@contoso.com`."""
    found = _DROP.fullmatch(rest)
    if found is None:
        raise InvalidInput("team_line")
    mailbox_id = await _mailbox(services, turn, found["mailbox"])
    await services.rules.teams.drop_team(turn.actor, mailbox_id, found["name"])
    return await teams_reply(services, turn, mailbox_id, "That team is gone.")


async def list_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await teams_reply(services, turn, number_of(inputs, "mailbox"))


async def teams_reply(services: Services, turn: Turn, mailbox_id: int, say: str = "") -> Reply:
    found = await services.rules.teams.teams(turn.actor, mailbox_id)
    people = {member_id for one in found for member_id, _ in one.people}
    return Reply(
        card=teams_card(found, say=say),
        kind="teams",
        people=tuple(sorted(people - {turn.actor.member_id})),
    )


async def _mailbox(services: Services, turn: Turn, address: str | None) -> int:
    mailbox_id, _ = await named_or_only(services, turn, address or "")
    if mailbox_id is None:
        raise InvalidInput("mailbox")
    return mailbox_id
