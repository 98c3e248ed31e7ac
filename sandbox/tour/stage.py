"""The stage of a tour: a sandbox with its people, Postroom beside it, and what they do there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from core import log
from core.keyring import new_settings
from core.migrate import migrate
from core.people.models import Organization
from sandbox.microsoft365 import Microsoft365, mail_from
from sandbox.postroom import Serve, free_port, settings_for
from sandbox.sample import DOMAIN, sample_tenant
from sandbox.teams.card_answers import Pressed
from sandbox.teams.client import TeamsClient
from sandbox.teams.history import Activity
from sandbox.tenant import Tenant, User
from sandbox.tour.checks import Checks
from sandbox.tour.clock import TourClock
from sandbox.tour.options import TourOptions
from sandbox.tour.transcript import Transcript

SHOWN_BELOW = "It is below."
"""What a button says whose answer is a message of its own."""
OUTSIDER = User(
    id="5b1e4c70-0000-4000-8000-0000000005de",
    name="Otto Lang",
    given_name="Otto",
    email=f"otto.lang@{DOMAIN}",
    teams_id="29:1outsider",
)
GUEST = User(
    id="9d0c8a52-0000-4000-8000-00000000e57e",
    name="Gus Fremont",
    given_name="Gus",
    email=f"gus_fabrikam.example#ext#@{DOMAIN}",
    teams_id="29:1guest",
)


class CannotPlay(Exception):
    """The tour cannot begin; the message says what to give it instead."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`people` work the mailbox, the first of them is the admin; `outsider` is a member who does
    not; `guest` is of another organization.
    """

    box: Microsoft365
    client: TeamsClient
    people: tuple[User, ...]
    outsider: User
    guest: User
    transcript: Transcript
    checks: Checks
    now: TourClock
    log_file: Path
    answers: list[str] = field(default_factory=list)
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


@asynccontextmanager
async def set_up(options: TourOptions, serve: Serve, checks: Checks) -> AsyncIterator[Stage]:
    """Everything running, from an empty database. Raises CannotPlay.

    The folder with the log is kept where a check failed, else removed.
    """
    folder = Path(tempfile.mkdtemp(prefix="postroom-tour-"))
    try:
        async with _running(options, serve, checks, folder) as stage:
            yield stage
    finally:
        log.configure()  # what comes now has no file to go to
        if checks.ok:
            shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _running(
    options: TourOptions, serve: Serve, checks: Checks, folder: Path
) -> AsyncIterator[Stage]:
    now = TourClock(options.starts_at)
    tenant = sample_tenant(options.members)
    people = tuple(tenant.users.values())
    for user in people:
        user.full_access.update(tenant.shared_mailboxes)
    box = _filled(options, tenant, folder, now)
    database_url = options.database_url or f"sqlite://{folder / 'postroom.db'}"
    await migrate(database_url)
    log_file = folder / "postroom.log"
    log.configure("INFO", log_file)
    async with box:
        port = free_port()
        settings = settings_for(
            box,
            database_url=database_url,
            keys=new_settings(),
            admins=[people[0].id],
            port=port,
            log_file=log_file,
        )
        async with serve(settings, now=now) as running:
            if await Organization.exists():
                raise CannotPlay("that database is in use: name an empty one")
            tenant.users |= {OUTSIDER.id: OUTSIDER, GUEST.id: GUEST}
            async with box.client(running.url) as client:
                everybody = [*people, OUTSIDER, GUEST]
                transcript = Transcript(client, everybody, now)
                yield Stage(
                    box,
                    client,
                    people,
                    OUTSIDER,
                    GUEST,
                    transcript,
                    checks,
                    now,
                    log_file,
                )


def _filled(options: TourOptions, tenant: Tenant, folder: Path, now: TourClock) -> Microsoft365:
    """A tenth of the mail, twelve at most, arrives only during the tour."""
    if options.mail is not None and not options.mail.is_file():
        raise CannotPlay("there is no such mail file")
    source = mail_from(options.mail)
    if len(source) < 2:
        raise CannotPlay("that file holds fewer than two messages")
    held_back = max(1, min(12, len(source) // 10))
    return Microsoft365(tenant, folder / "sandbox", source, now=now, held_back=held_back)
