"""One organization with an admin, a colleague and a stranger from elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest_asyncio

from core.audit.models import AuditEntry
from core.graph.probes import Outcome
from core.mailboxes.access import Access
from core.mailboxes.models import GrantKind, Mailbox
from core.mailboxes.onboarding import Onboarding
from core.mailboxes.ports import Registration
from core.mailboxes.service import Mailboxes
from core.mailboxes.views import CallbackOutcome
from core.outbox.models import OutboxMessage
from core.outbox.queue import Outbox
from core.people.models import Member, Organization
from core.people.views import Actor
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock
from tests.core.mailboxes.fakes import (
    FakeAppTokens,
    FakeFolders,
    FakeJobs,
    FakeProbes,
    FakeThreads,
    FakeUserTokens,
    Person,
)
from tests.core.mailboxes.subscribing import Office, an_office

ADDRESS = "help@contoso.example"
CALLBACK = "https://postroom.example/consent"


@dataclass
class House:
    """The services under test and everything around them."""

    vault: Vault
    clock: SettableClock
    organization: Organization
    ada: Member
    """An admin."""
    bob: Member
    stranger: Member
    """An admin of another organization."""
    app_tokens: FakeAppTokens = field(default_factory=FakeAppTokens)
    user_tokens: FakeUserTokens = field(default_factory=FakeUserTokens)
    probes: FakeProbes = field(default_factory=FakeProbes)
    folders: FakeFolders = field(default_factory=FakeFolders)
    threads: FakeThreads = field(default_factory=FakeThreads)
    jobs: FakeJobs = field(default_factory=FakeJobs)

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.jobs)
        self.access = self.new_access()
        self.onboarding = self.new_onboarding()
        self.mailboxes = Mailboxes(self.vault, self.clock, threads=self.threads, jobs=self.jobs)

    def new_access(self) -> Access:
        """As in another process: nothing in memory is shared."""
        return Access(
            self.vault,
            self.clock,
            app_tokens=self.app_tokens,
            user_tokens=self.user_tokens,
            outbox=self.outbox,
        )

    def new_onboarding(self) -> Onboarding:
        return Onboarding(
            self.vault,
            self.clock,
            jobs=self.jobs,
            outbox=self.outbox,
            user_tokens=self.user_tokens,
            probes=self.probes,
            folders=self.folders,
            access=self.new_access(),
            registration=Registration(
                "client-1", CALLBACK, "https://login.example", "https://graph.example"
            ),
        )

    async def actor(self, member: Member) -> Actor:
        return await factories.actor(await Member.get(id=member.id))

    async def begin(self, kind: GrantKind, address: str = ADDRESS) -> Mailbox:
        mailbox_id = await self.onboarding.begin(await self.actor(self.ada), address, kind)
        return await Mailbox.get(id=mailbox_id)

    async def sign_in(self, mailbox: Mailbox, member: Member | None = None) -> str:
        """Ask for a consent address; its state."""
        url = await self.onboarding.sign_in_url(await self.actor(member or self.ada), mailbox.id)
        return state_in(url)

    def person(self, member: Member, **more: object) -> Person:
        return Person(member.entra_id, self.organization.tenant_id, **more)  # type: ignore[arg-type]

    async def back(self, state: str, **query: str) -> CallbackOutcome:
        return await self.onboarding.callback(state, {"state": state, **query})

    async def consent_as_person(
        self, mailbox: Mailbox, member: Member | None = None, **more: object
    ) -> CallbackOutcome:
        member = member or self.ada
        state = await self.sign_in(mailbox, member)
        self.user_tokens.signs_in = self.person(member, **more)
        return await self.back(state, code="code")

    async def admin_consent(
        self, mailbox: Mailbox, tenant_id: str | None = None
    ) -> CallbackOutcome:
        """Both pages: the sign-in, then the admin consent with `tenant_id` in the answer."""
        state = await self.to_admin_consent(mailbox)
        tenant_id = tenant_id or self.organization.tenant_id
        self.app_tokens.consented.add(self.organization.tenant_id)
        return await self.back(state, admin_consent="True", tenant=tenant_id)

    async def to_admin_consent(self, mailbox: Mailbox) -> str:
        state = await self.sign_in(mailbox)
        self.user_tokens.signs_in = self.person(self.ada)
        outcome = await self.back(state, code="code")
        assert outcome.redirect_url is not None
        return state_in(outcome.redirect_url)

    async def ready(self, kind: GrantKind = GrantKind.APPLICATION) -> Mailbox:
        """A mailbox under work."""
        mailbox = await self.begin(kind)
        if kind is GrantKind.APPLICATION:
            await self.admin_consent(mailbox)
        else:
            await self.consent_as_person(mailbox)
        self.open(ADDRESS)
        assert (await self.onboarding.probe(mailbox.id)).code == "passed"
        admin = await self.actor(self.ada)
        await self.onboarding.folders(admin, mailbox.id)
        await self.mailboxes.set_people(admin, mailbox.id, [self.ada.id, self.bob.id])
        await self.onboarding.start(admin, mailbox.id)
        return await Mailbox.get(id=mailbox.id)

    def open(self, address: str) -> None:
        self.probes.opens[address] = Outcome.WORKED

    async def notices(self, code: str) -> list[int]:
        """Member ids that were told this."""
        rows = await OutboxMessage.filter(kind="notice").order_by("id")
        return [row.facts["member_id"] for row in rows if row.facts["code"] == code]

    async def audited(self) -> list[str]:
        return [entry.action for entry in await AuditEntry.all().order_by("id")]


def state_in(url: str) -> str:
    return url.partition("state=")[2].partition("&")[0]


@pytest_asyncio.fixture
async def house(database: str, vault: Vault, clock: SettableClock) -> House:
    return await build(vault, clock)


@pytest_asyncio.fixture
async def any_house(any_database: str, vault: Vault, clock: SettableClock) -> House:
    """On SQLite and on PostgreSQL."""
    return await build(vault, clock)


@pytest_asyncio.fixture
async def office(any_database: str, vault: Vault, clock: SettableClock) -> AsyncIterator[Office]:
    """A mailbox that subscribes."""
    async with an_office(vault, clock) as made:
        yield made


async def build(vault: Vault, clock: SettableClock) -> House:
    organization = await factories.organization(vault)
    elsewhere = await factories.organization(vault)
    return House(
        vault,
        clock,
        organization,
        ada=await factories.member(vault, organization, "Ada Lovelace", is_admin=True),
        bob=await factories.member(vault, organization, "Bob Martin"),
        stranger=await factories.member(vault, elsewhere, "Eve Elsewhere", is_admin=True),
    )
