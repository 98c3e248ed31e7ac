"""What happens in Outlook, row by row, and what becomes of the thread."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from core.mail.models import (
    Direction,
    EventKind,
    MailMessage,
    MailThread,
    ThreadEvent,
    ThreadState,
)
from core.mailboxes.models import Folder, FolderKind, Mailbox
from sandbox.sample import HELP_MAILBOX
from sandbox.tour.cards import has_button, link, title, words
from sandbox.tour.waiting import until
from tests.scenarios.house import House, member_of

pytestmark = pytest.mark.scenario


@pytest.fixture
async def arrived(working: House) -> tuple[House, str, MailThread]:
    """A message has arrived, and its thread was given to somebody."""
    graph_id = working.arrives("The printer is on fire")
    thread = await working.thread_of(graph_id)
    assert thread.assignee_id is not None
    return working, graph_id, thread


async def test_moved_to_a_subfolder_it_stays_open_and_is_followed_by_id(arrived):
    house, graph_id, thread = arrived
    folder = house.outlook.create_folder(HELP_MAILBOX, "Printers", "inbox")
    house.outlook.move(HELP_MAILBOX, graph_id, named(house, folder))
    await house.sync()
    assert await standing(thread) == (ThreadState.OPEN, thread.assignee_id, False)
    message = await MailMessage.get(graph_id=graph_id)
    assert message.source_gone_at is None
    place = await Folder.get(id=message.folder_id)
    assert (place.kind, place.followed) == (FolderKind.OTHER, False)

    house.outlook.move(HELP_MAILBOX, graph_id, "deleteditems")
    await house.sync()
    assert await standing(thread) == (ThreadState.DONE, thread.assignee_id, True)


@pytest.mark.parametrize("folder", ["deleteditems", "junkemail"])
async def test_in_deleted_or_junk_it_is_done_in_outlook_and_moved_back_open_again(arrived, folder):
    house, graph_id, thread = arrived
    house.outlook.move(HELP_MAILBOX, graph_id, folder)
    await house.sync()
    assert await standing(thread) == (ThreadState.DONE, thread.assignee_id, True)
    assert await redrawn_as_done(house, thread)

    house.outlook.move(HELP_MAILBOX, graph_id, "inbox")
    await house.sync()
    state, assignee, _ = await standing(thread)
    assert (state, assignee) == (ThreadState.OPEN, thread.assignee_id)
    events = await ThreadEvent.filter(thread_id=thread.id).order_by("id")
    kinds = [event.kind for event in events if event.kind is not EventKind.ASSIGNED]
    assert kinds[-2:] == [EventKind.FINISHED, EventKind.REOPENED]


async def test_deleted_for_good_it_is_done_and_its_source_gone(arrived):
    house, graph_id, thread = arrived
    card = await house.ask(await holder(house, thread), f"show {thread.id}")
    house.outlook.hard_delete(HELP_MAILBOX, graph_id)
    await house.sync()
    assert await standing(thread) == (ThreadState.DONE, thread.assignee_id, True)
    assert (await MailMessage.get(graph_id=graph_id)).source_gone_at is not None
    async with house.browse(urlsplit(link(card, "Open in Outlook")).path) as answer:
        assert answer.status == 404


async def test_of_a_thread_of_two_one_deleted_leaves_it_open(arrived):
    house, graph_id, thread = arrived
    first = house.outlook.mailboxes[HELP_MAILBOX].message(graph_id)
    second = house.arrives("Re: The printer is on fire", references=(first.internet_message_id,))
    assert (await house.thread_of(second)).id == thread.id
    house.outlook.delete(HELP_MAILBOX, graph_id)
    await house.sync()
    assert (await standing(thread))[0] is ThreadState.OPEN
    house.outlook.delete(HELP_MAILBOX, second)
    await house.sync()
    assert (await standing(thread))[0] is ThreadState.DONE


async def test_a_category_and_the_read_state_are_noted_and_nothing_else_changes(arrived):
    house, graph_id, thread = arrived
    before = await MailMessage.get(graph_id=graph_id)
    house.outlook.categorize(HELP_MAILBOX, graph_id, "Urgent")
    house.outlook.mark_read(HELP_MAILBOX, graph_id)
    await house.sync()
    after = await MailMessage.get(graph_id=graph_id)
    assert after.is_read
    assert after.sealed_categories != before.sealed_categories
    assert b"Urgent" not in bytes(after.sealed_categories or b"")
    assert await standing(thread) == (ThreadState.OPEN, thread.assignee_id, False)


async def test_answered_in_outlook_the_actor_is_who_sent_it(arrived):
    house, graph_id, thread = arrived
    ben = house.people[1]
    house.outlook.reply_from_outlook(HELP_MAILBOX, graph_id, ben, "On my way")
    await house.sync()
    answered = await MailThread.get(id=thread.id)
    assert answered.first_answered_at is not None
    answer = await MailMessage.get(thread_id=thread.id, direction=Direction.OUT)
    assert answer.sender_id == (await member_of(ben)).id
    event = await ThreadEvent.get(thread_id=thread.id, kind=EventKind.ANSWERED)
    assert (event.member_id, event.in_outlook) == (answer.sender_id, True)


async def test_answered_by_somebody_unknown_it_is_answered_in_outlook(arrived):
    house, graph_id, thread = arrived
    stranger = house.people[2]
    card = await house.ask(house.admin, f"people remove {stranger.given_name}")
    await house.press(house.admin, card, "Remove")
    house.outlook.reply_from_outlook(HELP_MAILBOX, graph_id, stranger, "On my way")
    await house.sync()
    event = await ThreadEvent.get(thread_id=thread.id, kind=EventKind.ANSWERED)
    assert event.in_outlook


async def test_where_answers_are_not_copied_reports_say_so_instead_of_a_figure(make_house):
    house = await make_house()
    house.outlook.mailboxes[HELP_MAILBOX].message_copy_for_sent_as = False
    for message in list(house.outlook.mailboxes[HELP_MAILBOX].in_folder("sentitems")):
        house.outlook.mailboxes[HELP_MAILBOX].remove(message)
    await house.install(*house.people)
    await house.onboard(house.admin)
    graph_id = house.arrives("Anybody there?")
    thread = await house.thread_of(graph_id)
    house.outlook.reply_from_outlook(HELP_MAILBOX, graph_id, house.people[1], "Yes")
    await house.sync()
    assert (await MailThread.get(id=thread.id)).first_answered_at is None
    assert not (await Mailbox.get()).answers_seen
    report = await house.told(house.admin, "report")
    assert "MessageCopyForSentAs" in report or "not seen" in report or "unseen" in report


async def test_mail_on_a_finished_thread_opens_it_again_for_the_same_person(arrived):
    house, graph_id, thread = arrived
    who = await holder(house, thread)
    await house.ask(who, f"done {thread.id}")
    first = house.outlook.mailboxes[HELP_MAILBOX].message(graph_id)
    again = house.arrives("Re: The printer is on fire", references=(first.internet_message_id,))
    assert (await house.thread_of(again)).id == thread.id
    state, assignee, _ = await standing(thread)
    assert (state, assignee) == (ThreadState.OPEN, thread.assignee_id)


async def test_a_card_opens_the_mail_in_outlook_behind_postrooms_own_link(arrived):
    house, _, thread = arrived
    card = await house.ask(await holder(house, thread), f"show {thread.id}")
    path = urlsplit(link(card, "Open in Outlook")).path
    async with house.browse(path) as answer:
        assert answer.status in (302, 303)
        assert answer.headers["Location"].startswith("https://outlook.office.com/")
    async with house.browse(path.replace(str(thread.id), str(thread.id + 1), 1)) as answer:
        assert answer.status == 404


async def standing(thread: MailThread) -> tuple[ThreadState, int | None, bool]:
    now = await MailThread.get(id=thread.id)
    return now.state, now.assignee_id, now.finished_in_outlook


async def holder(house: House, thread: MailThread):
    ids = {(await member_of(user)).id: user for user in house.people}
    return ids[thread.assignee_id]


async def redrawn_as_done(house: House, thread: MailThread) -> str:
    """The thread's card in its person's chat, once it was redrawn."""
    who = await holder(house, thread)

    async def look() -> str:
        cards = [one for one in house.shown_to(who) if title(one) == f"Thread {thread.id}"]
        return next((words(one) for one in cards if has_button(one, "Reopen")), "")

    return await until(look, "the card to be redrawn")


def named(house: House, folder) -> str:
    return house.outlook.mailboxes[HELP_MAILBOX].folder_id(folder.number)
