"""The bot's messaging endpoint, as Teams calls it: signed POSTs, and what the bot did meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from sandbox.teams.chats import base_id
from sandbox.teams.history import Activity, Received
from sandbox.teams.service import TeamsService


class BotRefused(Exception):
    """The bot's endpoint answered an activity with something else than success."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the bot answered {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot's endpoint answered to one POST."""

    status: int
    body: Any
    """Parsed JSON, or None."""
    activities: list[Activity] = field(default_factory=list)
    """What the bot wrote in that conversation meanwhile."""


class BotEndpoint:
    """One bot. `timeout` is in seconds; past it a POST raises TimeoutError."""

    def __init__(self, service: TeamsService, url: str, bot_app_id: str, timeout: float) -> None:
        self.url = url
        self._service = service
        self._bot_app_id = bot_app_id
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, activity: Activity, token: str | None = None) -> Answer:
        """POST one activity to the bot; `token` replaces the real one, "" leaves it out."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        if token is None:
            token = self._service.tokens.sign_activity(activity["serviceUrl"], self._bot_app_id)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        before = len(self._service.received)
        async with self._session.post(self.url, json=activity, headers=headers) as answer:
            body = _parse(await answer.read())
            return Answer(answer.status, body, self.arrived(activity, before))

    async def deliver(self, activities: list[Activity]) -> list[Activity]:
        """POST one after the other. Raises BotRefused."""
        before = len(self._service.received)
        for activity in activities:
            answer = await self.post(activity)
            if not 200 <= answer.status < 300:
                raise BotRefused(answer.status)
        return self.arrived(activities[0], before)

    def arrived(self, activity: Activity, before: int) -> list[Activity]:
        """Since `received` was `before` long: what is new or changed in the activity's
        conversation, each as it stands now for the person who sent it."""
        where = activity["conversation"]["id"]
        viewer = activity["from"].get("aadObjectId")
        changed: dict[str, Activity] = {}
        for received in self._service.received[before:]:
            if where not in (received.conversation, base_id(received.conversation)):
                continue
            if received.kind in ("sent", "updated"):
                now = self._service.history.message(where, received.activity_id, viewer)
                if now is not None:
                    changed[received.activity_id] = now
        return list(changed.values())

    async def wait_for(self, matches: Callable[[Received], bool], seconds: float = 10) -> Received:
        """The next thing the bot does that matches, for what comes unasked. Or TimeoutError."""
        found: asyncio.Future[Received] = asyncio.get_running_loop().create_future()

        def listen(received: Received) -> None:
            if not found.done() and matches(received):
                found.set_result(received)

        self._service.history.listeners.append(listen)
        try:
            async with asyncio.timeout(seconds):
                return await found
        finally:
            self._service.history.listeners.remove(listen)


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
