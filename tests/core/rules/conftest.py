"""A mailbox with a lead, people, mail of some days, and the rulebook over it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.mailboxes.models import Folder, Mailbox
from core.outbox.queue import Outbox
from core.people.models import Member, Organization
from core.people.views import Actor
from core.rules.exchange import RuleExchange
from core.rules.history import RuleHistory
from core.rules.service import Rulebook
from core.rules.teams import Teams
from core.rules.trials import Simulations
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock

ADDRESS = "help@contoso.example"


@dataclass
class Jobs:
    queued: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def defer(self, task: str, facts: Any = None, **_: Any) -> None:
        self.queued.append((task, dict(facts or {})))


@dataclass
class Office:
    vault: Vault
    clock: SettableClock
    organization: Organization
    mailbox: Mailbox
    inbox: Folder
    ada: Member
    """Leads the mailbox."""
    ben: Member
    zoe: Member
    """Of the organization, but not of the mailbox."""
    jobs: Jobs

    def __post_init__(self) -> None:
        self.book = Rulebook(self.vault, self.clock)
        self.history = RuleHistory(self.book, self.vault, self.clock)
        self.exchange = RuleExchange(self.book, self.vault, self.clock)
        self.teams = Teams(self.vault, self.clock)
        self.trials = Simulations(self.vault, self.clock, jobs=self.jobs, outbox=Outbox(self.jobs))

    async def lead(self) -> Actor:
        return await factories.actor(self.ada)

    async def add(self, line: str, **more: Any) -> Any:
        return await self.book.add(await self.lead(), self.mailbox.id, line, **more)

    async def lines(self) -> list[str]:
        page = await self.book.rules(await self.lead(), self.mailbox.id)
        return [one.line for one in page.rules]

    async def mail(self, subject: str, address: str, at: datetime, **more: Any) -> int:
        """A thread of one message; its number."""
        sender = await factories.correspondent(self.vault, self.organization, address)
        thread = await factories.thread(self.vault, self.mailbox, sender, subject, at=at)
        await factories.message(self.vault, thread, self.inbox, sender, subject, at=at, **more)
        return thread.id

    def ago(self, **span: float) -> datetime:
        return self.clock.now - timedelta(**span)


@pytest.fixture
async def office(any_database: str, vault: Vault, clock: SettableClock) -> Office:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization, ADDRESS)
    ada = await factories.member(vault, organization, "Ada Lovelace")
    ben = await factories.member(vault, organization, "Ben Busy")
    zoe = await factories.member(vault, organization, "Zoe Zorn")
    await factories.works(mailbox, ada, is_lead=True)
    await factories.works(mailbox, ben)
    inbox = await factories.folder(vault, mailbox)
    return Office(vault, clock, organization, mailbox, inbox, ada, ben, zoe, Jobs())
