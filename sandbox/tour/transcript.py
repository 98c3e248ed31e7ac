"""What was said and shown in Teams, written down as it happens."""

from __future__ import annotations

from datetime import datetime

from core.clock import Clock
from sandbox.teams.chats import base_id
from sandbox.teams.client import TeamsClient
from sandbox.teams.history import Activity, Received
from sandbox.teams.screen import to_text
from sandbox.tenant import User

WIDTH = 100
LONG = 6
"""Lines."""
_REMARKS = {"updated": " (changes a card)", "shown": " (the card is now)", "deleted": " (deletes)"}


class Transcript:
    """Listens to what the bot does; what people do is told to it."""

    def __init__(self, client: TeamsClient, users: list[User], now: Clock) -> None:
        self._users = users
        self._client = client
        self._now = now
        self._parts: list[str] = []
        self._shown: set[str] = set()
        client.service.history.listeners.append(self._hear)

    def heading(self, text: str) -> None:
        self._parts.append(f"\n{'─' * 4} {text} {'─' * max(0, WIDTH - len(text) - 6)}")

    def said(self, user: User, text: str) -> None:
        self._add(user.name, user, f"  {text}")

    def pressed(self, user: User, button: str, values: dict[str, str]) -> None:
        chosen = "".join(f" {name}={value}" for name, value in values.items())
        self._add(user.name, user, f"  [presses {button}{chosen}]")

    def told(self, user: User, text: str) -> None:
        """Words that the client shows on its own, above no message."""
        self._add("Postroom", user, f"  {text}")

    def happened(self, text: str) -> None:
        """Something outside Teams."""
        self._parts.append(f"\n{self._time()}  · {text}")

    def text(self) -> str:
        return "\n".join(self._parts)

    def _hear(self, received: Received) -> None:
        owner = self._owner(received.conversation)
        if owner is None or received.kind == "typing":
            return
        remark = _REMARKS.get(received.kind, "")
        self._add(f"Postroom{remark}", owner, self._once(_indented(received.activity)))

    def _once(self, body: str) -> str:
        """A long card that was shown before is not drawn again."""
        if body in self._shown:
            return f"{_first_words(body)} … (as above)"
        if body.count("\n") >= LONG:
            self._shown.add(body)
        return body

    def _owner(self, conversation: str) -> User | None:
        where = base_id(conversation)
        return next((u for u in self._users if self._client.chat(u).id == where), None)

    def _add(self, speaker: str, chat: User, body: str) -> None:
        where = "" if speaker == chat.name else f" → {chat.name}"
        self._parts.append(f"\n{self._time()}  {speaker}{where}\n{body}")

    def _time(self) -> str:
        now: datetime = self._now()
        return f"{now:%H:%M:%S}"


def _first_words(body: str) -> str:
    return "  " + body.splitlines()[1].strip(" │")


def _indented(activity: Activity) -> str:
    return "\n".join(f"  {line}" for line in to_text(activity, WIDTH - 2).splitlines())
