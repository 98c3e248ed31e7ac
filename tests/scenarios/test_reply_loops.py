"""Two that answer each mail automatically: whoever they are, the mail between them ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from core.mail.models import Automatic, Direction, EventKind, MailMessage, MailThread, ThreadEvent
from core.outbox.models import OutboxMessage, OutboxState
from core.rules.models import ReplyMark
from core.rules.replies import HOUR_LIMIT, THREAD_LIMIT
from core.sealing import Vault
from sandbox.mail.records import Address, NewMail
from sandbox.mail.responders import Manner, Responder
from tests import factories
from tests.scenarios.correspondence import Desk, Post
from tests.scenarios.house import RunningClock

pytestmark = pytest.mark.scenario

ROBOT = "robot@shop.example"


@pytest.fixture
async def post(
    database: str, vault: Vault, tmp_path: Path, folder_with_keys: Path
) -> AsyncIterator[Post]:
    async with AsyncExitStack() as stack:
        yield Post(stack, vault, RunningClock(), tmp_path, folder_with_keys)


def writes(desk: Desk, sender: str, to: str | None = None, **more) -> None:
    mail = NewMail(
        subject="A question",
        text="…",
        from_=Address("Grace Hopper", sender),
        to=(Address("", to or desk.address),),
        **more,
    )
    desk.box.mail.deliver(desk.address, mail)


async def test_a_person_is_answered_once_in_their_thread_as_the_mailbox(post: Post):
    (desk,) = await post.tenant(1, "help")
    writes(desk, "grace@customer.example")
    await post.rounds(4)

    (sent,) = desk.sent
    thread = await MailThread.get()
    content = desk.box.mail.mailboxes[desk.address].content(sent)
    assert content.text == f"Dear Grace,\nwe have it as {thread.id}."
    assert content.content_type == "text"
    assert [one.address for one in sent.to] == ["grace@customer.example"]
    assert sent.from_.address == sent.sender.address == desk.address
    assert sent.conversation == desk.received[0].conversation
    assert (await ReplyMark.get()).sent_id == sent.internet_message_id
    assert not desk.box.mail.mailboxes[desk.address].in_folder("drafts")


async def test_an_automatic_reply_is_no_answer(post: Post):
    (desk,) = await post.tenant(1, "help")
    writes(desk, "grace@customer.example")
    await post.rounds(3)

    ours = await MailMessage.get(direction=Direction.OUT)
    assert ours.automatic is Automatic.REPLY
    thread = await MailThread.get()
    assert (thread.first_answered_at, thread.last_answered_at) == (None, None)
    assert not await ThreadEvent.filter(kind=EventKind.ANSWERED).exists()


async def test_a_reply_goes_to_the_sender_and_not_where_they_point(post: Post):
    (desk,) = await post.tenant(1, "help")
    writes(desk, "grace@customer.example", reply_to=(Address("", "victim@other.example"),))
    await post.rounds(2)
    (sent,) = desk.sent
    assert [one.address for one in sent.to] == ["grace@customer.example"]


async def test_two_mailboxes_of_one_organization_do_not_answer_each_other(post: Post):
    one, other = await post.tenant(1, "help", "sales")
    writes(one, other.address)
    writes(other, one.address)
    await post.rounds(6)
    assert (one.codes, other.codes) == (["ourselves"], ["ourselves"])
    assert one.sent == other.sent == []


async def test_mail_to_two_mailboxes_is_answered_by_each_once(post: Post):
    one, other = await post.tenant(1, "help", "sales")
    both = (Address("", one.address), Address("", other.address))
    for desk in (one, other):
        desk.box.mail.deliver(
            desk.address,
            NewMail("Hello", "…", from_=Address("Grace", "grace@customer.example"), to=both),
        )
    await post.rounds(6)
    assert (len(one.sent), len(other.sent)) == (1, 1)


async def test_two_organizations_that_both_answer_everything_come_to_an_end(post: Post):
    (one,), (other,) = await post.tenant(1, "help"), await post.tenant(2, "help")
    post.carry(one.box, other.box)
    writes(one, other.address)
    await post.rounds(8)
    assert (len(one.sent), len(other.sent)) == (1, 0)
    assert other.codes == ["automatic"], "it knows a reply of Postroom"


async def test_two_organizations_come_to_an_end_where_headers_are_lost_on_the_way(post: Post):
    (one,), (other,) = await post.tenant(1, "help"), await post.tenant(2, "help")
    for source, target in ((one, other), (other, one)):
        source.box.mail.hear_outgoing(
            lambda mail, to=target: to.box.mail.deliver(
                to.address,
                NewMail(mail.subject, mail.text, from_=mail.from_, sender=mail.from_, to=mail.to),
            )
        )
    writes(one, other.address)
    await post.rounds(8)
    assert (len(one.sent), len(other.sent)) == (1, 1)
    assert Counter(one.codes + other.codes) == {"queued": 2, "answered_lately": 1}


@pytest.mark.parametrize("manner", [Manner.HONEST, Manner.POLITE, Manner.SILENT])
async def test_a_machine_outside_gets_one_reply(post: Post, manner: Manner):
    (desk,) = await post.tenant(1, "help")
    robot = Responder(desk.box.mail, ROBOT, manner)
    robot.write(desk.address)
    await post.rounds(8)
    assert len(desk.sent) == 1
    assert robot.answers == (0 if manner is Manner.POLITE else 1)


async def test_a_machine_that_opens_new_threads_gets_one_reply_a_day(post: Post):
    (desk,) = await post.tenant(1, "help")
    robot = Responder(desk.box.mail, ROBOT, Manner.NEW_THREADS)
    robot.write(desk.address)
    await post.rounds(12)
    assert (len(desk.sent), robot.answers) == (1, 1)
    assert await MailThread.all().count() == 2


async def test_a_machine_that_changes_its_address_gets_no_more_than_a_thread_allows(post: Post):
    (desk,) = await post.tenant(1, "help")
    robot = Responder(desk.box.mail, ROBOT, Manner.NEW_ADDRESSES)
    robot.write(desk.address)
    await post.rounds(12)
    assert (len(desk.sent), robot.answers) == (THREAD_LIMIT, THREAD_LIMIT)


async def test_a_flood_of_senders_stops_at_the_hours_limit(post: Post):
    (desk,) = await post.tenant(1, "help")
    for number in range(HOUR_LIMIT + 10):
        writes(desk, f"customer{number}@customer.example")
    await desk.round()
    assert Counter(desk.codes) == {"queued": HOUR_LIMIT, "hour_limit": 10}
    assert await OutboxMessage.filter(kind="automatic_reply", state=OutboxState.DUE).count() == 60


async def test_a_refusal_to_send_is_waited_for_and_the_same_draft_goes(post: Post):
    (desk,) = await post.tenant(1, "help")
    refusal = desk.box.faults.add("/v1.0/users/.*/send", status=429, retry_after=1, times=1)
    writes(desk, "grace@customer.example")
    await post.rounds(1)
    assert desk.sent == []
    assert refusal.times == 0
    mark = await ReplyMark.get()
    await post.rounds(3)
    (sent,) = desk.sent
    assert sent.internet_message_id == mark.sent_id
    assert not desk.box.mail.mailboxes[desk.address].in_folder("drafts")


async def test_a_draft_that_could_not_be_written_is_written_later(post: Post):
    (desk,) = await post.tenant(1, "help")
    desk.box.faults.add("/v1.0/users/.*/createReply", status=503, times=1)
    writes(desk, "grace@customer.example")
    await post.rounds(4)
    assert len(desk.sent) == 1
    assert not await OutboxMessage.filter(state=OutboxState.DEAD).exists()


async def test_an_answer_that_never_came_is_looked_for_in_sent_items(post: Post):
    (desk,) = await post.tenant(1, "help")
    desk.box.faults.add("/v1.0/users/.*/send", status=504, times=1, afterwards=True)
    writes(desk, "grace@customer.example")
    await post.rounds(4)
    row = await OutboxMessage.get(kind="automatic_reply")
    assert (len(desk.sent), row.state) == (1, OutboxState.DONE)


async def test_a_reply_that_cannot_be_found_is_never_sent_again(post: Post):
    (desk,) = await post.tenant(1, "help")
    lead = await factories.member(post.vault, await desk.mailbox.organization)
    await factories.works(desk.mailbox, lead, is_lead=True)
    desk.box.faults.add("/v1.0/users/.*/send", status=504, times=1)
    writes(desk, "grace@customer.example")
    await post.rounds(4)
    row = await OutboxMessage.get(kind="automatic_reply")
    assert (desk.sent, row.state, row.error_code) == ([], OutboxState.DEAD, "not_confirmed")
    notice = await OutboxMessage.get(kind="notice")
    assert (notice.facts["member_id"], notice.facts["code"]) == (lead.id, "reply_unconfirmed")


async def test_consent_taken_back_before_the_sending_stops_it(post: Post):
    (desk,) = await post.tenant(1, "help")
    writes(desk, "grace@customer.example")
    await desk.round()
    desk.mailbox.sends_replies = False
    await desk.mailbox.save(update_fields=["sends_replies"])
    await post.deliver()
    row = await OutboxMessage.get(kind="automatic_reply")
    assert (desk.sent, row.state, row.error_code) == ([], OutboxState.DONE, "gone")
