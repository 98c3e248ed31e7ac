"""The channel of a mailbox: chosen and dropped by its leads, let go once Teams refuses it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from core.audit.models import AuditEntry
from core.errors import InvalidInput, NotAllowed, NotFound
from core.mail.models import MailThread, ThreadState
from core.mailboxes.channel_views import ChannelPlace
from core.mailboxes.channels import Channels
from core.mailboxes.models import Mailbox, MailboxChannel, MailboxState
from core.people.models import Member
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock

ELSEWHERE = "aaaaaaaa-0000-4000-8000-00000000000a"


@dataclass
class Desk:
    channels: Channels
    mailbox: Mailbox
    ada: Member
    """Leads the mailbox."""
    ben: Member
    """Works it."""
    zoe: Member
    """Of another mailbox's people."""
    thread: MailThread
    place: ChannelPlace

    async def choose(self, who: Member, place: ChannelPlace | None = None) -> None:
        actor = await factories.actor(who)
        await self.channels.choose(actor, self.mailbox.id, place or self.place)


@pytest.fixture
async def desk(any_database: str, vault: Vault, clock: SettableClock) -> Desk:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization, "help@contoso.example")
    ada = await factories.member(vault, organization, "Ada Lovelace")
    ben = await factories.member(vault, organization, "Ben Busy")
    zoe = await factories.member(vault, organization, "Zoe Zorn")
    await factories.works(mailbox, ada, is_lead=True)
    await factories.works(mailbox, ben)
    sender = await factories.correspondent(vault, organization, "grace@customer.example")
    thread = await factories.thread(vault, mailbox, sender, "Hello", at=clock.now)
    place = ChannelPlace(
        "https://smba.trafficmanager.net/x/",
        "19:room@thread.tacv2",
        "28:bot",
        "19:team@thread.tacv2",
        organization.tenant_id,
    )
    return Desk(Channels(vault, clock), mailbox, ada, ben, zoe, thread, place)


async def test_a_lead_chooses_one_channel_and_the_next_one_takes_its_place(desk: Desk):
    await desk.choose(desk.ada)
    await desk.choose(desk.ada, replace(desk.place, conversation_id="19:other@thread.tacv2"))
    row = await MailboxChannel.get()
    assert (row.conversation_id, row.added_by_id) == ("19:other@thread.tacv2", desk.ada.id)
    assert await AuditEntry.filter(action="mailbox.channel_chosen").count() == 2


async def test_nobody_else_chooses_or_drops_it(desk: Desk):
    with pytest.raises(NotAllowed):
        await desk.choose(desk.ben)
    with pytest.raises(NotFound):
        await desk.choose(desk.zoe)
    await desk.choose(desk.ada)
    for who, error in ((desk.ben, NotAllowed), (desk.zoe, NotFound)):
        actor = await factories.actor(who)
        with pytest.raises(error):
            await desk.channels.drop(actor, desk.mailbox.id, desk.place)
    assert await MailboxChannel.exists()


async def test_a_mailbox_that_was_left_chooses_none(desk: Desk):
    await Mailbox.filter(id=desk.mailbox.id).update(state=MailboxState.OFFBOARDED)
    with pytest.raises(NotFound):
        await desk.choose(desk.ada)


async def test_it_is_dropped_where_it_is(desk: Desk):
    await desk.choose(desk.ada)
    lead = await factories.actor(desk.ada)
    other = replace(desk.place, conversation_id="19:other@thread.tacv2")
    with pytest.raises(InvalidInput):
        await desk.channels.drop(lead, desk.mailbox.id, other)
    await desk.channels.drop(lead, desk.mailbox.id, desk.place)
    assert not await MailboxChannel.exists()


@pytest.mark.parametrize(
    "left",
    [
        {"team_id": None},
        {"conversation_id": "19:team@thread.tacv2"},
    ],
)
async def test_it_goes_with_the_bot_whether_the_channel_or_the_team_was_left(desk: Desk, left):
    await desk.choose(desk.ada)
    await desk.channels.left(replace(desk.place, **left))
    assert not await MailboxChannel.exists()
    assert (await AuditEntry.get(action="mailbox.channel_lost")).actor_id is None


@pytest.mark.parametrize(
    "left",
    [
        {"tenant_id": ELSEWHERE},
        {"conversation_id": "19:other@thread.tacv2", "team_id": "19:other@thread.tacv2"},
        {"conversation_id": "19:chat@thread.v2", "team_id": None},
    ],
)
async def test_what_happens_elsewhere_changes_nothing(desk: Desk, left):
    await desk.choose(desk.ada)
    await desk.channels.left(replace(desk.place, **left))
    assert await MailboxChannel.exists()


async def test_a_refusal_of_a_channel_left_meanwhile_does_not_end_the_new_one(desk: Desk):
    await desk.choose(desk.ada)
    old = replace(desk.place, conversation_id="19:old@thread.tacv2")
    await desk.channels.refused(desk.mailbox.id, old)
    assert await MailboxChannel.exists()
    await desk.channels.refused(desk.mailbox.id, desk.place)
    assert not await MailboxChannel.exists()


async def test_news_are_of_a_thread_of_that_mailbox_as_it_stands(desk: Desk):
    with pytest.raises(NotFound):
        await desk.channels.news(desk.mailbox.id, desk.thread.id, 1)
    await desk.choose(desk.ada)
    await MailThread.filter(id=desk.thread.id).update(assignee_id=desk.ben.id)
    news = await desk.channels.news(desk.mailbox.id, desk.thread.id, 999)
    assert (news.place, news.state, news.rule) == (desk.place, ThreadState.OPEN, None)
    assert (news.assignee_id, news.assignee) == (desk.ben.id, "Ben Busy")
    with pytest.raises(NotFound):
        await desk.channels.news(desk.mailbox.id, desk.thread.id + 1, 1)
