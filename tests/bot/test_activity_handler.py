"""A turn: who speaks, what they want, and where the answer goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.connector import TeamsMember
from core.errors import ConnectorError, GraphThrottled, RecipientUnreachable
from core.mail.models import ThreadState
from dialogs.wording import ANSWERED_IN_PRIVATE, IN_PRIVATE, LEAKED, NOT_FOUND, STALE
from tests.bot.talking import BOT_ID, OTHER_TENANT, Talking, card_of
from tests.dialogs.rules import check_card, texts
from tests.dialogs.sample import ANNA, BEN, CARA, FOREIGN_THREAD, NOW, a_thread


@pytest.fixture
def chat():
    return Talking()


def words_of(payload):
    card = payload.get("attachments") and card_of(payload)
    return (
        f"{payload.get('text', '')} {texts(card or {}, 'TextBlock')} {texts(card or {}, 'TextRun')}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "queue", "unassigned", "show 42", "why 42", "report", "report last week", "mailboxes",
        "people", "people invite", "people remove Ben", "consent", "dead letters", "onboard",
        "offboard", "hi", "help", "pause", "resume", "pause support@contoso.example",
    ],
)  # fmt: skip
async def test_every_command_answers_with_a_card_that_obeys_the_rules(chat, text):
    (payload,) = await chat.say(text)
    check_card(card_of(payload))


async def test_queue_is_recorded_with_what_it_shows(chat):
    await chat.say("queue", member=BEN)
    (row,) = chat.cards.rows.values()
    assert row[1].kind == "queue"
    assert row[1].threads == (43,)


async def test_take_pass_on_put_back_finish_reopen(chat):
    for text in ("take 42", "assign #42 to ben", "release 42", "done 42", "reopen 42"):
        (payload,) = await chat.say(text)
        check_card(card_of(payload))
    done = [what for what, *_ in chat.world.changes]
    assert done == ["take", "assign", "release", "finish", "reopen"]


async def test_who_comes_second_is_told_who_has_it(chat):
    (payload,) = await chat.say("take 43")
    assert "Ben has it already." in words_of(payload)
    assert chat.world.changes == []


@pytest.mark.parametrize("text", ["take", "take x", "take 42 43", "assign 42", "assign Ben"])
async def test_a_malformed_command_says_what_is_needed(chat, text):
    (payload,) = await chat.say(text)
    assert "I need" in payload["text"]
    assert chat.world.changes == []


async def test_unknown_words_get_one_sentence(chat):
    (payload,) = await chat.say("quue <b>please</b>")
    assert payload["text"] == "Did you mean `queue`? `help` lists all."


async def test_a_secret_outside_a_dialog_brings_the_advice_too(chat):
    (payload,) = await chat.say("password: hunter2")
    assert payload["text"] == LEAKED


async def test_a_command_in_the_middle_of_a_dialog_is_run_and_the_dialog_waits(chat):
    await chat.say("onboard")
    (payload,) = await chat.say("queue")
    assert "Your queue" in words_of(payload)
    (payload,) = await chat.say("help@contoso.example")
    assert "How shall it be opened?" in words_of(payload)
    (payload,) = await chat.say("help")
    assert "recommended" in words_of(payload)
    (payload,) = await chat.say("cancel")
    assert "Cancelled" in payload["text"]


@pytest.mark.parametrize(
    ("text", "said"), [("cancel", "Nothing is open"), ("back", "Nobody was away")]
)
async def test_with_nothing_open_there_is_nothing_to_end(chat, text, said):
    (payload,) = await chat.say(text)
    assert said in payload["text"]


# Channels.


async def test_a_channel_sees_numbers_and_first_names_only(chat):
    (payload,) = await chat.say("take 42", channel=True)
    said = {"type": "message", "text": "#42 is with Anna."}
    assert payload == said | {"replyToId": payload["replyToId"]}
    (payload,) = await chat.say("report", channel=True)
    assert "attachments" not in payload


@pytest.mark.parametrize("text", ["queue", "show 42", "why 42", "people", "mailboxes"])
async def test_mail_data_asked_in_a_channel_is_answered_in_private(chat, text):
    private, public = await chat.say(text, channel=True)
    assert private["text"] == "You asked in a channel:"
    assert public["text"] == ANSWERED_IN_PRIVATE
    assert chat.connector.sent[0][1] == f"a:{ANNA}"


async def test_whoever_cannot_be_written_to_is_told_in_the_channel(chat):
    async def nowhere(member_id):
        raise RecipientUnreachable("x")

    chat.world.reference = nowhere
    (payload,) = await chat.say("queue", channel=True)
    assert "1:1" in payload["text"]


async def test_dialogs_are_for_private_conversations(chat):
    (payload,) = await chat.say("onboard", channel=True)
    assert payload["text"] == IN_PRIVATE
    (payload,) = await chat.say("help@contoso.example", channel=True)
    assert "do not know" in payload["text"]


# Strangers.


def somebody(**changes):
    person = TeamsMember("29:new", "new", "Nora New", "Nora", "nora@contoso.example", "tenant-1")
    return replace(person, **changes)


async def test_somebody_of_the_tenant_becomes_a_member_without_rights(chat):
    chat.connector.members["29:new"] = somebody()
    (payload,) = await chat.say("hi", entra="new")
    assert "You work no mailbox yet" in words_of(payload)
    (payload,) = await chat.say("show 42", entra="new")
    assert payload["text"] == NOT_FOUND


@pytest.mark.parametrize(
    ("tenant", "person"),
    [
        (OTHER_TENANT, somebody()),
        ("tenant-1", somebody(tenant_id=OTHER_TENANT)),
        ("tenant-1", somebody(user_principal_name="nora_x.com#EXT#@contoso.example")),
        ("tenant-1", somebody(id="29:somebody else")),
    ],
)
async def test_strangers_get_a_welcome_and_nothing_else(chat, tenant, person):
    chat.connector.members[person.id] = person
    for text in ("hi", "queue", "take 42", "onboard"):
        (payload,) = await chat.say(text, entra="new", tenant=tenant)
        assert "You are not among its members" in words_of(payload)
    assert (
        "not among the members"
        in (
            await chat.press(
                "thread.take", {"thread": 42, "version": 1}, entra="new", tenant=tenant
            )
        )["value"]
    )
    assert chat.world.changes == []
    assert chat.people.arrived == []


async def test_a_known_member_is_stored_once_and_again_when_the_place_changes(chat):
    await chat.say("hi")
    await chat.say("queue")
    assert chat.people.arrived == ["entra-anna"]


# Installation.

ADDED = {"type": "installationUpdate", "action": "add"}
JOINED = {"type": "conversationUpdate", "membersAdded": [{"id": BOT_ID}]}


@pytest.mark.parametrize(
    "events", [[ADDED, JOINED], [JOINED, ADDED], [JOINED, ADDED, ADDED, JOINED]]
)
@pytest.mark.parametrize("channel", [False, True])
async def test_the_welcome_comes_once(chat, events, channel):
    for event in events:
        await chat.turn(event, channel=channel)
    assert len(chat.connector.sent) == 1


async def test_a_stranger_is_welcomed_once(chat):
    for event in (ADDED, JOINED):
        await chat.turn(event, entra="new", tenant=OTHER_TENANT)
    assert len(chat.connector.sent) == 1


async def test_a_welcome_that_failed_is_tried_again(chat):
    chat.connector.failure = ConnectorError(502, "x")
    with pytest.raises(ConnectorError):
        await chat.turn(ADDED)
    chat.connector.failure = None
    await chat.turn(JOINED)
    assert len(chat.connector.sent) == 1


async def test_uninstalling_is_noticed(chat):
    await chat.turn({"type": "installationUpdate", "action": "remove"})
    assert chat.people.gone == ["entra-anna"]


async def test_other_events_are_passed_over(chat):
    others = {"type": "conversationUpdate", "membersAdded": [{"id": "29:x"}]}
    for event in ({"type": "messageReaction"}, others, {"type": "typing"}):
        assert await chat.turn(event) is None
    assert chat.connector.sent == []


# Buttons.


async def test_a_button_changes_its_card_in_place(chat):
    answer = await chat.press("thread.take", {"thread": 42, "version": 1})
    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    check_card(answer["value"])
    assert chat.connector.sent == []
    assert chat.cards.rows["personal:entra-anna", "card-1"][1].threads == (42,)


async def test_a_stale_card_changes_nothing_and_shows_how_things_stand(chat):
    chat.world.threads_by_id[42] = a_thread(version=5)
    answer = await chat.press("thread.done", {"thread": 42, "version": 1})
    assert STALE in texts(answer["value"], "TextBlock")
    assert chat.world.changes == []


async def test_the_submit_fallback_goes_the_same_road(chat):
    ((how, where, payload),) = await chat.submit(
        {"verb": "thread.take", "thread": 42, "version": 1}
    )
    assert (how, where) == ("update", "card-1")
    check_card(card_of(payload))
    assert chat.world.changes == [("take", 42)]


async def test_refreshing_changes_nothing(chat):
    card = (await chat.press("thread.show", {"thread": 42}))["value"]
    await chat.press(card["refresh"]["action"]["verb"], card["refresh"]["action"]["data"])
    assert card["refresh"]["userIds"] == []
    assert chat.world.changes == []


async def test_picking_from_a_list_acts_on_the_number(chat):
    await chat.press("unassigned.take", {"page": 1, "thread": "42"})
    await chat.press("queue.done", {"page": 1, "thread": "42"})
    assert chat.world.changes == [("take", 42), ("finish", 42)]
    assert chat.world.threads_by_id[42].state is ThreadState.DONE


async def test_passing_on_asks_whom_on_the_card_itself(chat):
    card = (await chat.press("thread.pass", {"thread": 42, "version": 1}))["value"]
    data = card["actions"][0]["data"]
    await chat.press("thread.assign", {**data, "to": str(BEN)})
    assert chat.world.threads_by_id[42].assignee_id == BEN


async def test_removing_a_person_asks_once_more(chat):
    card = (await chat.press("people.remove", {"page": 1, "member": str(CARA)}))["value"]
    assert chat.world.changes == []
    await chat.press(card["actions"][0]["verb"], card["actions"][0]["data"])
    assert chat.world.changes == [("remove", CARA)]


@pytest.mark.parametrize(
    "value",
    [None, "x", 7, [], {}, {"action": None}, {"action": {"verb": 7}}, {"action": {"verb": "no"}},
     {"action": {"verb": "thread.take", "data": "x"}}, {"action": {"verb": "thread.take"}},
     {"action": {"verb": "thread.take", "data": {"thread": True, "version": [1]}}},
     {"action": {"verb": "dialog.answer", "data": {"dialog": 1}}}],
)  # fmt: skip
async def test_a_malformed_button_is_answered_and_changes_nothing(chat, value):
    activity = {"type": "invoke", "name": "adaptiveCard/action", "value": value}
    response = await chat.turn(activity)
    assert response.status == 200
    assert response.body["statusCode"] in (200, 400)
    assert chat.world.changes == []


async def test_buttons_do_nothing_in_a_channel(chat):
    answer = await chat.press("thread.take", {"thread": 42, "version": 1}, channel=True)
    assert answer["value"] == IN_PRIVATE
    assert chat.world.changes == []


async def test_what_fails_outside_is_worded(chat):
    async def throttled(actor, *_):
        raise GraphThrottled(429, "x", 5.0)

    chat.world.thread = throttled
    (payload,) = await chat.say("show 42")
    assert "pause" in payload["text"]
    assert "pause" in (await chat.press("thread.show", {"thread": 42}))["value"]


async def test_inviting_from_a_team_leaves_guests_out(chat):
    chat.connector.members["a"] = somebody()
    chat.connector.members["b"] = somebody(aad_object_id="g", tenant_id=OTHER_TENANT)
    (payload,) = await chat.say("people invite", channel=True)
    assert chat.world.changes == [("invite", "new")]
    assert "1 guest left out" in payload["text"]


async def test_threads_of_another_mailbox_are_not_found_even_for_admins(chat):
    (payload,) = await chat.say(f"show {FOREIGN_THREAD}")
    assert payload["text"] == NOT_FOUND


async def test_the_last_words_of_a_dialog_take_the_place_of_its_card(chat):
    await chat.say("onboard")
    version = chat.world.dialogs[ANNA].version
    place = {"dialog": "onboarding", "step": "address", "at": version}
    answer = await chat.press("dialog.cancel", place)
    check_card(answer["value"])
    assert "actions" not in answer["value"]
    answer = await chat.press("dialog.answer", {**place, "address": "a@b.example"})
    assert "Nothing is open" in texts(answer["value"], "TextBlock")


@pytest.mark.parametrize("said", ["yes", "Do it", "Yes!"])
async def test_yes_begins_the_change_that_was_counted_last(said):
    chat = Talking()
    await chat.say("done all mine")
    await chat.say("done all mine")
    (answer,) = await chat.say(said)
    assert chat.world.changes == [("bulk", 2)]
    assert "done" in texts(card_of(answer), "TextBlock")
    assert "do not know" in str(await chat.say(said))
    assert chat.world.changes == [("bulk", 2)]


@pytest.mark.parametrize("said", ["no", "cancel"])
async def test_no_drops_the_change_that_was_counted_last(said):
    chat = Talking()
    await chat.say("done all mine")
    (answer,) = await chat.say(said)
    assert "Nothing was changed" in str(card_of(answer))
    await chat.say("yes")
    assert chat.world.changes == []


async def test_yes_is_for_the_question_that_was_asked_since():
    chat = Talking()
    await chat.say("done all mine")
    await chat.say("offboard")
    later = replace(chat.world.dialogs[ANNA], asked_at=NOW + timedelta(minutes=1))
    chat.world.dialogs[ANNA] = later
    await chat.say("yes")
    assert chat.world.changes == []
    await chat.say("cancel")
    assert ANNA not in chat.world.dialogs
