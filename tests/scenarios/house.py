"""Postroom and the sandbox beside each other, and what people do there over loopback HTTP."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession

from core.database import sqlite_path
from core.jobs.models import Job
from core.jobs.rows import JobRows
from core.mail.models import MailMessage, MailThread
from core.mailboxes.models import Mailbox, MailboxState
from core.outbox.models import OutboxMessage, OutboxState
from core.people.models import Member
from core.settings import Settings
from sandbox.browser import Browser
from sandbox.mail.records import Address, Message, NewMail
from sandbox.microsoft365 import Microsoft365
from sandbox.teams.card_answers import Pressed
from sandbox.teams.client import TeamsClient
from sandbox.teams.history import Activity
from sandbox.tenant import User
from sandbox.tour.cards import as_activity, choices, link, title, words
from sandbox.tour.waiting import NotInTime, until
from tests.clock import MONDAY_MORNING
from wiring import serving

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"


class RunningClock:
    """Begins on a Monday morning, runs as fast as the real one, and can be moved on."""

    def __init__(self, starts_at: datetime = MONDAY_MORNING) -> None:
        self._starts_at = starts_at
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        return self._starts_at + timedelta(seconds=time.monotonic() - self._began)

    def seconds(self) -> float:
        return self().timestamp()

    async def sleep(self, seconds: float) -> None:
        """Time passes at once: for waits that only keep a pace."""
        self.advance(seconds=seconds)
        await asyncio.sleep(0)

    def advance(self, **by: float) -> None:
        self._starts_at += timedelta(**by)


class House:
    """`people` are the tenant's members; the first administers it, the last has no rights to the
    shared mailbox in Exchange.
    """

    def __init__(self, box: Microsoft365, settings: Settings, clock: RunningClock) -> None:
        self.box = box
        self.settings = settings
        self.clock = clock
        self.people = tuple(box.tenant.users.values())
        self.client: TeamsClient = box.client(settings.public_url)
        self._serving = AsyncExitStack()

    @property
    def admin(self) -> User:
        return self.people[0]

    @property
    def app_tables(self) -> Path:
        return sqlite_path(self.settings.database_url.get_secret_value())

    async def start(self) -> None:
        await self._serving.enter_async_context(serving(self.settings, now=self.clock))

    async def stop(self) -> None:
        """Postroom ends: what it is at is broken off, and taken up by the next start."""
        await self._serving.aclose()
        self._serving = AsyncExitStack()

    async def close(self) -> None:
        await self.client.close()
        await self.stop()

    # What people do in Teams.

    async def install(self, *users: User) -> None:
        for user in users:
            await self.client.install(user)

    async def ask(self, user: User, text: str) -> Activity:
        """What the bot answered last; what it says by itself meanwhile answers nothing."""
        said = await self.client.say(user, text)
        return [one for one in said if one.get("replyToId")][-1]

    async def told(self, user: User, text: str) -> str:
        """The same in words."""
        return words(await self.ask(user, text))

    async def press(
        self,
        user: User,
        activity: Activity,
        button: str,
        inputs: Mapping[str, str] | None = None,
    ) -> Pressed:
        return await self.client.press(
            user, self.standing(user, activity), button, dict(inputs or {})
        )

    async def pressed(
        self,
        user: User,
        activity: Activity,
        button: str,
        inputs: Mapping[str, str] | None = None,
    ) -> str:
        """The words that came of it: of the card in its place, of what was said, of the toast."""
        made = await self.press(user, activity, button, inputs)
        shown = [words(as_activity(made.card))] if made.card else []
        return "\n".join([*shown, str(made.value or ""), *(words(one) for one in made.activities)])

    def standing(self, user: User, activity: Activity) -> Activity:
        where = activity["conversation"]["id"]
        found = self.client.service.history.message(where, activity["id"], user.id)
        assert found is not None, "the card is gone"
        return found

    def shown_to(self, user: User) -> list[Activity]:
        return self.client.service.current(self.client.chat(user).id, user.id)

    def titles(self, user: User) -> list[str]:
        return [title(activity) for activity in self.shown_to(user)]

    async def notice(self, user: User, heading: str) -> Activity:
        """The newest card of that title in their chat, waited for."""

        async def look() -> Activity | None:
            found = [one for one in self.shown_to(user) if title(one) == heading]
            return found[-1] if found else None

        return await until(look, f"the card “{heading}”")

    # What they do in the browser.

    async def consent(self, card: Activity, user: User, button: str, **how: Any) -> tuple[int, str]:
        """Open a card's link and go through the pages as `user`; the last page's status, text."""
        async with Browser(self.box.ca_file) as browser:
            return await browser.consent(link(card, button), user.id, **how)

    @asynccontextmanager
    async def browse(self, path: str, **query: str) -> AsyncIterator[ClientResponse]:
        """A page of Postroom's own; redirects are not followed."""
        url = f"{self.settings.public_url}{path}"
        async with (
            ClientSession() as session,
            session.get(url, params=query, allow_redirects=False) as answer,
        ):
            yield answer

    async def begin_onboarding(self, kind: str = "application") -> Activity:
        """The consent step's card."""
        user = self.admin
        card = await self.ask(user, "onboard")
        card = await self.ask(user, self.box.mailbox)
        await self.press(user, card, "Next", {"kind": kind})
        await self.press(user, card, "Next", {"days": "all"})
        return self.standing(user, card)

    async def finish_onboarding(self, card: Activity, *workers: User) -> int:
        """From the folders step to the end of the first sync; the mailbox's id."""
        admin = self.admin
        card = self.standing(admin, card)
        assert title(card) == "Which folders are worked?", words(card)
        inbox = choices(card, "Next", "folders")["Inbox"]
        await self.press(admin, card, "Next", {"folders": inbox})
        card = self.standing(admin, card)
        offered = choices(card, "Next", "people")
        picked = ",".join(offered[user.name] for user in workers or (admin,))
        await self.press(admin, card, "Next", {"people": picked, "leads": offered[admin.name]})
        await self.press(admin, card, "Next", {"strategy": "load_balanced"})
        await self.press(admin, card, "Start")
        mailbox = await until(synced_mailbox, "the end of the first sync")
        return int(mailbox.id)

    async def onboard(self, *workers: User) -> int:
        """The whole of it, with an application grant; `workers` have installed the app."""
        card = await self.begin_onboarding()
        self.box.grant_in_exchange()
        await self.consent(card, self.admin, "Consent")
        await self.passed(card)
        mailbox_id = await self.finish_onboarding(card, *workers)
        await self.subscribed()
        return mailbox_id

    async def passed(self, card: Activity) -> None:
        """Press Continue on the consent step until the probes have passed."""

        async def look() -> bool:
            step = title(self.standing(self.admin, card))
            if step != "Which folders are worked?":
                await self.press(self.admin, card, "Check now" if "Waiting" in step else "Continue")
            return title(self.standing(self.admin, card)) == "Which folders are worked?"

        await until(look, "the probes to pass")

    # What happens in the mailbox.

    @property
    def outlook(self) -> Any:
        return self.box.mail

    def arrives(self, subject: str, sender: str = "grace@customer.example", **more: Any) -> str:
        """Mail from outside arrives, a while after what was before it; its immutable id."""
        self.clock.advance(seconds=15)
        mailbox = self.box.mail.mailboxes[self.box.mailbox]
        to = (Address("Help", self.box.mailbox),)
        mail = NewMail(subject=subject, text="…", from_=Address("Grace", sender), to=to, **more)
        return self.graph_id(self.box.mail.deliver(mailbox.address, mail))

    def graph_id(self, message: Message) -> str:
        mailbox = self.box.mail.mailboxes[self.box.mailbox]
        return mailbox.message_id(message, immutable=True)

    async def thread_of(self, graph_id: str) -> MailThread:
        """The thread of a message, once it has been synced."""
        message = await until(lambda: MailMessage.get_or_none(graph_id=graph_id), "the message")
        return await MailThread.get(id=message.thread_id)

    async def sync(self) -> None:
        """One round over the mailbox from its beginning to its end."""
        mailbox = await Mailbox.get()
        self.clock.advance(seconds=15)  # a round that waits for its turn comes at once
        since = self.clock()
        await self.queue(
            "sync_mailbox",
            {"mailbox_id": mailbox.id},
            lock=f"mailbox:{mailbox.id}",
            queueing_lock=f"sync:{mailbox.id}",
        )
        await until(lambda: Mailbox.get_or_none(synced_at__gt=since), "a round of sync")

    async def queue(
        self,
        task: str,
        facts: dict[str, Any] | None = None,
        *,
        lock: str | None = None,
        queueing_lock: str | None = None,
    ) -> None:
        await JobRows("the test", self.clock).add(task, facts or {}, lock, queueing_lock, None)

    async def subscribed(self) -> None:
        async def look() -> bool:
            return len(self.box.graph.notifier.active()) >= 2

        await until(look, "subscriptions to both folders")

    async def at_rest(self) -> None:
        """Subscribed, and no sync is under way or waits for its turn."""
        await self.subscribed()
        self.clock.advance(seconds=15)

        async def look() -> bool:
            return not await Job.filter(task="sync_mailbox").exists()

        await until(look, "the last sync to end")

    async def all_told(self) -> None:
        """The outbox is empty."""
        waiting = OutboxMessage.filter(state__in=[OutboxState.DUE, OutboxState.SENDING])

        async def look() -> bool:
            return not await waiting.exists()

        try:
            await until(look, "the outbox to be empty")
        except NotInTime:
            rows = await waiting.values_list("kind", "state", "attempts", "error_code")
            raise NotInTime(f"the outbox to be empty: {rows}") from None

    def dump(self, *left_out: str) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        with sqlite3.connect(f"file:{self.app_tables}?mode=ro", uri=True) as connection:
            tables = [
                name
                for (name,) in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type='table'"
                )
                if name not in left_out and not name.startswith("sqlite_")
            ]
            rows = {
                table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
                for table in tables
            }
        connection.close()
        return rows


async def synced_mailbox() -> Mailbox | None:
    return await Mailbox.get_or_none(first_synced_at__isnull=False)


async def state_of(mailbox_id: int) -> MailboxState:
    return (await Mailbox.get(id=mailbox_id)).state


async def member_of(user: User) -> Member:
    return await Member.get(entra_id=user.id)


def raw_mail(subject: str, sender: str, *, name: str = "Grace", body: str = "…") -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"{name} <{sender}>"
    mail["To"] = "help@contoso.example"
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{abs(hash((subject, sender)))}@customer.example>"
    mail["Date"] = "Mon, 05 Jan 2026 08:00:00 +0000"
    mail.set_content(body)
    return mail.as_bytes()


def some_mail(count: int = 4) -> Iterable[bytes]:
    return [raw_mail(f"Question {n}", f"customer{n}@customer.example") for n in range(count)]
