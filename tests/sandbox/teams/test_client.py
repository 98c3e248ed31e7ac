"""People's clients against a small bot, over loopback HTTP."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from sandbox.teams.buttons import NoSuchButton
from sandbox.teams.endpoint import BotRefused
from sandbox.teams.inputs import InputRefused

pytestmark = pytest.mark.scenario

EXECUTE = {
    "type": "Action.Execute",
    "title": "Take",
    "verb": "assignment.take",
    "data": {"thread": 42},
    "fallback": {"type": "Action.Submit", "title": "Take", "data": {"verb": "take"}},
}
NAME = {"type": "Input.Text", "id": "name", "isRequired": True, "maxLength": 5, "regex": "^[a-z]+$"}
URGENT = {"type": "Input.Toggle", "id": "urgent", "title": "Urgent"}


def card(text, *more, **parts):
    body = [{"type": "TextBlock", "text": text}, *more]
    return {"type": "AdaptiveCard", "version": "1.5", "body": body} | parts


def invoke_answer(value, kind="application/vnd.microsoft.card.adaptive", status=200):
    return web.json_response({"statusCode": status, "type": kind, "value": value})


@pytest.fixture
def replying(bot, connector):
    """Make the bot send `activities` back, in order, for each activity it gets."""

    def set_up(*activities):
        async def answer(incoming):
            where = incoming["conversation"]["id"]
            for activity in activities:
                await connector.send(where, activity)

        bot.answers = answer

    return set_up


@pytest.fixture
async def posted(client, connector, ada):
    """Post a card to Ada and return the activity as she sees it."""

    async def post(message):
        chat = client.service.chats.install("bot-app-id", ada).id
        activity_id = await connector.send(chat, message)
        return client.service.history.message(chat, activity_id, ada.id)

    return post


@pytest.mark.parametrize("order", ["installation", "conversation"])
async def test_installing_tells_the_bot_twice_in_either_order(client, bot, ada, order):
    await client.install(ada, order=order)
    kinds = [activity["type"] for activity in bot.activities]
    expected = ["installationUpdate", "conversationUpdate"]
    assert kinds == (expected if order == "installation" else expected[::-1])
    by_kind = dict(zip(kinds, bot.activities, strict=True))
    assert by_kind["installationUpdate"]["action"] == "add"
    added = [member["id"] for member in by_kind["conversationUpdate"]["membersAdded"]]
    assert added == ["28:bot-app-id", "29:Ada"]


async def test_removing_the_app_closes_the_chat_before_the_bot_hears(client, bot, connector, ada):
    await client.install(ada)
    refused = []

    async def answer(incoming):
        path = f"v3/conversations/{incoming['conversation']['id']}/activities"
        refused.append(await connector("POST", path, {"type": "message", "text": "bye"}))

    bot.answers = answer
    await client.uninstall(ada)
    assert bot.activities[-1]["action"] == "remove"
    assert refused[0][0] == 403


async def test_a_message_has_the_shape_teams_gives_it(client, bot, ada, clock, service):
    await client.say(ada, "queue")
    activity = bot.activities[0]
    assert activity["id"].isdigit()
    assert activity == activity | {
        "type": "message",
        "text": "queue",
        "channelId": "msteams",
        "serviceUrl": service.service_url,
        "from": {"id": "29:Ada", "name": "Ada Okonkwo", "aadObjectId": "oid-ada"},
        "recipient": {"id": "28:bot-app-id", "name": "Postroom"},
        "conversation": {
            "id": client.chat(ada).id,
            "conversationType": "personal",
            "tenantId": "tenant-1",
        },
        "channelData": {"tenant": {"id": "tenant-1"}},
        "timestamp": "2026-03-02T09:00:00Z",
        "localTimestamp": "2026-03-02T10:00:00+01:00",
        "localTimezone": "Europe/Berlin",
        "locale": "en-GB",
    }
    assert bot.authorizations == [f"Bearer bot-app-id|{service.service_url}"]


async def test_saying_something_returns_what_the_bot_answered(client, ada, replying):
    await client.install(ada)
    replying({"type": "message", "text": "one"}, {"type": "message", "text": "two"})
    assert [a["text"] for a in await client.say(ada, "hi")] == ["one", "two"]
    assert [a["text"] for a in client.transcript(ada)] == ["hi", "one", "two"]


async def test_a_bot_that_fails_is_an_error(client, bot, ada):
    async def answer(_):
        return web.Response(status=500)

    bot.answers = answer
    with pytest.raises(BotRefused) as refusal:
        await client.say(ada, "hi")
    assert refusal.value.status == 500


async def test_teams_repeats_an_activity_under_the_same_id(client, bot, ada):
    await client.say(ada, "hi", repeat=2)
    assert len(bot.activities) == 3
    assert len({activity["id"] for activity in bot.activities}) == 1


async def test_an_activity_can_be_posted_with_another_token_or_none(client, bot, ada):
    activity = client.inbound.message(ada, client.chat(ada), "1", "hi")
    await client.endpoint.post(activity, token="forged")
    await client.endpoint.post(activity, token="")
    assert bot.authorizations == ["Bearer forged", None]


async def test_a_channel_message_mentions_the_bot_and_starts_a_thread(
    client, bot, service, ada, replying
):
    team = service.chats.create_team("Helpdesk", [ada], ("Mail",))
    await client.install_in_team(ada, team)
    replying({"type": "message", "text": "in the thread"})
    channel = service.chats.channel(team, "Mail")
    answers = await client.say_in_channel(ada, channel, "queue")
    activity = bot.activities[-1]
    assert activity["text"] == "<at>Postroom</at> queue"
    assert activity["entities"][-1]["mentioned"]["id"] == "28:bot-app-id"
    assert activity["conversation"]["id"] == f"{channel.id};messageid={activity['id']}"
    assert activity["channelData"]["team"]["aadGroupId"] == team.group_id
    assert activity["channelData"]["channel"]["id"] == channel.id
    assert [a["text"] for a in answers] == ["in the thread"]


async def test_joining_and_leaving_a_team_are_told(client, bot, service, ada, yuki):
    team = service.chats.create_team("Helpdesk", [ada])
    await client.install_in_team(ada, team)
    await client.add_to_team(ada, team, yuki)
    await client.remove_from_team(ada, team, yuki)
    added, removed = bot.activities[-2:]
    assert added["channelData"]["eventType"] == "teamMemberAdded"
    assert added["membersAdded"] == [{"id": "29:Yuki", "aadObjectId": "oid-yuki"}]
    assert removed["membersRemoved"] == [{"id": "29:Yuki", "aadObjectId": "oid-yuki"}]
    assert team.members == ["oid-ada"]


async def test_a_group_chat_hears_mentions(client, bot, service, ada, mateo):
    chat = service.chats.create_group_chat("Project", [ada, mateo])
    await client.say_in_group(ada, chat, "help")
    assert bot.activities[-1]["conversation"]["conversationType"] == "groupChat"


async def test_pressing_sends_verb_data_and_inputs_and_shows_the_new_card(
    client, bot, posted, card_message, ada
):
    pressed_on = await posted(card_message([NAME, URGENT], actions=[EXECUTE]))

    async def answer(_):
        return invoke_answer(card("Yours now"))

    bot.answers = answer
    pressed = await client.press(ada, pressed_on, "Take", {"name": "ada", "urgent": "true"})
    invoke = bot.activities[-1]
    assert (invoke["type"], invoke["name"]) == ("invoke", "adaptiveCard/action")
    assert invoke["value"] == {
        "action": {
            "type": "Action.Execute",
            "verb": "assignment.take",
            "data": {"thread": 42, "name": "ada", "urgent": "true"},
        },
        "trigger": "manual",
    }
    assert invoke["replyToId"] == pressed_on["id"]
    assert (pressed.status, pressed.kind) == (200, "card")
    seen = client.transcript(ada)[-1]["attachments"][0]["content"]
    assert seen["body"][0]["text"] == "Yours now"
    original = client.service.current(client.chat(ada).id)[-1]
    assert original["attachments"][0]["content"]["actions"] == [EXECUTE]


async def test_an_update_by_the_bot_replaces_what_a_press_showed(
    client, bot, connector, posted, card_message, ada
):
    pressed_on = await posted(card_message(actions=[EXECUTE]))

    async def answer(_):
        return invoke_answer(card("Yours now"))

    bot.answers = answer
    await client.press(ada, pressed_on, "assignment.take")
    path = f"v3/conversations/{client.chat(ada).id}/activities/{pressed_on['id']}"
    await connector("PUT", path, {"type": "message", "text": "done"})
    assert client.transcript(ada)[-1]["text"] == "done"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            lambda: invoke_answer("Taken", "application/vnd.microsoft.activity.message"),
            (200, "toast", "Taken"),
        ),
        (
            lambda: invoke_answer(
                {"code": "Late", "message": "m"}, "application/vnd.microsoft.error", 409
            ),
            (409, "error", {"code": "Late", "message": "m"}),
        ),
    ],
)
async def test_toasts_and_errors_come_back(
    client, bot, posted, card_message, ada, answer, expected
):
    pressed_on = await posted(card_message(actions=[EXECUTE]))

    async def respond(_):
        return answer()

    bot.answers = respond
    pressed = await client.press(ada, pressed_on, 1)
    assert (pressed.status, pressed.kind, pressed.value) == expected


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda: web.Response(status=500), "BadAnswer"),
        (lambda: web.Response(status=200), "BadAnswer"),
        (lambda: web.json_response({"task": {}}), "BadAnswer"),
        (lambda: invoke_answer({"type": "AdaptiveCard"}), "InvalidCard"),
    ],
)
async def test_an_answer_teams_cannot_use_is_an_error(
    client, bot, posted, card_message, ada, answer, code
):
    pressed_on = await posted(card_message(actions=[EXECUTE]))

    async def respond(_):
        return answer()

    bot.answers = respond
    pressed = await client.press(ada, pressed_on, "Take")
    assert (pressed.kind, pressed.value["code"]) == ("error", code)


@pytest.mark.parametrize(
    "inputs", [{}, {"name": "toolong"}, {"name": "Ada"}, {"name": "ada", "other": "x"}]
)
async def test_the_client_does_not_send_what_the_card_forbids(
    client, bot, posted, card_message, ada, inputs
):
    pressed_on = await posted(card_message([NAME], actions=[EXECUTE]))
    with pytest.raises(InputRefused):
        await client.press(ada, pressed_on, "Take", inputs)
    assert bot.activities == []


async def test_an_old_client_submits_a_message_with_a_value_and_no_text(
    client, bot, posted, card_message, ada
):
    pressed_on = await posted(card_message([URGENT], actions=[EXECUTE]))
    await client.press(ada, pressed_on, "Take", fallback=True)
    activity = bot.activities[-1]
    assert (activity["type"], "text" in activity) == ("message", False)
    assert activity["value"] == {"verb": "take", "urgent": "false"}
    assert activity["replyToId"] == pressed_on["id"]


async def test_a_repeated_press_has_the_same_id(client, bot, posted, card_message, ada):
    pressed_on = await posted(card_message(actions=[EXECUTE]))
    await client.press(ada, pressed_on, "Take", repeat=1)
    assert bot.activities[0]["id"] == bot.activities[1]["id"]


async def test_a_link_is_opened_and_not_sent(client, bot, posted, card_message, ada):
    link = {"type": "Action.OpenUrl", "title": "Open", "url": "https://x.example/1"}
    pressed_on = await posted(card_message(actions=[link]))
    pressed = await client.press(ada, pressed_on, "open")
    assert (pressed.kind, pressed.value, bot.activities) == ("url", "https://x.example/1", [])


async def test_a_suggested_action_says_its_value(client, bot, posted, ada):
    actions = [{"type": "imBack", "title": "Show my queue", "value": "queue"}]
    message = {"type": "message", "text": "hi", "suggestedActions": {"actions": actions}}
    await client.press(ada, await posted(message), "Show my queue")
    assert bot.activities[-1]["text"] == "queue"
    assert client.transcript(ada)[-1]["text"] == "queue"


async def test_a_button_that_is_not_there_is_an_error(client, posted, card_message, ada):
    with pytest.raises(NoSuchButton):
        await client.press(ada, await posted(card_message(actions=[EXECUTE])), "Fly")


async def test_refresh_asks_only_for_those_it_names(client, bot, posted, card_message, ada, mateo):
    refresh = {"action": EXECUTE | {"verb": "view"}, "userIds": [ada.teams_id]}
    shown = await posted(card_message([{"type": "TextBlock", "text": "base"}], refresh=refresh))

    async def answer(_):
        return invoke_answer(card("for you"))

    bot.answers = answer
    assert await client.refresh(mateo, shown) is None
    pressed = await client.refresh(ada, shown)
    assert bot.activities[-1]["value"]["trigger"] == "automatic"
    assert pressed.card["body"][0]["text"] == "for you"


async def test_a_file_is_uploaded_after_consent(client, bot, posted, service, connector, ada):
    kind = "application/vnd.microsoft.teams.card.file.consent"
    content = {"sizeInBytes": 3, "acceptContext": {"export": 1}, "declineContext": {"export": 0}}
    ask = {"contentType": kind, "name": "report.csv", "content": content}
    shown = await posted({"type": "message", "attachments": [ask]})
    pressed = await client.press(ada, shown, "Allow")
    value = bot.activities[-1]["value"]
    assert (value["action"], value["context"]) == ("accept", {"export": 1})
    upload = value["uploadInfo"]["uploadUrl"].removeprefix(service.service_url)
    ranges = [("bytes 0-1/3", b"ab", 202), ("bytes 2-2/3", b"c", 201), ("bytes 9-9/3", b"d", 416)]
    for content_range, data, expected in ranges:
        headers = {"Content-Range": content_range}
        status, _, _ = await connector("PUT", upload, data=data, headers=headers)
        assert status == expected
    assert service.uploads.files[pressed.value["uniqueId"]] == b"abc"


async def test_declining_a_file_tells_the_bot(client, bot, posted, ada):
    kind = "application/vnd.microsoft.teams.card.file.consent"
    ask = {"contentType": kind, "name": "a.csv", "content": {"declineContext": {"export": 0}}}
    shown = await posted({"type": "message", "attachments": [ask]})
    await client.press(ada, shown, "Decline")
    value = bot.activities[-1]["value"]
    assert value == {"type": "fileUpload", "action": "decline", "context": {"export": 0}}


async def test_what_comes_unasked_can_be_waited_for(client, connector, ada):
    await client.install(ada)
    chat = client.chat(ada).id
    waiting = asyncio.create_task(client.endpoint.wait_for(lambda r: r.kind == "sent"))
    await asyncio.sleep(0)
    await connector.send(chat, {"type": "message", "text": "new mail"})
    assert (await waiting).activity["text"] == "new mail"
