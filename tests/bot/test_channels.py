"""The channel that rules notify: said in it, told in it, opened in 1:1."""

from __future__ import annotations

import pytest

from bot.replies import ADD_ME
from core.errors import ConnectorError, RecipientUnreachable
from core.mail.models import ThreadState
from dialogs.channels import CHOSEN, DROPPED
from dialogs.wording import ANSWERED_IN_PRIVATE, IN_PRIVATE, NOT_FOUND
from tests.bot.talking import BOT_ID, OTHER_TENANT, Talking, card_of
from tests.dialogs.rules import check_card, texts
from tests.dialogs.sample import ADDRESS, ANNA, BEN, CARA, FOREIGN_THREAD, MAILBOX, a_thread

HERE, OFF = f"notify here for {ADDRESS}", f"notify here off for {ADDRESS}"
ROOM = "19:room@thread.tacv2"
IN_ROOM = {"conversation": {"id": f"{ROOM};messageid=17", "conversationType": "channel"}}
IN_TEAM = {"channelData": {"tenant": {"id": "tenant-1"}, "team": {"id": "19:team"}}}


@pytest.fixture
def chat() -> Talking:
    return Talking()


async def said_in_room(chat: Talking, text: str, **who):
    await chat.turn({"type": "message", "text": text, **IN_ROOM, **IN_TEAM}, channel=True, **who)
    return [payload["text"] for _, _, payload in chat._new()]


async def news(chat: Talking, thread_id: int = 42, rule_id: int = 3) -> None:
    facts = {"mailbox_id": MAILBOX, "thread_id": thread_id, "rule_id": rule_id, "code": "rule"}
    await chat.notifier.handlers()["channel_news"](facts, 1)


@pytest.fixture
async def listening(chat: Talking) -> Talking:
    assert await said_in_room(chat, HERE) == [CHOSEN]
    chat.connector.sent.clear()
    chat.world.changes.clear()
    return chat


async def test_the_channel_itself_is_kept_and_not_the_thread_it_was_said_in(chat: Talking):
    assert await said_in_room(chat, HERE) == [CHOSEN]
    place = chat.world.channel
    assert place is not None
    assert (place.conversation_id, place.team_id, place.bot_id, place.tenant_id) == (
        ROOM,
        "19:team",
        BOT_ID,
        "tenant-1",
    )


async def test_it_is_said_in_a_channel_and_of_a_mailbox(chat: Talking):
    (private,) = await chat.say(HERE)
    assert "in a channel or a group chat" in private["text"]
    (unnamed,) = await said_in_room(chat, "notify here")
    assert "one mailbox" in unnamed
    assert chat.world.changes == []


@pytest.mark.parametrize("text", [HERE, OFF])
async def test_only_those_who_lead_the_mailbox_say_it(listening: Talking, text: str):
    assert "leads" in (await said_in_room(listening, text, member=BEN))[0]
    assert await said_in_room(listening, text, member=CARA) == [NOT_FOUND]
    (payload,) = await listening.say(text, tenant=OTHER_TENANT, channel=True)
    assert "You are not among its members" in str(payload)
    assert listening.world.changes == []


async def test_it_is_taken_back_where_it_was_said(listening: Talking):
    (elsewhere,) = await listening.say(OFF, channel=True)
    assert elsewhere["text"] == "That mailbox does not write here."
    assert await said_in_room(listening, OFF) == [DROPPED]
    assert listening.world.channel is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"assignee_id": None, "assignee": None}, "Rule 3: #42 waits."),
        ({"assignee_id": BEN, "assignee": "Ben Busy"}, "Rule 3: #42 is with Ben."),
        ({"state": ThreadState.SNOOZED}, "Rule 3: #42 rests."),
        ({"state": ThreadState.DONE}, "Rule 3: #42 is done."),
    ],
)
async def test_the_channel_hears_the_number_and_a_first_name(listening: Talking, changes, words):
    thread = a_thread(42, **changes)
    listening.world.threads_by_id[42] = thread
    await news(listening)
    ((how, where, payload),) = listening.connector.sent
    assert (how, where) == ("send", ROOM)
    check_card(card_of(payload))
    assert texts(card_of(payload), "TextRun") == words
    for secret in (thread.subject, thread.sender_name, thread.sender_address, "Busy"):
        assert not secret or secret not in str(payload)
    ((posted, shown),) = listening.cards.rows.values()
    assert (posted.member_id, posted.kind, shown.threads) == (None, "channel", (42,))


async def test_there_are_no_news_of_another_mailbox_or_another_organization(listening: Talking):
    facts = {"mailbox_id": MAILBOX, "thread_id": 42, "rule_id": 3, "code": "rule"}
    await listening.notifier.handlers()["channel_news"](facts, 2)
    assert listening.connector.sent == []


@pytest.mark.parametrize(
    "refusal",
    [
        RecipientUnreachable("BotNotInConversationRoster"),
        ConnectorError(403, "Forbidden"),
        ConnectorError(404, "NotFound"),
    ],
)
async def test_a_channel_that_refuses_is_let_go(listening: Talking, refusal: Exception):
    listening.connector.failure = refusal
    await news(listening)
    assert listening.world.channel is None
    assert listening.cards.rows == {}


async def test_a_connector_that_is_out_of_order_is_asked_again(listening: Talking):
    listening.connector.failure = ConnectorError(503, "Unavailable")
    with pytest.raises(ConnectorError):
        await news(listening)
    assert listening.world.channel is not None


@pytest.mark.parametrize(
    "event",
    [
        {"type": "installationUpdate", "action": "remove"},
        {"type": "conversationUpdate", "membersRemoved": [{"id": BOT_ID}]},
        {
            "type": "conversationUpdate",
            "channelData": {
                "tenant": {"id": "tenant-1"},
                "eventType": "channelDeleted",
                "channel": {"id": ROOM},
            },
            "conversation": {"id": "19:team", "conversationType": "channel"},
        },
    ],
)
async def test_it_goes_with_the_bot(listening: Talking, event):
    await listening.turn({**IN_ROOM, **event}, channel=True)
    assert listening.world.channel is None


async def test_somebody_else_who_leaves_takes_nothing_along(listening: Talking):
    event = {"type": "conversationUpdate", "membersRemoved": [{"id": "29:somebody"}]}
    await listening.turn({**IN_ROOM, **event}, channel=True)
    assert listening.world.channel is not None


async def test_its_button_opens_the_thread_in_private_for_who_may_see_it(chat: Talking):
    answer = await chat.press("thread.open", {"thread": 42}, channel=True)
    assert answer["value"] == ANSWERED_IN_PRIVATE
    ((_, where, payload),) = chat.connector.sent
    assert where == f"a:{ANNA}"
    assert payload["text"] == "You asked in a channel:"
    check_card(card_of(payload))


@pytest.mark.parametrize(("member", "thread"), [(CARA, 42), (ANNA, FOREIGN_THREAD)])
async def test_its_button_tells_others_nothing(chat: Talking, member: int, thread: int):
    answer = await chat.press("thread.open", {"thread": thread}, member=member, channel=True)
    assert answer["value"] == NOT_FOUND
    assert chat.connector.sent == []


async def test_a_client_without_execute_is_answered_in_private_too(chat: Talking):
    sent = await chat.submit({"verb": "thread.open", "thread": 42}, channel=True)
    assert [payload["text"] for _, _, payload in sent] == [
        "You asked in a channel:",
        ANSWERED_IN_PRIVATE,
    ]


async def test_who_cannot_be_written_to_is_told_so_by_the_button(chat: Talking):
    chat.connector.failure = RecipientUnreachable("ConversationNotFound")
    answer = await chat.press("thread.open", {"thread": 42}, channel=True)
    assert answer["value"] == ADD_ME


async def test_other_buttons_stay_private(chat: Talking):
    answer = await chat.press("thread.show", {"thread": 42}, channel=True)
    assert answer["value"] == IN_PRIVATE
