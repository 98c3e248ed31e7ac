"""Replies and proactive messages out, over one pooled client and under Teams' limits.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.activities import Payload, to_json
from bot.bot_token import BotToken
from bot.connector_calls import Call, ConnectorCalls
from bot.outgoing import Answer, HttpDoor
from bot.pacer import Pacer
from bot.patience import BACKGROUND, Patience
from bot.references import Reference
from core.errors import ConnectorError

MEMBERS_A_PAGE = 500
"""The most Teams gives."""


@dataclass(frozen=True, slots=True)
class TeamsMember:
    """A person in a conversation, as the connector tells."""

    id: str
    """`29:…`, valid for this bot only."""
    aad_object_id: str
    name: str
    given_name: str
    user_principal_name: str
    """Holds `#EXT#` for a guest."""
    tenant_id: str


class Connector:
    """The Bot Connector REST API as far as Postroom uses it.

    Every call raises RecipientUnreachable where the person must act first, ConnectorError
    for any other failure (status 0: no answer came), HostNotAllowed for a service URL that
    is not on the allow-list.
    """

    def __init__(
        self,
        door: HttpDoor,
        token: BotToken,
        *,
        app_id: str,
        pacer: Pacer | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._bot_id = f"28:{app_id}"
        self._calls = ConnectorCalls(door, token, pacer or Pacer(), sleep=sleep, chance=chance)

    async def send(
        self, ref: Reference, activity: Payload, *, patience: Patience = BACKGROUND
    ) -> str:
        """Post to the conversation; returns the new activity's id."""
        return await self._post(ref, f"{_url(ref)}/activities", activity, patience)

    async def reply(
        self,
        ref: Reference,
        activity_id: str,
        activity: Payload,
        *,
        patience: Patience = BACKGROUND,
    ) -> str:
        """Answer one activity; returns the new activity's id, empty where none is told."""
        url = f"{_url(ref)}/activities/{quote(activity_id, safe='')}"
        return await self._post(ref, url, {**activity, "replyToId": activity_id}, patience)

    async def update(
        self,
        ref: Reference,
        activity_id: str,
        activity: Payload,
        *,
        patience: Patience = BACKGROUND,
    ) -> None:
        """Replace what an activity shows."""
        url = f"{_url(ref)}/activities/{quote(activity_id, safe='')}"
        body = _addressed(ref, {**activity, "id": activity_id})
        await self._send(ref, "PUT", url, body, patience)

    async def delete(
        self, ref: Reference, activity_id: str, *, patience: Patience = BACKGROUND
    ) -> None:
        url = f"{_url(ref)}/activities/{quote(activity_id, safe='')}"
        await self._send(ref, "DELETE", url, None, patience)

    async def create_conversation(
        self,
        service_url: str,
        tenant_id: str,
        *,
        member_id: str = "",
        aad_object_id: str = "",
        activity: Payload | None = None,
        patience: Patience = BACKGROUND,
    ) -> str:
        """Open the 1:1 conversation with a person who has the bot; returns its id.

        One of the two ids is needed; asking again returns the same conversation.
        """
        member = member_id or aad_object_id
        body: Payload = {
            "isGroup": False,
            "bot": {"id": self._bot_id},
            "members": [{"id": member}],
            "tenantId": tenant_id,
            "channelData": {"tenant": {"id": tenant_id}},
        }
        if activity is not None:
            body["activity"] = activity
        # No conversation yet: all new ones of a tenant share one pace.
        place = Reference(service_url, f"new in {tenant_id}", tenant_id, self._bot_id)
        answer = await self._send(
            place, "POST", f"{_base(service_url)}/v3/conversations", body, patience
        )
        conversation_id = _id(answer)
        if not conversation_id:
            raise ConnectorError(answer.status, "NoConversation")
        return conversation_id

    async def get_member(
        self, ref: Reference, member_id: str, *, patience: Patience = BACKGROUND
    ) -> TeamsMember:
        """`member_id` is a `29:…` id or an Entra object id."""
        url = f"{_url(ref)}/members/{quote(member_id, safe='')}"
        return _member(await self._read(ref, url, patience))

    async def get_members(
        self, ref: Reference, *, patience: Patience = BACKGROUND
    ) -> AsyncIterator[TeamsMember]:
        """Everyone in the conversation or team, page by page."""
        url = f"{_url(ref)}/pagedmembers?pageSize={MEMBERS_A_PAGE}"
        following = ""
        while True:
            page = await self._read(ref, url + following, patience)
            page = page if isinstance(page, dict) else {}
            for member in page.get("members") or []:
                yield _member(member)
            token = page.get("continuationToken")
            if not token:
                return
            following = f"&continuationToken={quote(str(token), safe='')}"

    async def _post(self, ref: Reference, url: str, activity: Payload, patience: Patience) -> str:
        return _id(await self._send(ref, "POST", url, _addressed(ref, activity), patience))

    async def _send(
        self, ref: Reference, method: str, url: str, body: Payload | None, patience: Patience
    ) -> Answer:
        content = None if body is None else to_json(body)
        return await self._calls.send(Call(ref, method, url, content, patience))

    async def _read(self, ref: Reference, url: str, patience: Patience) -> Any:
        return (await self._calls.read(Call(ref, "GET", url, None, patience))).json()


def _base(service_url: str) -> str:
    return service_url.rstrip("/")


def _url(ref: Reference) -> str:
    return f"{_base(ref.service_url)}/v3/conversations/{quote(ref.conversation_id, safe='')}"


def _addressed(ref: Reference, activity: Payload) -> Payload:
    """With the sender and the conversation that the connector wants in the body too."""
    payload = {
        **activity,
        "from": {"id": ref.bot_id},
        "conversation": {"id": ref.conversation_id},
    }
    if ref.user_id:
        payload["recipient"] = {"id": ref.user_id}
    return payload


def _id(answer: Answer) -> str:
    found = answer.json()
    identifier = found.get("id") if isinstance(found, dict) else None
    return identifier if isinstance(identifier, str) else ""


def _member(source: Any) -> TeamsMember:
    """Older answers name the Entra object id `objectId`."""
    source = source if isinstance(source, dict) else {}

    def text(*keys: str) -> str:
        found = (source.get(key) for key in keys)
        return next((value for value in found if isinstance(value, str)), "")

    return TeamsMember(
        id=text("id"),
        aad_object_id=text("aadObjectId", "objectId"),
        name=text("name"),
        given_name=text("givenName"),
        user_principal_name=text("userPrincipalName"),
        tenant_id=text("tenantId"),
    )
