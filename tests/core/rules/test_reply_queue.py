"""Queueing automatic replies: the marks, the sender, and two processes at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from core.mail.models import Automatic
from core.mailboxes.models import Mailbox
from core.outbox.models import OutboxMessage
from core.rules.models import ReplyMark, ReplyText
from core.rules.replies import AGAIN_AFTER
from core.rules.reply_queue import WantedReply, queue_replies
from core.rules.reply_texts import TEXT
from core.sealing import Vault
from core.transactions import transaction
from tests import factories
from tests.clock import SettableClock


class Desk:
    """A mailbox that may reply, and mail to it."""

    def __init__(self, vault: Vault, clock: SettableClock) -> None:
        self.vault, self.clock = vault, clock

    async def open(self) -> Desk:
        self.organization = await factories.organization(self.vault)
        self.mailbox = await factories.mailbox(
            self.vault, self.organization, "help@contoso.example", sends_replies=True
        )
        self.inbox = await factories.folder(self.vault, self.mailbox)
        await self.text("Away")
        return self

    async def text(self, name: str) -> None:
        key = self.vault.key(self.organization.wrapped_key)
        await ReplyText.create(
            organization_id=self.organization.id,
            mailbox_id=self.mailbox.id,
            name=name,
            sealed_text=key.seal(TEXT, "We are away."),
            created_at=self.clock(),
        )

    async def mail(self, sender=None, *, thread=None, **more) -> str:
        """Its graph id."""
        if not hasattr(sender, "address_hash"):
            sender = await factories.correspondent(self.vault, self.organization, sender)
        if thread is None:
            thread = await factories.thread(self.vault, self.mailbox, sender)
        message = await factories.message(
            self.vault, thread, self.inbox, sender, **{"at": self.clock()} | more
        )
        self.thread, self.sender = thread, sender
        return message.graph_id

    async def asked(self, graph_id: str, *, live: bool = True, **more) -> str:
        wanted = {"text_name": "away", "when": "always", "in_hours": None} | more
        async with transaction() as connection:
            codes = await queue_replies(
                connection,
                self.vault,
                self.mailbox.id,
                [WantedReply(graph_id, **wanted)],
                live=live,
                now=self.clock(),
            )
        return codes[graph_id]


@pytest.fixture
async def desk(any_database: str, vault: Vault, clock: SettableClock) -> Desk:
    return await Desk(vault, clock).open()


async def test_a_reply_is_marked_and_queued_with_ids_alone(desk: Desk):
    graph_id = await desk.mail()
    assert await desk.asked(graph_id) == "queued"
    mark, row = await ReplyMark.get(), await OutboxMessage.get()
    assert row.facts == {"thread_id": mark.thread_id, "message_id": mark.message_id}
    assert (row.kind, mark.sent_id) == ("automatic_reply", None)


async def test_a_sender_gets_one_a_thread_and_one_a_day(desk: Desk):
    assert await desk.asked(await desk.mail()) == "queued"
    thread, sender = desk.thread, desk.sender
    assert await desk.asked(await desk.mail(sender, thread=thread)) == "answered_thread"
    assert await desk.asked(await desk.mail(sender)) == "answered_lately"
    desk.clock.advance(AGAIN_AFTER)
    assert await desk.asked(await desk.mail(sender, thread=thread)) == "answered_thread"
    assert await desk.asked(await desk.mail(sender)) == "queued"


async def test_ever_new_senders_in_one_thread_come_to_an_end(desk: Desk):
    codes = [await desk.asked(await desk.mail())]
    codes += [await desk.asked(await desk.mail(thread=desk.thread)) for _ in range(4)]
    assert codes == ["queued"] * 3 + ["thread_limit"] * 2


async def test_the_leads_are_told_once_of_the_hours_limit(desk: Desk, monkeypatch):
    monkeypatch.setattr("core.rules.replies.HOUR_LIMIT", 1)
    lead = await factories.member(desk.vault, desk.organization)
    await factories.works(desk.mailbox, lead, is_lead=True)
    codes = [await desk.asked(await desk.mail()) for _ in range(3)]
    assert codes == ["queued", "hour_limit", "hour_limit"]
    notice = await OutboxMessage.get(kind="notice")
    assert (notice.facts["member_id"], notice.facts["code"]) == (lead.id, "reply_limit")
    desk.clock.advance(timedelta(hours=1))
    assert await desk.asked(await desk.mail()) == "queued"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"automatic": Automatic.UNKNOWN}, "headers_unknown"),
        ({"automatic": Automatic.LIST}, "list"),
        ({"sender": "noreply@shop.example"}, "nobody_reads"),
        ({"sender": "help@contoso.example"}, "ourselves"),
        ({"sender": "ada@contoso.example"}, "ourselves"),
        ({"direction": "out"}, "not_live"),
    ],
)
async def test_what_is_not_answered_leaves_no_mark(desk: Desk, message, code):
    await factories.member(desk.vault, desk.organization, address="ada@contoso.example")
    assert await desk.asked(await desk.mail(**message)) == code
    assert not await ReplyMark.exists()
    assert not await OutboxMessage.exists()


async def test_history_and_backlog_are_not_answered(desk: Desk):
    graph_id = await desk.mail()
    assert await desk.asked(graph_id, live=False) == "not_live"
    await Mailbox.all().update(live_from=desk.clock() + timedelta(hours=1))
    assert await desk.asked(graph_id) == "not_live"


async def test_nothing_is_answered_without_the_consent_of_the_mailbox(desk: Desk):
    graph_id = await desk.mail()
    await Mailbox.all().update(sends_replies=False)
    assert await desk.asked(graph_id) == "not_allowed"


async def test_a_text_that_is_gone_is_said(desk: Desk):
    assert await desk.asked(await desk.mail(), text_name="Gone") == "no_text"


async def test_an_erased_sender_is_not_answered(desk: Desk):
    graph_id = await desk.mail()
    desk.sender.wrapped_key = None
    await desk.sender.save()
    assert await desk.asked(graph_id) == "no_sender"


async def test_two_at_once_queue_one(postgres: str, vault: Vault, clock: SettableClock):
    desk = await Desk(vault, clock).open()
    first = await desk.mail()
    thread, sender = desk.thread, desk.sender
    others = [await desk.mail(sender, thread=thread), await desk.mail(sender)]
    codes = await asyncio.gather(*(desk.asked(graph_id) for graph_id in (first, *others)))
    assert codes.count("queued") == 1
    assert await ReplyMark.all().count() == await OutboxMessage.all().count() == 1
