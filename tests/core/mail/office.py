"""A mailbox with two people, whose feed says what a test wants."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.mail.models import MailThread
from core.mail.sync import MailboxSync
from core.mailboxes.models import Folder, FolderKind, Mailbox
from core.outbox.models import OutboxMessage
from core.outbox.queue import Outbox
from core.people.models import Member
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock
from tests.core.mail.feeds import FakeFeed, FakeJobs


@dataclass
class Office:
    """A mailbox with two people, an inbox, sent items and a feed."""

    vault: Vault
    clock: SettableClock
    mailbox: Mailbox
    people: list[Member]
    inbox: Folder
    sent: Folder
    deleted: Folder
    feed: FakeFeed = field(default_factory=FakeFeed)
    jobs: FakeJobs = field(default_factory=FakeJobs)
    refused: list[tuple[int, str]] = field(default_factory=list)

    async def sync(self) -> None:
        async def consent_gone(mailbox_id: int, code: str) -> None:
            self.refused.append((mailbox_id, code))

        outbox = Outbox(self.jobs)
        sync = MailboxSync(self.feed, self.vault, outbox, self.clock, consent_gone)
        await sync.sync(self.mailbox.id)

    async def thread(self, conversation: str) -> MailThread:
        return await MailThread.get(mailbox_id=self.mailbox.id, conversation_id=conversation)

    async def live(self) -> None:
        """Get the first round over with, with nothing in it."""
        await self.sync()
        await OutboxMessage.all().delete()


async def an_office(vault: Vault, clock: SettableClock) -> Office:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization, "help@contoso.example")
    people = []
    for name in ("Ada Lovelace", "Bo Diddley"):
        person = await factories.member(vault, organization, name)
        await factories.works(mailbox, person)
        people.append(person)
    await factories.grant(mailbox, people[0])
    return Office(
        vault,
        clock,
        mailbox,
        people,
        inbox=await factories.folder(vault, mailbox),
        sent=await factories.folder(vault, mailbox, "Sent", kind=FolderKind.SENT),
        deleted=await factories.folder(
            vault, mailbox, "Deleted", kind=FolderKind.DELETED, followed=False
        ),
    )
