"""People over a database, with the threads that were put back remembered."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest_asyncio

from core.audit.models import AuditEntry
from core.outbox.models import OutboxMessage
from core.outbox.queue import Outbox
from core.people.models import Member, Organization
from core.people.service import People
from core.people.views import Actor, Conversation
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock
from tests.core.mailboxes.fakes import FakeJobs, FakeThreads

FIRST_ADMIN = "aaaaaaaa-0000-4000-8000-000000000001"
CONVERSATION = Conversation("https://smba.example/emea/", "a:1", "28:bot", "29:ada")


@dataclass
class Crowd:
    vault: Vault
    clock: SettableClock
    organization: Organization
    ada: Member
    """An admin."""
    bob: Member
    eve: Member
    """An admin of another organization."""
    threads: FakeThreads = field(default_factory=FakeThreads)
    jobs: FakeJobs = field(default_factory=FakeJobs)

    def __post_init__(self) -> None:
        self.people = People(
            self.vault,
            self.clock,
            frozenset({FIRST_ADMIN.upper()}),
            threads=self.threads,
            outbox=Outbox(self.jobs),
            jobs=self.jobs,
        )

    async def actor(self, member: Member) -> Actor:
        return await factories.actor(await Member.get(id=member.id))

    async def notices(self, code: str) -> list[int]:
        rows = await OutboxMessage.filter(kind="notice").order_by("id")
        return [row.facts["member_id"] for row in rows if row.facts["code"] == code]

    async def audited(self) -> list[str]:
        return [entry.action for entry in await AuditEntry.all().order_by("id")]


@pytest_asyncio.fixture
async def crowd(any_database: str, vault: Vault, clock: SettableClock) -> Crowd:
    """On SQLite and on PostgreSQL."""
    organization = await factories.organization(vault)
    elsewhere = await factories.organization(vault)
    return Crowd(
        vault,
        clock,
        organization,
        ada=await factories.member(vault, organization, "Ada Lovelace", is_admin=True),
        bob=await factories.member(vault, organization, "Bob Martin"),
        eve=await factories.member(vault, elsewhere, "Eve Elsewhere", is_admin=True),
    )
