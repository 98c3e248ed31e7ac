"""What a machine of ours sent is in the thread, and answers nobody."""

from __future__ import annotations

import pytest

from core.graph.automatic import Automatic as Told
from core.mail.models import Automatic, Direction, EventKind, MailMessage, ThreadEvent
from core.rules.models import ReplyMark
from tests.core.mail.feeds import header, later
from tests.core.mail.office import Office


async def mark(office: Office, sent_id: str) -> None:
    message = await MailMessage.get(direction=Direction.IN)
    await ReplyMark.create(
        organization_id=office.mailbox.organization_id,
        mailbox_id=office.mailbox.id,
        thread_id=message.thread_id,
        correspondent_id=message.correspondent_id,
        message_id=message.id,
        text_id=1,
        at=office.clock(),
        sent_id=sent_id,
    )


async def received(office: Office) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c"))
    await office.sync()


@pytest.mark.parametrize("told", [None, Told.BULK])
async def test_a_reply_of_postroom_is_known_by_its_mark(office: Office, told: Told | None):
    await received(office)
    await mark(office, "<ours@contoso.example>")
    sent = header(
        "m2", "c", at=later(5), internet_message_id="<ours@contoso.example>", automatic=told
    )
    office.feed.give(office.sent.graph_id, sent)
    await office.sync()

    assert (await MailMessage.get(graph_id="m2")).automatic is Automatic.REPLY
    thread = await office.thread("c")
    assert (thread.first_answered_at, thread.last_answered_at) == (None, None)
    assert not await ThreadEvent.filter(kind=EventKind.ANSWERED).exists()


async def test_a_persons_answer_after_it_counts_from_its_own_time(office: Office):
    await received(office)
    machine = header("m2", "c", at=later(5), automatic=Told.REPLY)
    person = header("m3", "c", at=later(30))
    office.feed.give(office.sent.graph_id, machine, person)
    await office.sync()
    office.feed.give(office.sent.graph_id, header("m4", "c", at=later(60)))
    await office.sync()

    thread = await office.thread("c")
    assert (thread.first_answered_at, thread.last_answered_at) == (later(30), later(60))


async def test_mail_that_only_asks_for_no_automatic_answer_is_an_answer(office: Office):
    await received(office)
    office.feed.give(office.sent.graph_id, header("m2", "c", at=later(5), automatic=Told.BULK))
    await office.sync()
    assert (await office.thread("c")).first_answered_at == later(5)
