"""Mailboxes that answer every mail, on sandboxes: sync, an always-rule, and the delivery."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.graph.client import GraphClient
from core.graph.http import make_http, make_sign_in_http
from core.graph.sign_in import SignIn
from core.graph.token import AppTokens, UserTokens
from core.mail.feed import GraphFeeds
from core.mail.models import Direction, MailMessage
from core.mail.sync import MailboxSync
from core.mailboxes.access import Access
from core.mailboxes.features import Feature
from core.mailboxes.models import Folder, FolderKind, Mailbox
from core.outbox.delivery import Delivery
from core.outbox.queue import Outbox
from core.outgoing import AllowedHosts
from core.people.models import Organization
from core.rules.models import ReplyText
from core.rules.reply_queue import WantedReply, queue_replies
from core.rules.reply_texts import TEXT
from core.rules.sending import AutomaticReplies
from core.sealing import Vault
from core.threads.write_back import WriteBack
from core.transactions import transaction
from sandbox.mail.records import NewMail
from sandbox.mail.sources import MemorySource
from sandbox.microsoft365 import Microsoft365
from sandbox.sample import CLIENT_ID, CLIENT_SECRET, sample_tenant
from tests import factories
from tests.core.mail.feeds import FakeJobs
from tests.scenarios.house import RunningClock

ROLES = ("Application Mail.ReadBasic", "Application Mail.ReadWrite", "Application Mail.Send")


@dataclass
class Desk:
    """One mailbox of Postroom in one tenant, with a rule that answers everything."""

    post: Post
    box: Microsoft365
    address: str
    mailbox: Mailbox
    sync: MailboxSync
    codes: list[str] = field(default_factory=list)
    """What became of each mail that the rule wanted to answer."""
    _seen: set[str] = field(default_factory=set)

    async def round(self) -> None:
        """One round of sync, and the rule on all that it brought."""
        await self.sync.sync(self.mailbox.id)
        rows = MailMessage.filter(mailbox_id=self.mailbox.id, direction=Direction.IN)
        new = [row.graph_id for row in await rows.order_by("id") if row.graph_id not in self._seen]
        self._seen.update(new)
        wanted = [WantedReply(graph_id, "Away", "always", None) for graph_id in new]
        async with transaction() as connection:
            codes = await queue_replies(
                connection,
                self.post.vault,
                self.mailbox.id,
                wanted,
                live=True,
                now=self.post.clock(),
            )
        self.codes += [codes[graph_id] for graph_id in new]

    @property
    def sent(self) -> list[Any]:
        return list(self.box.mail.mailboxes[self.address].in_folder("sentitems"))

    @property
    def received(self) -> list[Any]:
        return list(self.box.mail.mailboxes[self.address].in_folder("inbox"))


class Post:
    """Postroom without its bot: any number of mailboxes in any number of tenants."""

    def __init__(
        self, stack: AsyncExitStack, vault: Vault, clock: RunningClock, folder: Path, keys: Path
    ) -> None:
        self.vault, self.clock = vault, clock
        self.outbox = Outbox(FakeJobs())
        self.replies: dict[int, AutomaticReplies] = {}
        self.write_backs: dict[int, WriteBack] = {}
        self.desks: list[Desk] = []
        self._stack, self._folder, self._keys = stack, folder, keys

    async def tenant(self, number: int, *names: str) -> list[Desk]:
        """A tenant `contoso<number>.example` with these shared mailboxes."""
        domain = f"contoso{number}.example"
        tenant = sample_tenant(1, now=self.clock)
        tenant.id = factories.guid()
        tenant.shared_mailboxes = {f"{name}@{domain}": factories.guid() for name in names}
        tenant.service_principals.add(CLIENT_ID)
        for role in ROLES:
            tenant.assign_role(CLIENT_ID, role, tenant.shared_mailboxes)
        folder = self._folder / str(number)
        folder.mkdir()
        for key in self._keys.iterdir():
            (folder / key.name).write_bytes(key.read_bytes())
        box = Microsoft365(tenant, folder, MemorySource([]), now=self.clock)
        await self._stack.enter_async_context(box)
        organization = await factories.organization(self.vault, tenant_id=tenant.id)
        return await self._open(box, organization)

    async def _open(self, box: Microsoft365, organization: Organization) -> list[Desk]:
        hosts = AllowedHosts((f"localhost:{box.port}", f"127.0.0.1:{box.port}"))
        http, sign_in_http = make_http(hosts, box.ca_file), make_sign_in_http(hosts, box.ca_file)
        self._stack.push_async_callback(http.aclose)
        self._stack.callback(sign_in_http.close)
        sign_in = SignIn(CLIENT_ID, CLIENT_SECRET, sign_in_http, box.login_url)
        self._stack.callback(sign_in.close)
        access = Access(
            self.vault,
            self.clock,
            app_tokens=AppTokens(sign_in, box.graph_url),
            user_tokens=UserTokens(sign_in),
            outbox=self.outbox,
        )
        graph = GraphClient(http, box.graph_url)
        self.replies[organization.id] = AutomaticReplies(
            graph, access, self.vault, self.outbox, self.clock, _not_lost
        )
        self.write_backs[organization.id] = WriteBack(graph, access, self.vault, _not_lost)
        sync = MailboxSync(GraphFeeds(graph, access), self.vault, self.outbox, self.clock, _refused)
        return [
            await self._desk(box, organization, sync, address)
            for address in box.tenant.shared_mailboxes
        ]

    async def _desk(
        self, box: Microsoft365, organization: Organization, sync: MailboxSync, address: str
    ) -> Desk:
        mailbox = await factories.mailbox(
            self.vault, organization, address, sends_replies=True, writes_back=False
        )
        await factories.grant(mailbox, scopes="Mail.ReadBasic Mail.ReadWrite Mail.Send")
        held = box.mail.mailboxes[address]
        for kind in (FolderKind.INBOX, FolderKind.SENT):
            await Folder.create(
                mailbox_id=mailbox.id,
                kind=kind,
                graph_id=held.folder_id(held.folder(kind.value).number),
            )
        key = self.vault.key(organization.wrapped_key)
        assert key is not None
        await ReplyText.create(
            organization_id=organization.id,
            mailbox_id=mailbox.id,
            name="Away",
            sealed_text=key.seal(TEXT, "Dear {first name},\nwe have it as {number}."),
            created_at=self.clock(),
        )
        await sync.sync(mailbox.id)
        desk = Desk(self, box, address, mailbox, sync)
        self.desks.append(desk)
        return desk

    async def rounds(self, count: int, *, minutes: float = 5) -> None:
        """Every mailbox syncs and everything is sent, again and again."""
        for _ in range(count):
            self.clock.advance(minutes=minutes)
            for desk in self.desks:
                await desk.round()
            await self.deliver()

    async def deliver(self) -> None:
        async def send(facts: Mapping[str, Any], organization_id: int) -> None:
            await self.replies[organization_id].send(facts, organization_id)

        async def write(facts: Mapping[str, Any], organization_id: int) -> None:
            await self.write_backs[organization_id].write(facts, organization_id)

        async def settle(facts: Mapping[str, Any], organization_id: int) -> bool:
            return await self.replies[organization_id].settle(facts, organization_id)

        async def ignore(facts: Mapping[str, Any], organization_id: int) -> None:
            """Teams is not here."""

        handlers = dict.fromkeys(("thread_notice", "thread_card", "notice", "progress"), ignore)
        handlers |= {"queue_notice": ignore, "automatic_reply": send, "categories": write}
        await Delivery(
            handlers, self.clock, _unreachable, settlers={"automatic_reply": settle}
        ).run()

    def carry(self, one: Microsoft365, other: Microsoft365) -> None:
        """The internet between two tenants, both ways."""
        for source, target in ((one, other), (other, one)):
            source.mail.hear_outgoing(_carrier(target))


def _carrier(target: Microsoft365) -> Any:
    def carry(mail: NewMail) -> None:
        for recipient in mail.to:
            if recipient.address in target.mail.mailboxes:
                target.mail.deliver(recipient.address, mail)

    return carry


async def _refused(mailbox_id: int, code: str) -> None:
    raise AssertionError(f"mailbox {mailbox_id} was refused: {code}")


async def _not_lost(mailbox_id: int, feature: Feature) -> bool:
    raise AssertionError(f"mailbox {mailbox_id} lost {feature}")


async def _unreachable(member_id: int, code: str) -> None:
    raise NotImplementedError
