"""The Bot Framework connector as Teams runs it: what bots call, under `/teams/v3/`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import web

from core.clock import Clock
from sandbox.teams.activity_rules import check_activity
from sandbox.teams.chats import Chats, Conversation, Team
from sandbox.teams.history import Activity, History, Received
from sandbox.teams.limits import Operation, RateLimits
from sandbox.teams.refusals import ConnectorRefusal, unauthorized
from sandbox.teams.roster import account, member_page, recipient_of
from sandbox.teams.uploads import Uploads
from sandbox.tenant import InvalidToken, Tenant, User

CONVERSATION = "/teams/v3/conversations/{conversation}"
TEAM = "/teams/v3/teams/{team}"
Operate = Callable[[web.Request, str], Awaitable[web.StreamResponse]]
"""Takes the request and the calling bot's app id."""


class ConnectorTokens(Protocol):
    def read_connector(self, authorization_header: str) -> str:
        """The calling bot's app id. Raises InvalidToken."""

    def sign_activity(self, service_url: str, audience: str) -> str:
        """A bearer token for an activity to the bot `audience`."""


class TeamsService:
    """Keeps chats, people's installs and all that was written, in memory.

    `service_url` is what bots are told to call; the server sets it once its port is known.
    Everything received is in `received`; `throttled` counts the 429s given.
    """

    def __init__(self, tenant: Tenant, tokens: ConnectorTokens, now: Clock) -> None:
        self.tenant = tenant
        self.tokens = tokens
        self.now = now
        self.service_url = "https://127.0.0.1/teams/"
        self.chats = Chats(tenant)
        self.history = History(now)
        self.limits = RateLimits(now)
        self.uploads = Uploads()
        self.throttled = 0
        self.answered: Counter[int] = Counter()
        """HTTP status to how often it was given."""
        self.warnings: list[str] = []
        """What a store review would say of the cards posted."""

    @property
    def received(self) -> list[Received]:
        return self.history.received

    def current(self, conversation: str, viewer: str | None = None) -> list[Activity]:
        """The bot's activities standing in a conversation, in order, after updates."""
        return self.history.current(conversation, viewer)

    def routes(self) -> list[web.RouteDef]:
        activities = f"{CONVERSATION}/activities"
        one = activities + "/{activity}"
        return [
            web.post("/teams/v3/conversations", self._door(self._create)),
            web.post(activities, self._door(self._send)),
            web.post(one, self._door(self._send)),
            web.put(one, self._door(self._update)),
            web.delete(one, self._door(self._delete)),
            web.get(f"{CONVERSATION}/members", self._door(self._members)),
            web.get(f"{CONVERSATION}/pagedmembers", self._door(self._paged_members)),
            web.get(CONVERSATION + "/members/{member}", self._door(self._member)),
            web.get(TEAM, self._door(self._team_details)),
            web.get(f"{TEAM}/conversations", self._door(self._team_channels)),
            web.put("/teams/upload/{upload}", self.uploads.receive),
        ]

    def _door(self, operate: Operate) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            response = await self._answer(operate, request)
            self.answered[response.status] += 1
            self.throttled += response.status == 429
            return response

        return handle

    async def _answer(self, operate: Operate, request: web.Request) -> web.StreamResponse:
        try:
            bot = self.tokens.read_connector(request.headers.get("Authorization", ""))
            if bot not in self.tenant.apps:
                raise ConnectorRefusal("BotNotRegistered")
            return await operate(request, bot)
        except InvalidToken:
            return unauthorized()
        except ConnectorRefusal as refusal:
            return refusal.response()

    async def _create(self, request: web.Request, bot: str) -> web.Response:
        wanted = await _read_object(request)
        data = wanted.get("channelData")
        data = data if isinstance(data, dict) else {}
        channel = data.get("channel")
        if isinstance(channel, dict):
            return self._create_thread(bot, str(channel.get("id")), wanted.get("activity"))
        tenant_id = wanted.get("tenantId") or (data.get("tenant") or {}).get("id")
        if tenant_id != self.tenant.id:  # what Teams says when the tenant is missing
            raise ConnectorRefusal("BadSyntax", "Bad format of conversation ID")
        members = wanted.get("members") or []
        if wanted.get("isGroup") or len(members) != 1:
            raise ConnectorRefusal("BadSyntax", "Incorrect conversation creation parameters")
        user = recipient_of(self.tenant, members[0])
        conversation = self.chats.personal(bot, user)
        self._check_may_write(bot, conversation)
        self._admit(bot, "create", conversation)
        created = {"id": conversation.id, "serviceUrl": self.service_url}
        if wanted.get("activity") is not None:
            created["activityId"] = self._post(
                bot, conversation, conversation.id, wanted["activity"]
            )
        return web.json_response(created, status=201)

    def _create_thread(self, bot: str, channel: str, activity: Any) -> web.Response:
        conversation = self._writable(bot, channel)
        self._admit(bot, "create", conversation)
        activity_id = self._post(bot, conversation, channel, activity)
        thread = f"{conversation.id};messageid={activity_id}"
        return web.json_response({"id": thread, "activityId": activity_id}, status=201)

    async def _send(self, request: web.Request, bot: str) -> web.Response:
        where = request.match_info["conversation"]
        conversation = self._writable(bot, where)
        root = where.partition(";messageid=")[2]
        if root and self.history.owner(where, root) is None:
            raise ConnectorRefusal("ActivityNotFoundInConversation")
        self._admit(bot, "send", conversation)
        activity = await _read_object(request)
        reply_to = request.match_info.get("activity")
        if reply_to:
            activity["replyToId"] = reply_to
        activity_id = self._post(bot, conversation, where, activity)
        status = 202 if activity["type"] == "typing" else 201
        return web.json_response({"id": activity_id}, status=status)

    async def _update(self, request: web.Request, bot: str) -> web.Response:
        conversation, where, activity_id = self._own_message(request, bot)
        self._admit(bot, "send", conversation)
        activity = await _read_object(request)
        self.warnings += check_activity(activity, personal=conversation.type == "personal")
        posted = self._as_posted(bot, conversation, where, activity, activity_id)
        self.history.update(where, activity_id, posted)
        return web.json_response({"id": activity_id})

    async def _delete(self, request: web.Request, bot: str) -> web.Response:
        conversation, where, activity_id = self._own_message(request, bot)
        self._admit(bot, "send", conversation)
        self.history.delete(where, activity_id)
        return web.Response(status=200)

    async def _members(self, request: web.Request, bot: str) -> web.Response:
        return web.json_response([account(self.tenant, u) for u in self._roster(request, bot)])

    async def _paged_members(self, request: web.Request, bot: str) -> web.Response:
        users = self._roster(request, bot)
        return web.json_response(member_page(self.tenant, users, request.query))

    async def _member(self, request: web.Request, bot: str) -> web.Response:
        wanted = request.match_info["member"]
        for user in self._roster(request, bot):
            if wanted in (user.id, user.teams_id, user.email):
                return web.json_response(account(self.tenant, user))
        raise ConnectorRefusal("MemberNotFoundInConversation")

    async def _team_details(self, request: web.Request, bot: str) -> web.Response:
        team = self._team(request, bot)
        details = {
            "id": team.id,
            "name": team.name,
            "aadGroupId": team.group_id,
            "type": "standard",
            "channelCount": len(team.channels),
            "memberCount": len(team.members),
        }
        return web.json_response(details)

    async def _team_channels(self, request: web.Request, bot: str) -> web.Response:
        """General comes without a name, as Teams leaves naming it to the client's language."""
        team = self._team(request, bot)
        channels = [
            {"id": c.id, "type": "standard"} | ({} if c.id == team.id else {"name": c.name})
            for c in team.channels
        ]
        return web.json_response({"conversations": channels})

    def _conversation(self, conversation_id: str) -> Conversation:
        conversation = self.chats.find(conversation_id)
        if conversation is None:
            raise ConnectorRefusal("ConversationNotFound")
        return conversation

    def _writable(self, bot: str, conversation_id: str) -> Conversation:
        conversation = self._conversation(conversation_id)
        self._check_may_write(bot, conversation)
        return conversation

    def _check_may_write(self, bot: str, conversation: Conversation) -> None:
        if conversation.refuses_with:
            raise ConnectorRefusal(conversation.refuses_with)
        if not self.chats.may_write(bot, conversation):
            raise ConnectorRefusal("BotNotInConversationRoster")

    def _own_message(self, request: web.Request, bot: str) -> tuple[Conversation, str, str]:
        where, activity_id = request.match_info["conversation"], request.match_info["activity"]
        conversation = self._writable(bot, where)
        owner = self.history.owner(where, activity_id)
        if owner is None:
            raise ConnectorRefusal("ActivityNotFoundInConversation")
        if owner != bot:
            raise ConnectorRefusal("NotEnoughPermissions")
        return conversation, where, activity_id

    def _roster(self, request: web.Request, bot: str) -> list[User]:
        conversation = self._conversation(request.match_info["conversation"])
        if not self.chats.may_write(bot, conversation):
            raise ConnectorRefusal("BotNotInConversationRoster")
        self._admit(bot, "members", conversation)
        return [self.tenant.users[member] for member in conversation.members]

    def _team(self, request: web.Request, bot: str) -> Team:
        conversation = self._conversation(request.match_info["team"])
        if conversation.team is None or conversation.id != conversation.team.id:
            raise ConnectorRefusal("ConversationNotFound")
        if bot not in conversation.bots:
            raise ConnectorRefusal("BotNotInConversationRoster")
        self._admit(bot, "conversations", conversation)
        return conversation.team

    def _admit(self, bot: str, operation: Operation, conversation: Conversation) -> None:
        wait = self.limits.admit(bot, self.tenant.id, operation, conversation.id)
        if wait is not None:
            raise ConnectorRefusal("Throttled", retry_after=wait)

    def _post(self, bot: str, conversation: Conversation, where: str, activity: Any) -> str:
        self.warnings += check_activity(activity, personal=conversation.type == "personal")
        activity_id = self.history.next_id()
        if conversation.type == "channel" and ";" not in where:
            where = f"{conversation.id};messageid={activity_id}"
        posted = self._as_posted(bot, conversation, where, activity, activity_id)
        if posted["type"] == "typing":
            self.history.typing(where, posted)
        else:
            self.history.add(where, posted, bot)
        return activity_id

    def _as_posted(
        self,
        bot: str,
        conversation: Conversation,
        where: str,
        activity: Activity,
        activity_id: str,
    ) -> Activity:
        sender = activity.get("from")
        name = sender.get("name") if isinstance(sender, dict) else None
        return activity | {
            "id": activity_id,
            "from": {"id": f"28:{bot}", "name": name or "Bot"},
            "timestamp": self.now().isoformat(),
            "conversation": {
                "id": where,
                "conversationType": conversation.type,
                "tenantId": self.tenant.id,
            },
        }


async def _read_object(request: web.Request) -> Activity:
    try:
        body = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise ConnectorRefusal("BadSyntax", "The request is not JSON") from None
    if not isinstance(body, dict):
        raise ConnectorRefusal("BadSyntax", "The request is not a JSON object")
    return body
