"""The scene: a sandbox with Postroom beside it, its people, and what they do in Teams."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from sandbox.microsoft365 import Microsoft365
from sandbox.teams.card_answers import Pressed
from sandbox.teams.client import TeamsClient
from sandbox.teams.history import Activity
from sandbox.tenant import User
from sandbox.tour.checks import Checks
from sandbox.tour.transcript import Transcript

SHOWN_BELOW = "It is below."
"""What a button says whose answer is a message of its own."""


@dataclass(frozen=True, slots=True)
class Scene:
    """`people` work the mailbox; the first of them is the admin."""

    box: Microsoft365
    client: TeamsClient
    people: tuple[User, ...]
    transcript: Transcript
    checks: Checks
    answers: list[str] = field(default_factory=list, kw_only=True)
    """One entry for each message of the bot that answered somebody; all others came unasked."""

    @property
    def admin(self) -> User:
        return self.people[0]

    async def install(self, user: User, *, chat_first: bool = False) -> list[Activity]:
        """What the bot said to somebody who adds it. Teams sends the two events in any order."""
        before = self._ids(user)
        order: Literal["installation", "conversation"] = (
            "conversation" if chat_first else "installation"
        )
        await self.client.install(user, order)
        self.answers.append("install")
        return self._new(user, before)

    async def say(self, user: User, text: str, *, repeat: int = 0) -> list[Activity]:
        """What the bot answered, oldest first."""
        self.transcript.said(user, text)
        before = self._ids(user)
        await self.client.say(user, text, repeat=repeat)
        self.answers.append(text)
        return self._new(user, before)

    async def ask(self, user: User, text: str) -> Activity:
        """The bot's last answer. Raises LookupError where there is none."""
        answers = await self.say(user, text)
        if not answers:
            raise LookupError(f"no answer to “{text}”")
        return answers[-1]

    async def press(
        self,
        user: User,
        activity: Activity,
        button: str,
        inputs: dict[str, str] | None = None,
        *,
        fallback: bool = False,
    ) -> Pressed:
        """Press a button of a card as it stands now for this person."""
        self.transcript.pressed(user, button, inputs or {})
        before = self._ids(user)
        pressed = await self.client.press(
            user, self.standing(user, activity), button, inputs, fallback=fallback
        )
        if pressed.kind == "toast":
            self.transcript.told(user, str(pressed.value))
        elif pressed.kind == "error":
            raise LookupError(f"“{button}” failed: {pressed.value.get('code')}")
        if pressed.value == SHOWN_BELOW:
            self.answers.append(button)
        return replace(pressed, activities=self._new(user, before))

    def standing(self, user: User, activity: Activity) -> Activity:
        """A card as this person sees it now. Raises LookupError where it is gone."""
        where = activity["conversation"]["id"]
        found = self.client.service.history.message(where, activity["id"], user.id)
        if found is None:
            raise LookupError("the card is gone")
        return found

    def shown_to(self, user: User) -> list[Activity]:
        """Everything of the bot's that stands in the person's 1:1 chat, oldest first."""
        return self.client.service.current(self.client.chat(user).id, user.id)

    def _ids(self, user: User) -> set[str]:
        return {activity["id"] for activity in self.shown_to(user)}

    def _new(self, user: User, before: set[str]) -> list[Activity]:
        """What stands in the chat since; cards that were there already may have changed."""
        return [activity for activity in self.shown_to(user) if activity["id"] not in before]

    def colleagues(self, user: User) -> list[User]:
        """The others who work the mailbox, beginning with the next."""
        at = self.people.index(user)
        return [*self.people[at + 1 :], *self.people[:at]]
