"""Who is speaking: a member, somebody of the tenant who becomes one, or a stranger."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from botbuilder.core import TurnContext

from bot.connector import Connector, TeamsMember
from bot.patience import IN_TURN
from bot.ports import People
from bot.references import Reference
from bot.turn import CONNECTOR_KEY, caller_of, reference_of
from core.errors import ConnectorError, InvalidInput, RecipientUnreachable
from core.people.views import Actor, Conversation
from dialogs.turns import TeamsPerson

MOST_REMEMBERED = 10_000
"""Members whose 1:1 conversation was seen by this process and stored."""
_GUEST = "#EXT#"


class Visitors:
    """`tenant_allowed` says of which tenants people may become members."""

    def __init__(self, people: People, tenant_allowed: Callable[[str], bool]) -> None:
        self._people = people
        self._tenant_allowed = tenant_allowed
        self._stored: dict[tuple[str, str], Reference] = {}

    async def actor(self, context: TurnContext) -> Actor | None:
        """The member who speaks; None for a stranger: a guest, another tenant, nobody known.

        In 1:1 a person of an allowed tenant becomes a member, without any rights, and where
        to write to them is kept up to date.
        """
        caller = caller_of(context)
        if not caller.aad_object_id or not self._tenant_allowed(caller.tenant_id):
            return None
        key = (caller.tenant_id, caller.aad_object_id)
        known = await self._people.actor(*key)
        if not is_private(context) or (known and self._stored.get(key) == reference_of(context)):
            return known
        return await self._arrive(context, key, is_known=known is not None)

    async def uninstalled(self, context: TurnContext) -> None:
        caller = caller_of(context)
        if caller.aad_object_id and is_private(context):
            self._stored.pop((caller.tenant_id, caller.aad_object_id), None)
            await self._people.uninstalled(caller.tenant_id, caller.aad_object_id)

    async def _arrive(
        self, context: TurnContext, key: tuple[str, str], *, is_known: bool
    ) -> Actor | None:
        place = reference_of(context)
        person = None
        if not is_known:
            person = await look_up(context, place.user_id)
            if person is None or person.is_guest:
                return None
        try:
            actor = await self._people.arrive(
                *key,
                name=person.name if person else None,
                address=person.address if person else None,
                teams_id=place.user_id or None,
                reference=Conversation(
                    place.service_url, place.conversation_id, place.bot_id, place.user_id
                ),
            )
        except InvalidInput:
            return None
        if len(self._stored) >= MOST_REMEMBERED:
            self._stored.clear()
        self._stored[key] = place
        return actor


def is_private(context: TurnContext) -> bool:
    """A 1:1 conversation; Teams leaves the type out of some events there."""
    return (context.activity.conversation.conversation_type or "personal") == "personal"


async def look_up(context: TurnContext, teams_id: str) -> TeamsPerson | None:
    """A person of this conversation; None where the connector knows no such person."""
    if not teams_id:
        return None
    try:
        found = await _connector(context).get_member(
            reference_of(context), teams_id, patience=IN_TURN
        )
    except RecipientUnreachable:
        return None
    except ConnectorError as error:
        if error.status in (403, 404):
            return None
        raise
    return _person(found, caller_of(context).tenant_id)


async def roster(context: TurnContext) -> tuple[TeamsPerson, ...]:
    """Everybody in this conversation."""
    tenant_id = caller_of(context).tenant_id
    members = _connector(context).get_members(reference_of(context), patience=IN_TURN)
    return tuple([_person(member, tenant_id) async for member in members])


def _connector(context: TurnContext) -> Connector:
    return cast(Connector, context.turn_state[CONNECTOR_KEY])


def _person(member: TeamsMember, tenant_id: str) -> TeamsPerson:
    foreign = bool(member.tenant_id) and member.tenant_id.lower() != tenant_id.lower()
    return TeamsPerson(
        entra_id=member.aad_object_id,
        teams_id=member.id,
        name=member.name,
        address=member.user_principal_name,
        is_guest=foreign or _GUEST in member.user_principal_name.upper(),
    )
