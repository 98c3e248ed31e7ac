"""A mailbox with two people and a lead, and somebody of another one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from core.assignment.service import Assignments
from core.mail.models import Correspondent, MailThread
from core.mail.queries import Threads
from core.mail.views import ThreadView
from core.mailboxes.models import Mailbox
from core.outbox.models import OutboxMessage
from core.outbox.queue import Outbox
from core.people.views import Actor
from core.sealing import Vault
from core.threads.followers import Followers
from core.threads.merge import Merges
from core.threads.notes import Notes
from core.threads.presence import Presences
from core.threads.tagging import Tags
from core.threads.targets import Targets
from core.threads.warnings import Warnings
from tests import factories
from tests.clock import SettableClock
from tests.core.mail.feeds import FakeJobs


@dataclass
class Desk:
    vault: Vault
    clock: SettableClock
    mailbox: Mailbox
    sender: Correspondent
    ada: Actor
    bo: Actor
    lead: Actor
    stranger: Actor
    jobs: FakeJobs = field(default_factory=FakeJobs)

    def __post_init__(self) -> None:
        outbox = Outbox(self.jobs)
        self.assignments = Assignments(outbox, self.clock)
        self.threads = Threads(self.vault, self.clock)
        self.tags = Tags(self.vault, outbox, self.clock)
        self.notes = Notes(self.vault, outbox, self.clock)
        self.followers = Followers(outbox, self.clock)
        self.merges = Merges(outbox, self.clock)
        self.presences = Presences(outbox, self.clock)
        self.targets = Targets(self.vault, self.jobs, self.clock)
        self.warnings = Warnings(outbox, self.clock)

    async def thread(self, **more: Any) -> MailThread:
        return await factories.thread(self.vault, self.mailbox, self.sender, **more)

    async def view(self, thread: MailThread, actor: Actor | None = None) -> ThreadView:
        return await self.threads.thread(actor or self.ada, thread.id)

    async def news(self) -> list[tuple[int, int, str]]:
        """(whom, of which thread, what) was queued, in order."""
        rows = await OutboxMessage.filter(kind="thread_news").order_by("id")
        return [(r.facts["member_id"], r.facts["thread_id"], r.facts["code"]) for r in rows]


@pytest.fixture
async def desk(any_database: str, vault: Vault, clock: SettableClock) -> Desk:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization, answers_seen=True)
    actors = []
    for name, lead in (("Ada", False), ("Bo", False), ("Lee", True)):
        person = await factories.member(vault, organization, name)
        await factories.works(mailbox, person, is_lead=lead, in_pool=not lead)
        actors.append(await factories.actor(person))
    outsider = await factories.member(vault, organization, "Mal")
    other = await factories.mailbox(vault, organization)
    await factories.works(other, outsider, is_lead=True)
    stranger = await factories.actor(outsider)
    sender = await factories.correspondent(vault, organization)
    return Desk(vault, clock, mailbox, sender, *actors, stranger)
