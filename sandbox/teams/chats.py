"""Where people and bots can meet: 1:1 chats, teams with channels, group chats."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Literal

from sandbox.tenant import Tenant, User

ConversationType = Literal["personal", "channel", "groupChat"]


@dataclass(slots=True)
class Channel:
    id: str
    name: str


@dataclass(slots=True)
class Team:
    """A team; its id is its General channel's. `bots` are the app ids installed in it."""

    id: str
    name: str
    group_id: str
    """Entra object id of the Microsoft 365 group."""
    channels: list[Channel]
    members: list[str] = field(default_factory=list)
    """Entra object ids."""
    bots: set[str] = field(default_factory=set)

    def channel(self, name_or_id: str) -> Channel | None:
        wanted = name_or_id.lower()
        return next((c for c in self.channels if wanted in (c.id.lower(), c.name.lower())), None)


@dataclass(slots=True)
class Conversation:
    """A place to write. In a channel, `members` and `bots` are the team's own collections."""

    id: str
    type: ConversationType
    members: list[str]
    bots: set[str]
    team: Team | None = None
    refuses_with: str = ""
    """An error code that every write meets: `ConversationBlockedByUser` and its like."""


def stable_id(*parts: str) -> str:
    """An opaque id that is the same in every run."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def stable_guid(*parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def base_id(conversation_id: str) -> str:
    """The channel of a thread: what stands before `;messageid=`."""
    return conversation_id.partition(";")[0]


class Chats:
    """Every conversation of the tenant. 1:1 chats and teams keep their ids between runs."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.teams: dict[str, Team] = {}
        self._conversations: dict[str, Conversation] = {}
        self._removed: set[str] = set()

    def find(self, conversation_id: str) -> Conversation | None:
        return self._conversations.get(base_id(conversation_id))

    def personal(self, bot: str, user: User) -> Conversation:
        """The 1:1 chat of a person and a bot; it exists before the bot may write to it."""
        conversation_id = "a:1" + stable_id(self.tenant.id, bot, user.id)
        known = self._conversations.get(conversation_id)
        if known is None:
            known = Conversation(conversation_id, "personal", [user.id], set())
            self._conversations[conversation_id] = known
        return known

    def install(self, bot: str, user: User) -> Conversation:
        conversation = self.personal(bot, user)
        conversation.bots.add(bot)
        self._removed.discard(conversation.id)
        return conversation

    def uninstall(self, bot: str, user: User) -> Conversation:
        conversation = self.personal(bot, user)
        conversation.bots.discard(bot)
        self._removed.add(conversation.id)
        return conversation

    def may_write(self, bot: str, conversation: Conversation) -> bool:
        """Installed there; for a 1:1 chat, a team that has both will do, unless removed since."""
        if bot in conversation.bots:
            return True
        if conversation.type != "personal" or conversation.id in self._removed:
            return False
        person = conversation.members[0]
        return any(bot in team.bots and person in team.members for team in self.teams.values())

    def create_team(self, name: str, members: list[User], channels: tuple[str, ...] = ()) -> Team:
        names = ("General", *channels)
        rooms = [Channel(f"19:{stable_id(self.tenant.id, name, n)}@thread.tacv2", n) for n in names]
        group_id = stable_guid(self.tenant.id, name)
        team = Team(rooms[0].id, name, group_id, rooms, [user.id for user in members])
        self.teams[team.id] = team
        for room in rooms:
            room_chat = Conversation(room.id, "channel", team.members, team.bots, team)
            self._conversations[room.id] = room_chat
        return team

    def channel(self, team: Team, name: str = "General") -> Conversation:
        """A channel by name or id. LookupError."""
        channel = team.channel(name)
        if channel is None:
            raise LookupError("the team has no such channel")
        return self._conversations[channel.id]

    def create_group_chat(self, name: str, members: list[User]) -> Conversation:
        conversation_id = f"19:{stable_id(self.tenant.id, 'chat', name)}@thread.v2"
        people = [user.id for user in members]
        conversation = Conversation(conversation_id, "groupChat", people, set())
        self._conversations[conversation_id] = conversation
        return conversation
