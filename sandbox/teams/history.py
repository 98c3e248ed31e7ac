"""What was written in every conversation, and what the connector received, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from core.clock import Clock
from sandbox.teams.chats import base_id

Activity = dict[str, Any]
ReceivedKind = Literal["sent", "updated", "deleted", "typing", "shown"]


@dataclass(frozen=True, slots=True)
class Received:
    """One thing a bot did. `shown` is a card it returned to a press, for one person's eyes."""

    conversation: str
    """With `;messageid=` in a channel."""
    activity_id: str
    kind: ReceivedKind
    activity: Activity
    at: datetime
    user_id: str | None = None
    """Entra object id of whom a card was shown to."""


@dataclass(slots=True)
class _Message:
    conversation: str
    activity: Activity
    bot: str | None
    views: dict[str, Activity] = field(default_factory=dict)
    """Entra object id to the card that person was shown instead."""


class History:
    """The messages of all conversations; `listeners` hear of each thing received."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._rooms: defaultdict[str, dict[str, _Message]] = defaultdict(dict)
        self._last_id = 0
        self.received: list[Received] = []
        self.listeners: list[Callable[[Received], None]] = []

    def next_id(self) -> str:
        """A message id: milliseconds since 1970, never given twice."""
        self._last_id = max(self._last_id + 1, int(self._now().timestamp() * 1000))
        return str(self._last_id)

    def owner(self, conversation: str, activity_id: str) -> str | None:
        """The bot that wrote a message, "" for a person's, None if there is no such message."""
        message = self._find(conversation, activity_id)
        return None if message is None else message.bot or ""

    def add(self, conversation: str, activity: Activity, bot: str | None = None) -> None:
        room = self._rooms[base_id(conversation)]
        room[activity["id"]] = _Message(conversation, activity, bot)
        if bot is not None:
            self._note(conversation, activity["id"], "sent", activity)

    def typing(self, conversation: str, activity: Activity) -> None:
        self._note(conversation, activity["id"], "typing", activity)

    def update(self, conversation: str, activity_id: str, activity: Activity) -> None:
        """Replace a message; what single people were shown instead is replaced too."""
        message = self._rooms[base_id(conversation)][activity_id]
        message.activity = activity
        message.views.clear()
        self._note(message.conversation, activity_id, "updated", activity)

    def delete(self, conversation: str, activity_id: str) -> None:
        message = self._rooms[base_id(conversation)].pop(activity_id)
        self._note(message.conversation, activity_id, "deleted", message.activity)

    def show(self, conversation: str, activity_id: str, user_id: str, card: Activity) -> Activity:
        """Put `card` in a message's place for one person; returns the activity they now see."""
        message = self._rooms[base_id(conversation)][activity_id]
        message.views[user_id] = card
        seen = _seen(message, user_id)
        self._note(message.conversation, activity_id, "shown", seen, user_id)
        return seen

    def current(self, conversation: str, viewer: str | None = None) -> list[Activity]:
        """What the bots have standing there now, oldest first, as `viewer` sees it."""
        return [_seen(m, viewer) for m in self._in(conversation) if m.bot is not None]

    def transcript(self, conversation: str, viewer: str | None = None) -> list[Activity]:
        """`current`, with what people said."""
        return [_seen(message, viewer) for message in self._in(conversation)]

    def message(
        self, conversation: str, activity_id: str, viewer: str | None = None
    ) -> Activity | None:
        message = self._find(conversation, activity_id)
        return None if message is None else _seen(message, viewer)

    def _find(self, conversation: str, activity_id: str) -> _Message | None:
        return self._rooms[base_id(conversation)].get(activity_id)

    def _in(self, conversation: str) -> list[_Message]:
        """A channel's id names all its threads; a thread's id names one."""
        messages = self._rooms[base_id(conversation)].values()
        return [m for m in messages if ";" not in conversation or m.conversation == conversation]

    def _note(
        self,
        conversation: str,
        activity_id: str,
        kind: ReceivedKind,
        activity: Activity,
        user_id: str | None = None,
    ) -> None:
        received = Received(conversation, activity_id, kind, activity, self._now(), user_id)
        self.received.append(received)
        for listener in tuple(self.listeners):
            listener(received)


def _seen(message: _Message, viewer: str | None) -> Activity:
    card = message.views.get(viewer) if viewer else None
    if card is None:
        return message.activity
    seen = deepcopy(message.activity)
    for attachment in seen["attachments"]:
        if attachment["contentType"] == "application/vnd.microsoft.card.adaptive":
            attachment["content"] = card
            break
    return seen
