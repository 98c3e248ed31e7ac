"""A simulated Teams client: the tenant's people talk to the bot through its own front door."""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType
from typing import Any, Literal

from sandbox.teams.buttons import Button
from sandbox.teams.card_answers import Pressed
from sandbox.teams.chats import Conversation, Team
from sandbox.teams.endpoint import BotEndpoint
from sandbox.teams.history import Activity
from sandbox.teams.inbound import Inbound, person
from sandbox.teams.presses import Presses
from sandbox.teams.service import TeamsService
from sandbox.tenant import User


class TeamsClient:
    """All people's clients at once; every method says who acts.

    Use as a context manager, or call `close`. `timeout` is in seconds: Teams itself gives up
    after 15 and sends the activity again, which `repeat` plays.
    """

    def __init__(
        self,
        service: TeamsService,
        bot_endpoint: str,
        bot_app_id: str,
        *,
        bot_name: str = "Postroom",
        locale: str = "en-GB",
        timezone: str = "Europe/Berlin",
        timeout: float = 60,
    ) -> None:
        self.service = service
        self.bot_app_id = bot_app_id
        self.bot_name = bot_name
        self.locale = locale
        self.timezone = timezone
        self.endpoint = BotEndpoint(service, bot_endpoint, bot_app_id, timeout)
        self._presses = Presses(service, self.endpoint, lambda: self.inbound)

    async def __aenter__(self) -> TeamsClient:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self.endpoint.close()

    @property
    def inbound(self) -> Inbound:
        """The maker of activities, for tests that want to bend one before posting it."""
        return Inbound(
            self.bot_app_id,
            self.bot_name,
            self.service.tenant.id,
            self.service.service_url,
            self.locale,
            self.timezone,
            self.service.now,
        )

    def chat(self, user: User) -> Conversation:
        return self.service.chats.personal(self.bot_app_id, user)

    def transcript(self, user: User) -> list[Activity]:
        """What a person sees in their 1:1 chat, oldest first."""
        return self.service.history.transcript(self.chat(user).id, user.id)

    async def install(
        self, user: User, order: Literal["installation", "conversation"] = "installation"
    ) -> list[Activity]:
        """Add the app for oneself. Teams sends the two events in either order."""
        conversation = self.service.chats.install(self.bot_app_id, user)
        events = [
            self.inbound.installation(user, conversation, "add"),
            self.inbound.members(user, conversation, added=[self.inbound.bot(), person(user)]),
        ]
        return await self.endpoint.deliver(events if order == "installation" else events[::-1])

    async def uninstall(self, user: User) -> list[Activity]:
        """Remove the app: from now on the connector refuses to write to this person."""
        conversation = self.service.chats.uninstall(self.bot_app_id, user)
        return await self.endpoint.deliver(
            [self.inbound.installation(user, conversation, "remove")]
        )

    async def install_in_team(self, user: User, team: Team) -> list[Activity]:
        conversation = self.service.chats.channel(team)
        conversation.bots.add(self.bot_app_id)
        events = [
            self.inbound.installation(user, conversation, "add"),
            self.inbound.members(user, conversation, added=[self.inbound.bot()]),
        ]
        return await self.endpoint.deliver(events)

    async def add_to_team(self, by: User, team: Team, user: User) -> list[Activity]:
        conversation = self.service.chats.channel(team)
        if user.id not in team.members:
            team.members.append(user.id)
        event = self.inbound.members(by, conversation, added=[_member(user)])
        return await self.endpoint.deliver([event])

    async def remove_from_team(self, by: User, team: Team, user: User) -> list[Activity]:
        conversation = self.service.chats.channel(team)
        team.members.remove(user.id)
        event = self.inbound.members(by, conversation, removed=[_member(user)])
        return await self.endpoint.deliver([event])

    async def say(self, user: User, text: str, *, repeat: int = 0) -> list[Activity]:
        """Write in the 1:1 chat; returns what the bot wrote there until it answered the POST.

        `repeat` sends the same activity again that many times, as Teams does after 15 s.
        """
        message = self.inbound.message(user, self.chat(user), self.service.history.next_id(), text)
        return await self._say(message, repeat)

    async def say_in_channel(
        self, user: User, channel: Conversation, text: str, *, thread: str = "", repeat: int = 0
    ) -> list[Activity]:
        """@mention the bot in a channel, or in a `thread` of it (the id of its first message)."""
        message_id = self.service.history.next_id()
        where = replace(channel, id=f"{channel.id};messageid={thread or message_id}")
        return await self._say(self.inbound.mention(user, where, message_id, text), repeat)

    async def say_in_group(
        self, user: User, chat: Conversation, text: str, *, repeat: int = 0
    ) -> list[Activity]:
        """@mention the bot in a group chat."""
        message_id = self.service.history.next_id()
        return await self._say(self.inbound.mention(user, chat, message_id, text), repeat)

    async def press(
        self,
        user: User,
        activity: Activity,
        button: str | int | Button,
        inputs: dict[str, str] | None = None,
        *,
        fallback: bool = False,
        repeat: int = 0,
    ) -> Pressed:
        """Press a button by title, verb or number, on the card as this person sees it.

        `fallback` plays an old client, which presses the Action.Submit of an Action.Execute.
        Raises InputRefused where the client would not send, NoSuchButton.
        """
        return await self._presses.press(
            user, activity, button, inputs or {}, fallback=fallback, repeat=repeat
        )

    async def refresh(
        self, user: User, activity: Activity, trigger: Literal["automatic", "manual"] = "automatic"
    ) -> Pressed | None:
        """Ask for this person's view of a card; None where Teams would not ask by itself."""
        return await self._presses.refresh(user, activity, trigger)

    async def _say(self, message: Activity, repeat: int) -> list[Activity]:
        self.service.history.add(message["conversation"]["id"], message)
        return await self.endpoint.deliver([message] * (1 + repeat))


def _member(user: User) -> dict[str, Any]:
    return {"id": user.teams_id, "aadObjectId": user.id}
