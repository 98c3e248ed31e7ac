"""What the outbox has delivered in Teams: posted, drawn again, gathered when there is too much."""

from __future__ import annotations

import pytest

from bot.notifier import FLOOD
from core.errors import ConnectorError, RecipientUnreachable
from core.mail.models import ThreadState
from core.mailboxes.models import MailboxState
from tests.bot.talking import Talking, card_of
from tests.dialogs.rules import check_card, texts
from tests.dialogs.sample import ANNA, BEN, CARA, FOREIGN_THREAD, MAILBOX, NOW, a_thread

ORGANIZATION = 1


@pytest.fixture
def chat():
    chat = Talking()
    for number in range(100, 130):
        chat.world.threads_by_id[number] = a_thread(number, assignee_id=BEN, assignee="Ben Busy")
    return chat


async def notify(chat, kind, **facts):
    await chat.notifier.handlers()[kind](facts, ORGANIZATION)


def sent(chat):
    return [(how, where) for how, where, _ in chat.connector.sent]


async def test_a_thread_notice_posts_its_card_and_records_it(chat):
    await notify(chat, "thread_notice", member_id=BEN, thread_id=100)
    ((how, where, payload),) = chat.connector.sent
    assert (how, where) == ("send", f"a:{BEN}")
    check_card(card_of(payload))
    ((posted, shown),) = chat.cards.rows.values()
    assert (posted.member_id, shown.threads) == (BEN, (100,))


@pytest.mark.parametrize(
    ("member_id", "thread_id", "changes"),
    [
        (BEN, FOREIGN_THREAD, {}),
        (CARA, 100, {}),
        (99, 100, {}),
        (ANNA, 100, {}),
        (BEN, 100, {"state": ThreadState.DONE}),
        (BEN, 100, {"assignee_id": None}),
    ],
)
async def test_a_notice_that_is_no_longer_due_is_not_posted(chat, member_id, thread_id, changes):
    if changes:
        chat.world.threads_by_id[thread_id] = a_thread(
            thread_id, **{"assignee_id": BEN, "assignee": "Ben", **changes}
        )
    await notify(chat, "thread_notice", member_id=member_id, thread_id=thread_id)
    assert chat.connector.sent == []


async def test_a_bulk_changes_card_shows_its_progress_and_stays_what_it_is(chat):
    (posted,) = await chat.say("done all mine")
    assert "would be done" in texts(card_of(posted), "TextBlock")
    await chat.press("bulk.do", {"bulk": 1})
    chat.connector.sent.clear()

    await notify(chat, "thread_card", thread_id=42)
    assert chat.connector.sent == []

    await notify(chat, "bulk_card", member_id=ANNA, bulk_id=1)
    ((how, _, payload),) = chat.connector.sent
    check_card(card_of(payload))
    assert how == "update"
    assert "done" in texts(card_of(payload), "TextBlock")


async def test_a_bulk_change_that_is_gone_or_anothers_is_not_told(chat):
    await notify(chat, "bulk_card", member_id=ANNA, bulk_id=999)
    await chat.say("done all mine")
    await notify(chat, "bulk_card", member_id=BEN, bulk_id=1)
    assert len(chat.connector.sent) == 1


async def test_news_of_a_thread_is_its_card_with_a_sentence(chat):
    await notify(chat, "thread_news", member_id=ANNA, thread_id=100, code="new_mail")
    ((_, where, payload),) = chat.connector.sent
    check_card(card_of(payload))
    assert where == f"a:{ANNA}"
    assert "New mail in a thread that you follow." in texts(card_of(payload), "TextBlock")


@pytest.mark.parametrize(
    ("member_id", "thread_id", "code"),
    [
        (BEN, FOREIGN_THREAD, "new_mail"),
        (CARA, 100, "new_mail"),
        (99, 100, "new_mail"),
        (ANNA, 100, "no such code"),
        (ANNA, 100, "answer_after"),
        (ANNA, 101, "finish_before"),
    ],
)
async def test_news_for_whom_it_is_none_is_not_told(chat, member_id, thread_id, code):
    due = {"finish_due_at": NOW, "state": ThreadState.DONE}
    chat.world.threads_by_id[101] = a_thread(101, **due)
    await notify(chat, "thread_news", member_id=member_id, thread_id=thread_id, code=code)
    assert chat.connector.sent == []


@pytest.mark.parametrize(
    ("code", "title"),
    [("new_mail", "You follow"), ("answer_after", "Overdue"), ("answer_before", "Much has")],
)
async def test_a_flood_of_news_becomes_one_list_that_changes(chat, code, title):
    for number in range(100, 100 + FLOOD + 3):
        chat.world.threads_by_id[number] = a_thread(number, answer_due_at=NOW)
        await notify(chat, "thread_news", member_id=ANNA, thread_id=number, code=code)
    hows = [how for how, _ in sent(chat)]
    assert hows == ["send"] * (FLOOD + 1) + ["update"] * 2
    assert title in texts(card_of(chat.connector.sent[-1][2]), "TextBlock")


async def test_a_card_of_notes_and_lists_are_drawn_again_as_what_they_are(chat):
    await chat.say("note 100 Hello", member=BEN)
    await chat.say("notes 100", member=BEN)
    await chat.say("follow 100", member=BEN)
    await chat.say("following", member=BEN)
    await notify(chat, "thread_card", thread_id=100)
    kinds = [shown.kind for _, shown in chat.cards.rows.values()]
    assert {"notes", "following"} <= set(kinds)


async def test_notices_of_another_organization_are_not_posted(chat):
    facts = {"member_id": BEN, "thread_id": 100}
    await chat.notifier.thread_notice(facts, ORGANIZATION + 1)
    assert chat.connector.sent == []


async def test_a_flood_becomes_one_digest_that_changes(chat):
    for number in range(100, 100 + FLOOD + 5):
        await notify(chat, "thread_notice", member_id=BEN, thread_id=number)
    hows = [how for how, _ in sent(chat)]
    assert hows == ["send"] * (FLOOD + 1) + ["update"] * 4
    assert "Much has arrived" in texts(card_of(chat.connector.sent[-1][2]), "TextBlock")


async def test_a_changed_thread_redraws_every_card_that_shows_it(chat):
    await notify(chat, "thread_notice", member_id=BEN, thread_id=100)
    await notify(chat, "queue_notice", member_id=BEN, mailbox_id=MAILBOX)
    shown = len(chat.connector.sent)
    chat.world.threads_by_id[100] = a_thread(100, state=ThreadState.DONE, version=2)
    await notify(chat, "thread_card", thread_id=100)
    updates = chat.connector.sent[shown:]
    assert [how for how, _, _ in updates] == ["update", "update"]
    assert "Done" in texts(card_of(updates[0][2]), "TextBlock")
    assert "#100" not in texts(card_of(updates[1][2]), "TextRun")


async def test_whoever_lost_the_right_no_longer_sees_the_thread(chat):
    await notify(chat, "thread_notice", member_id=BEN, thread_id=100)
    del chat.world.workers[BEN]
    await notify(chat, "thread_card", thread_id=100)
    card = card_of(chat.connector.sent[-1][2])
    assert "no longer yours" in texts(card, "TextBlock")
    assert "Printer" not in str(card)


async def test_a_card_that_is_gone_from_teams_is_forgotten(chat):
    await notify(chat, "thread_notice", member_id=BEN, thread_id=100)
    chat.connector.failure = ConnectorError(404, "ActivityNotFoundInConversation")
    await notify(chat, "thread_card", thread_id=100)
    assert chat.cards.rows == {}


async def test_a_failure_of_teams_is_left_to_be_tried_again(chat):
    await notify(chat, "thread_notice", member_id=BEN, thread_id=100)
    chat.connector.failure = ConnectorError(502, "x")
    with pytest.raises(ConnectorError):
        await notify(chat, "thread_card", thread_id=100)


async def test_whoever_cannot_be_written_to_is_marked(chat):
    chat.connector.failure = RecipientUnreachable("ConversationBlockedByUser")
    with pytest.raises(RecipientUnreachable):
        await notify(chat, "thread_notice", member_id=BEN, thread_id=100)
    assert chat.world.unreachable_members == [BEN]


async def test_progress_is_one_card_that_changes(chat):
    for _ in range(3):
        await notify(chat, "progress", mailbox_id=MAILBOX, member_id=ANNA)
    assert [how for how, _ in sent(chat)] == ["send", "update", "update"]
    await notify(chat, "progress", mailbox_id=MAILBOX, member_id=CARA)
    assert len(chat.connector.sent) == 3


async def test_a_first_syncs_card_is_recorded_with_the_people_it_names(chat):
    await notify(chat, "progress", mailbox_id=MAILBOX, member_id=ANNA)
    ((_, shown),) = chat.cards.rows.values()
    assert shown.people == (BEN,)


async def test_an_empty_backlog_is_not_told(chat):
    await notify(chat, "queue_notice", member_id=ANNA, mailbox_id=MAILBOX)
    assert chat.connector.sent == []


async def test_a_notice_is_for_whom_it_is_meant(chat):
    chat.world.mailbox_state = MailboxState.NEEDS_CONSENT
    await notify(
        chat, "notice", member_id=ANNA, code="needs_consent", mailbox_id=MAILBOX, reason="x"
    )
    await notify(chat, "notice", member_id=BEN, code="needs_consent", mailbox_id=MAILBOX)
    await notify(chat, "notice", member_id=ANNA, code="no such code")
    ((_, where, payload),) = chat.connector.sent
    assert where == f"a:{ANNA}"
    check_card(card_of(payload))


async def test_consent_is_given_again_from_the_notice(chat):
    chat.world.mailbox_state = MailboxState.NEEDS_CONSENT
    await notify(chat, "notice", member_id=ANNA, code="needs_consent", mailbox_id=MAILBOX)
    chat.world.mailbox_state = MailboxState.NEEDS_CONSENT
    button = card_of(chat.connector.sent[0][2])["actions"][0]
    card = (await chat.press(button["verb"], button["data"]))["value"]
    assert "login.example" in card["actions"][0]["url"]


async def test_onboarding_goes_on_from_the_notice(chat):
    for text in ("onboard", "help@contoso.example", "application", "14"):
        await chat.say(text)
    await notify(chat, "notice", member_id=ANNA, code="probe_passed", mailbox_id=MAILBOX)
    button = card_of(chat.connector.sent[-1][2])["actions"][0]
    card = (await chat.press(button["verb"], button["data"]))["value"]
    assert "Which folders are worked?" in texts(card, "TextBlock")
    card = (await chat.press(button["verb"], button["data"]))["value"]
    assert "Which folders are worked?" in texts(card, "TextBlock")


async def test_many_late_threads_are_one_card_and_none_is_no_card(chat):
    await notify(chat, "overdue_notice", member_id=CARA, mailbox_id=MAILBOX)
    await notify(chat, "overdue_notice", member_id=99, mailbox_id=MAILBOX)
    await notify(chat, "overdue_notice", member_id=BEN, mailbox_id=MAILBOX)
    assert chat.connector.sent == []
    chat.world.threads_by_id[100] = a_thread(100, answer_due_at=NOW)
    await notify(chat, "overdue_notice", member_id=BEN, mailbox_id=MAILBOX)
    ((how, where, payload),) = chat.connector.sent
    check_card(card_of(payload))
    assert (how, where) == ("send", f"a:{BEN}")
    assert "Several threads have become late." in texts(card_of(payload), "TextBlock")
