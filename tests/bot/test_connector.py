"""Replies and proactive messages out."""

from __future__ import annotations

import pytest

from bot.bot_token import BotToken
from bot.connector import Connector
from bot.outgoing import Answer, Unreachable
from bot.pacer import Pacer
from bot.patience import BACKGROUND, IN_TURN
from bot.references import Reference
from core.errors import ConnectorError, RecipientUnreachable
from tests.bot.fakes import ADA, APP_ID, SERVICE_URL, TENANT_ID, json_answer

CHAT = Reference(SERVICE_URL, "a:x/1;messageid=2", TENANT_ID, f"28:{APP_ID}", "29:ada", ADA)
CHAT_URL = "https://smba.trafficmanager.net/emea/v3/conversations/a%3Ax%2F1%3Bmessageid%3D2"


@pytest.fixture
def connector(door, time):
    token = BotToken(door, app_id=APP_ID, secret="s", tenant="t", ticks=time.ticks)
    pacer = Pacer(ticks=time.ticks, sleep=time.sleep)
    door.on("/v3/", json_answer({"id": "new"}, 201))
    return Connector(door, token, app_id=APP_ID, pacer=pacer, sleep=time.sleep, chance=lambda: 0.5)


def refusal(status, code="", sub_code=None, retry_after=None):
    error = {"code": code, "message": "about ada@contoso.example"}
    body = {"error": error} if sub_code is None else {"error": error, "subCode": sub_code}
    return json_answer(body, status, retry_after)


async def test_sends_to_a_conversation(connector, door):
    assert await connector.send(CHAT, {"type": "message", "text": "hi"}) == "new"

    (sent,) = door.to("/v3/")
    assert (sent.method, sent.url) == ("POST", f"{CHAT_URL}/activities")
    assert sent.headers["Authorization"] == "Bearer bot-token"
    assert sent.json() == {
        "type": "message",
        "text": "hi",
        "from": {"id": f"28:{APP_ID}"},
        "recipient": {"id": "29:ada"},
        "conversation": {"id": CHAT.conversation_id},
    }


async def test_replies_to_an_activity(connector, door):
    await connector.reply(CHAT, "17/1", {"type": "message"})

    (sent,) = door.to("/v3/")
    assert sent.url == f"{CHAT_URL}/activities/17%2F1"
    assert sent.json()["replyToId"] == "17/1"


async def test_updates_and_deletes(connector, door):
    await connector.update(CHAT, "17", {"type": "message", "text": "new words"})
    await connector.delete(CHAT, "17")

    updated, deleted = door.to("/v3/")
    assert (updated.method, updated.url) == ("PUT", f"{CHAT_URL}/activities/17")
    assert updated.json()["id"] == "17"
    assert (deleted.method, deleted.body) == ("DELETE", None)


@pytest.mark.parametrize("who", [{"member_id": "29:ada"}, {"aad_object_id": ADA}])
async def test_opens_a_conversation_in_a_tenant(connector, door, who):
    opened = await connector.create_conversation(SERVICE_URL, TENANT_ID, **who)

    (sent,) = door.to("/v3/")
    assert opened == "new"
    assert sent.url == "https://smba.trafficmanager.net/emea/v3/conversations"
    assert sent.json() == {
        "isGroup": False,
        "bot": {"id": f"28:{APP_ID}"},
        "members": [{"id": next(iter(who.values()))}],
        "tenantId": TENANT_ID,
        "channelData": {"tenant": {"id": TENANT_ID}},
    }


async def test_an_answer_without_an_id_is_not_taken_for_a_conversation(connector, door):
    door.on("/v3/", Answer(200, b""))

    with pytest.raises(ConnectorError):
        await connector.create_conversation(SERVICE_URL, TENANT_ID, member_id="29:ada")


async def test_reads_one_member(connector, door):
    door.on("/members/", json_answer({"id": "29:ada", "objectId": ADA, "name": "Ada"}))

    member = await connector.get_member(CHAT, "29:ada")

    assert (member.id, member.aad_object_id, member.name) == ("29:ada", ADA, "Ada")
    assert door.to("/members/")[0].url == f"{CHAT_URL}/members/29%3Aada"


async def test_reads_members_page_by_page(connector, door):
    door.on(
        "pagedmembers",
        json_answer({"members": [{"id": "29:a"}, {"id": "29:b"}], "continuationToken": "a+b/c"}),
        json_answer({"members": [{"id": "29:c", "aadObjectId": "c"}]}),
    )

    members = [member.id async for member in connector.get_members(CHAT)]

    assert members == ["29:a", "29:b", "29:c"]
    assert door.to("pagedmembers")[1].url.endswith("&continuationToken=a%2Bb%2Fc")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "BotNotInConversationRoster"),
        (403, "ConversationBlockedByUser"),
        (403, "BotDisabledByAdmin"),
        (404, "ConversationNotFound"),
    ],
)
async def test_says_when_a_person_cannot_be_reached(connector, door, status, code):
    door.on("/v3/", refusal(status, code))

    with pytest.raises(RecipientUnreachable) as refused:
        await connector.send(CHAT, {})

    assert refused.value.code == code
    assert len(door.to("/v3/")) == 1


async def test_a_sub_code_can_say_it_too(connector, door):
    door.on("/v3/", refusal(403, "Forbidden", sub_code="MessageWritesBlocked"))

    with pytest.raises(RecipientUnreachable):
        await connector.send(CHAT, {})


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "BadArgument"),
        (403, "NotEnoughPermissions"),
        (404, "ActivityNotFoundInConversation"),
        (413, "MessageSizeTooBig"),
        (500, "ServiceError"),
    ],
)
async def test_other_refusals_keep_their_code_and_no_words(connector, door, status, code):
    door.on("/v3/", refusal(status, code))

    with pytest.raises(ConnectorError) as refused:
        await connector.send(CHAT, {})

    assert (refused.value.status, refused.value.code) == (status, code)
    assert "ada" not in str(refused.value)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error":{"code":7}}']
)
async def test_a_refusal_in_any_other_form_is_unknown(connector, door, body):
    door.on("/v3/", Answer(400, body))

    with pytest.raises(ConnectorError) as refused:
        await connector.send(CHAT, {})

    assert refused.value.code == "Unknown"


async def test_a_code_that_is_no_code_is_not_repeated(connector, door):
    door.on("/v3/", refusal(400, "no member ada@contoso.example"))

    with pytest.raises(ConnectorError) as refused:
        await connector.send(CHAT, {})

    assert refused.value.code == "Unknown"


@pytest.mark.parametrize("status", [412, 429, 502, 504])
async def test_tries_again_as_teams_says(connector, door, time, status):
    door.on("/v3/", refusal(status), json_answer({"id": "late"}))

    assert await connector.send(CHAT, {}) == "late"
    assert 2.0 <= time.seconds <= 2.5


async def test_waits_as_long_as_the_server_asks(connector, door, time):
    door.on("/v3/", refusal(429, retry_after=9.0), json_answer({"id": "late"}))

    await connector.send(CHAT, {})

    assert time.seconds >= 9.0


async def test_gives_up_after_a_few_attempts(connector, door):
    door.on("/v3/", refusal(502))

    with pytest.raises(ConnectorError):
        await connector.send(CHAT, {})

    assert len(door.to("/v3/")) == BACKGROUND.attempts


async def test_hands_a_long_pause_on_to_the_caller(connector, door):
    door.on("/v3/", refusal(429, retry_after=120.0))

    with pytest.raises(ConnectorError) as refused:
        await connector.send(CHAT, {})

    assert refused.value.retry_after == 120.0


async def test_in_a_turn_nobody_waits_long(connector, door, time):
    door.on("/v3/", refusal(502))

    with pytest.raises(ConnectorError):
        await connector.reply(CHAT, "17", {}, patience=IN_TURN)

    assert time.seconds < 5


async def test_a_refused_token_is_renewed_once(connector, door):
    door.on("/v3/", refusal(401), json_answer({"id": "new"}))

    assert await connector.send(CHAT, {}) == "new"
    assert len(door.to("/oauth2/v2.0/token")) == 2


async def test_a_bot_that_is_not_registered_is_told_so(connector, door):
    door.on("/v3/", refusal(401, "BotNotRegistered"))

    with pytest.raises(ConnectorError) as refused:
        await connector.send(CHAT, {})

    assert refused.value.code == "BotNotRegistered"
    assert len(door.to("/v3/")) == 2


async def test_what_was_never_sent_is_sent_again(connector, door):
    door.on("/v3/", Unreachable("connect", sent=False), json_answer({"id": "late"}))

    assert await connector.send(CHAT, {}) == "late"


async def test_a_connector_that_is_down_is_named(connector, door):
    door.on("/v3/", Unreachable("connect", sent=False))

    with pytest.raises(ConnectorError) as refused:
        await connector.send(CHAT, {})

    assert (refused.value.status, refused.value.code) == (0, "Unreachable")


async def test_what_may_have_arrived_is_not_sent_again(connector, door):
    door.on("/v3/", Unreachable("timeout", sent=True))

    with pytest.raises(ConnectorError) as refused:
        await connector.send(CHAT, {})

    assert (refused.value.status, refused.value.code) == (0, "NoAnswer")
    assert len(door.to("/v3/")) == 1


async def test_a_burst_is_spread_over_the_limits(connector, door, time):
    for _ in range(61):
        await connector.send(CHAT, {})

    assert time.seconds >= 30
