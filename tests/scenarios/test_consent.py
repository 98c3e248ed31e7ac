"""Consent through the real sign-in pages, tokens by MSAL, probes by the Graph client."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import GraphAuthFailed
from core.graph.client import GraphClient
from core.graph.http import make_http, make_sign_in_http
from core.graph.sign_in import SignIn
from core.graph.token import AppTokens, UserTokens
from core.mailboxes.access import Access
from core.mailboxes.doors import GraphFolders, GraphProbes
from core.mailboxes.models import Grant, GrantKind, Mailbox, MailboxState
from core.mailboxes.onboarding import Onboarding
from core.mailboxes.ports import Registration
from core.mailboxes.service import Mailboxes
from core.mailboxes.views import CallbackOutcome
from core.outbox.queue import Outbox
from core.outgoing import AllowedHosts
from core.people.models import Member
from core.people.views import Actor
from core.sealing import Vault
from sandbox.browser import Browser
from sandbox.graph.service import GraphService
from sandbox.identity.keys import Keys
from sandbox.mail.sources import MemorySource
from sandbox.mail.store import MailStore
from sandbox.sample import CLIENT_ID, CLIENT_SECRET, HELP_MAILBOX, sample_tenant
from sandbox.server import Sandbox
from sandbox.tenant import User
from tests import factories
from tests.core.mailboxes.fakes import FakeJobs, FakeThreads

pytestmark = pytest.mark.scenario

CALLBACK = "http://localhost:3978/consent/callback"
MAIL = b"From: G <g@customer.example>\r\nSubject: Hello\r\n\r\nThe body.\r\n"


class MovingClock:
    """Real time, moved on by whatever a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Place:
    """Postroom's onboarding beside a served sandbox."""

    sandbox: Sandbox
    browser: Browser
    onboarding: Onboarding
    mailboxes: Mailboxes
    access: Access
    clock: MovingClock
    actors: dict[str, Actor]
    """By Entra object id."""

    @property
    def users(self) -> list[User]:
        return list(self.sandbox.tenant.users.values())

    @property
    def admin(self) -> Actor:
        return self.actors[self.users[0].id]

    async def begin(self, kind: GrantKind) -> int:
        return await self.onboarding.begin(self.admin, HELP_MAILBOX, kind)

    async def consent(
        self, mailbox_id: int, signs_in: User | None = None, *, accept: bool = True
    ) -> CallbackOutcome:
        """Follow the pages as `signs_in`, by default the admin, until there is an outcome."""
        url: str | None = await self.onboarding.sign_in_url(self.admin, mailbox_id)
        user = signs_in or self.users[0]
        while url is not None:
            arrival = await self.browser.sign_in(url, user.id, accept=accept)
            assert arrival.redirect_uri == CALLBACK
            outcome = await self.onboarding.callback(arrival.fields["state"], arrival.fields)
            url = outcome.redirect_url
        return outcome

    def grant_role(self) -> None:
        self.sandbox.tenant.assign_role(CLIENT_ID, "Application Mail.ReadBasic", [HELP_MAILBOX])


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Making RSA keys takes long; each test copies these."""
    folder = tmp_path_factory.mktemp("consent-keys")
    Keys(folder)
    return folder


@pytest.fixture
async def place(database: str, vault: Vault, keys: Path, tmp_path: Path) -> AsyncIterator[Place]:
    clock = MovingClock()
    async with AsyncExitStack() as stack:
        sandbox = Sandbox(
            sample_tenant(now=clock), shutil.copytree(keys, tmp_path / "sandbox"), now=clock
        )
        sandbox.parts.append(_graph(sandbox, clock))
        await stack.enter_async_context(sandbox)
        browser = await stack.enter_async_context(Browser(sandbox.ca_file))
        hosts = AllowedHosts([f"localhost:{sandbox.port}"])
        http = make_http(hosts, sandbox.ca_file)
        stack.push_async_callback(http.aclose)
        sign_in_http = make_sign_in_http(hosts, sandbox.ca_file)
        sign_in = SignIn(CLIENT_ID, CLIENT_SECRET, sign_in_http, sandbox.login_url)
        stack.callback(sign_in.close)
        client, user_tokens = GraphClient(http, sandbox.graph_url), UserTokens(sign_in)
        jobs = FakeJobs()
        outbox = Outbox(jobs)
        access = Access(
            vault,
            clock,
            app_tokens=AppTokens(sign_in, sandbox.graph_url),
            user_tokens=user_tokens,
            outbox=outbox,
        )
        onboarding = Onboarding(
            vault,
            clock,
            jobs=jobs,
            outbox=outbox,
            user_tokens=user_tokens,
            probes=GraphProbes(client),
            folders=GraphFolders(client),
            access=access,
            registration=Registration(CLIENT_ID, CALLBACK, sandbox.login_url, sandbox.graph_url),
        )
        mailboxes = Mailboxes(vault, clock, threads=FakeThreads(), jobs=jobs)
        actors = await _people(vault, sandbox)
        yield Place(sandbox, browser, onboarding, mailboxes, access, clock, actors)


def _graph(sandbox: Sandbox, clock: MovingClock) -> GraphService:
    store = MailStore(clock)
    for address, mailbox_id in sandbox.tenant.shared_mailboxes.items():
        store.add_mailbox(address, mailbox_id, "Help", shared=True)
    for user in sandbox.tenant.users.values():
        store.add_mailbox(user.email, user.id, user.name, shared=False)
        store.load(user.email, MemorySource([MAIL]))
    store.load(HELP_MAILBOX, MemorySource([MAIL]))
    store.resume()
    return GraphService(sandbox.tenant, sandbox.tokens, store, sandbox.faults, clock)


async def _people(vault: Vault, sandbox: Sandbox) -> dict[str, Actor]:
    organization = await factories.organization(vault, tenant_id=sandbox.tenant.id)
    actors = {}
    for user in sandbox.tenant.users.values():
        member: Member = await factories.member(
            vault,
            organization,
            user.name,
            user.email,
            entra_id=user.id,
            is_admin=user.is_tenant_admin,
        )
        actors[user.id] = await factories.actor(member)
    return actors


async def test_an_application_grant_from_address_to_work(place: Place) -> None:
    mailbox_id = await place.begin(GrantKind.APPLICATION)
    outcome = await place.consent(mailbox_id)
    before = await place.onboarding.probe(mailbox_id)
    place.grant_role()

    after = await place.onboarding.probe(mailbox_id)

    assert (outcome.code, before.code, after.code) == ("granted", "waiting", "passed")
    folders = await place.onboarding.folders(place.admin, mailbox_id)
    assert {"inbox", "sentitems"} <= {str(folder.kind) for folder in folders}
    await place.mailboxes.set_people(place.admin, mailbox_id, list(_members(place)))
    await place.onboarding.start(place.admin, mailbox_id)
    assert (await Mailbox.get()).state is MailboxState.ACTIVE


async def test_a_mail_role_in_entra_stops_onboarding_until_it_is_taken_away(place: Place) -> None:
    app = place.sandbox.tenant.apps[CLIENT_ID]
    app.declared_roles = {"Mail.ReadBasic.All"}
    mailbox_id = await place.begin(GrantKind.APPLICATION)
    await place.consent(mailbox_id)
    place.grant_role()

    stopped = await place.onboarding.probe(mailbox_id)
    place.sandbox.tenant.entra_roles[CLIENT_ID].clear()
    mended = await place.onboarding.probe(mailbox_id)

    assert (stopped.code, stopped.reason) == ("not_enforced", "other_mailboxes_open")
    assert mended.code == "passed"


async def test_a_role_that_reads_bodies_stops_onboarding(place: Place) -> None:
    mailbox_id = await place.begin(GrantKind.APPLICATION)
    await place.consent(mailbox_id)
    place.sandbox.tenant.assign_role(CLIENT_ID, "Application Mail.Read", [HELP_MAILBOX])

    view = await place.onboarding.probe(mailbox_id)

    assert (view.code, view.reason) == ("not_enforced", "bodies_open")


async def test_an_admin_may_cancel_and_come_back(place: Place) -> None:
    mailbox_id = await place.begin(GrantKind.APPLICATION)

    cancelled = await place.consent(mailbox_id, accept=False)
    accepted = await place.consent(mailbox_id)

    assert (cancelled.code, accepted.code) == ("declined", "granted")


async def test_another_person_at_the_browser_gets_nowhere(place: Place) -> None:
    mailbox_id = await place.begin(GrantKind.DELEGATED)

    outcome = await place.consent(mailbox_id, place.users[1])

    assert outcome.code == "other_person"
    assert not await Grant.exists(sealed_tokens__isnull=False)


async def test_a_delegated_grant_lives_on_its_refresh_token(place: Place) -> None:
    mailbox_id = await place.begin(GrantKind.DELEGATED)
    await place.consent(mailbox_id)

    view = await place.onboarding.probe(mailbox_id)
    access = await place.access.for_mailbox(mailbox_id)
    first = await access.token()
    renewed = await access.token(refused=first)

    assert (view.code, view.mailboxes_enforced, view.content_enforced) == ("passed", False, True)
    assert renewed != first
    assert (await Grant.get()).scopes == "Mail.ReadBasic.Shared"


async def test_a_person_whose_sessions_are_revoked_leaves_the_mailbox_without(
    place: Place,
) -> None:
    mailbox_id = await place.begin(GrantKind.DELEGATED)
    await place.consent(mailbox_id)
    await place.onboarding.probe(mailbox_id)
    await Mailbox.filter(id=mailbox_id).update(state=MailboxState.ACTIVE)
    place.sandbox.ledger.revoke(place.users[0].id)
    access = await place.access.for_mailbox(mailbox_id)
    place.clock.ahead = timedelta(hours=2)

    with pytest.raises(GraphAuthFailed, match="invalid_grant"):
        await access.token(refused=await access.token())

    assert (await Mailbox.get()).state is MailboxState.NEEDS_CONSENT


async def test_an_entra_administrator_becomes_first_admin(place: Place) -> None:
    admin = place.users[0]
    await Member.all().update(is_admin=False)
    url = await place.onboarding.admin_sign_in_url(place.admin)

    arrival = await place.browser.sign_in(url, admin.id)
    outcome = await place.onboarding.callback(arrival.fields["state"], arrival.fields)

    assert outcome.code == "admin"
    assert (await Member.get(entra_id=admin.id)).is_admin


def _members(place: Place) -> list[int]:
    return [actor.member_id for actor in place.actors.values()]
