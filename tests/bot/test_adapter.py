"""The whole edge through real loopback HTTP: what is refused, what is answered, and how."""

from __future__ import annotations

import asyncio
import gzip

import pytest
import structlog
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import (
    Activity,
    ChannelAccount,
    ConversationAccount,
    ConversationParameters,
    ConversationReference,
)

from bot.turn import caller_of, reply, update
from core.errors import ConnectorError, InvalidInput
from tests.bot.fakes import ADA, APP_ID, TENANT_ID, make_activity

pytestmark = pytest.mark.scenario


async def test_a_signed_message_is_answered(bot):
    assert await bot.post(text="queue") == (200, None)

    (answer,) = bot.channel.received
    assert answer["text"] == "Echo: queue"
    assert answer["path"] == "/v3/conversations/a%3Aada-1%3A1/activities"
    assert answer["recipient"] == {"id": "29:ada"}


@pytest.mark.parametrize(
    "change",
    [
        {"token": None},
        {"token": "garbage"},
        {"token": "a.b.c"},
        {"token": ""},
        {"headers": {"Authorization": "Basic YTpi"}},
        {"headers": {"Authorization": "Bearer \u00e9.b.c"}},
        {"channelId": None},
        {"channelId": "webchat"},
        {"serviceUrl": None},
        {"serviceUrl": "https://evil.example/"},
        {"channelData": None},
        {"channelData": {"tenant": {"id": "another"}}},
        {"conversation": {"id": "a:1", "tenantId": "another"}},
        {"from": {"id": "29:ada"}},
    ],
)
async def test_a_caller_nobody_knows_gets_401(bot, change):
    status, _ = await bot.post(**change)

    assert status == 401
    assert bot.logic.turns == 0


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-bot"},
        {"iss": "https://evil.example"},
        {"kid": "unknown"},
        {"kid": None},
        {"serviceurl": "https://smba.trafficmanager.net/amer/"},
        {"exp": 1},
        {"nbf": 32503680000},
        {"leave_out": "iss"},
        {"leave_out": "exp"},
        {"leave_out": "nbf"},
        {"leave_out": "serviceurl"},
    ],
)
async def test_a_token_wrong_in_one_way_gets_401(bot, claims):
    status, _ = await bot.post(token=bot.token(**claims))

    assert status == 401
    assert bot.logic.turns == 0


async def test_a_forged_signature_gets_401(bot, keys):
    good = bot.token()
    bot.key = type(bot.key)(bot.key.id, keys[1].private)

    assert (await bot.post(token=bot.token()))[0] == 401
    assert (await bot.post(token=good))[0] == 200


async def test_a_key_that_does_not_sign_for_teams_gets_401(bot):
    bot.channel.keys = [bot.key.jwk(["webchat"])]

    assert (await bot.post())[0] == 401


async def test_with_no_key_known_and_none_to_be_had_the_answer_is_503(bot):
    bot.channel.keys_down = True

    assert (await bot.post())[0] == 503


async def test_known_keys_go_on_while_the_key_server_is_down(bot):
    await bot.post(id="1")
    bot.channel.keys_down = True

    assert (await bot.post(id="2", token=bot.token(jti="another")))[0] == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"text"', b"null", b"{}", b'{"type":"message"}', b"\xff", b"[" * 5000],
)
async def test_what_is_not_an_activity_gets_400(bot, body):
    status, _ = await bot.post(body, headers={"Content-Type": "application/json"})

    assert status == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "x"])
async def test_another_content_type_gets_415(bot, kind):
    assert (await bot.post(b"{}", headers={"Content-Type": kind}))[0] == 415


async def test_over_256_kib_gets_413(bot):
    assert (await bot.post(text="x" * 256 * 1024))[0] == 413


async def test_over_256_kib_unpacked_gets_413(bot):
    packed = gzip.compress(b'{"text":"' + b"x" * 10_000_000 + b'"}')
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    assert (await bot.post(packed, headers=headers))[0] == 413


async def test_a_body_that_never_comes_gets_408(bot, monkeypatch):
    monkeypatch.setattr("bot.inbound.BODY_TIME", 0.05)

    async def body():
        yield b"{"
        await asyncio.sleep(1)

    headers = {"Content-Type": "application/json"}
    async with bot.session.post(bot.url, data=body(), headers=headers) as response:
        assert response.status == 408


@pytest.mark.parametrize(
    "kind", ["conversationUpdate", "installationUpdate", "messageReaction", "never-heard-of"]
)
async def test_events_get_200(bot, kind):
    assert await bot.post(type=kind) == (200, None)
    assert bot.channel.received == []


async def test_the_logic_knows_who_is_speaking(bot):
    callers = []

    async def act(turn_context):
        callers.append(caller_of(turn_context))

    bot.logic.act = act
    await bot.post()

    assert (callers[0].tenant_id, callers[0].aad_object_id) == (TENANT_ID, ADA)


async def test_a_repeated_message_is_handled_once(bot):
    answers = await asyncio.gather(*(bot.post(id="same") for _ in range(5)))

    assert {status for status, _ in answers} == {200}
    assert bot.logic.turns == 1
    assert len(bot.channel.received) == 1


async def test_turns_run_side_by_side_each_under_its_own_operation(bot):
    operations = []
    together = asyncio.Barrier(10)

    async def act(turn_context):
        await together.wait()
        operations.append(structlog.contextvars.get_contextvars()["operation_id"])
        await bot.logic.echo(turn_context)

    bot.logic.act = act
    await asyncio.gather(
        *(
            bot.post(id=str(number), text=str(number), conversation={"id": f"a:{number}"})
            for number in range(10)
        )
    )

    assert len(set(operations)) == 10
    assert {(sent["path"], sent["text"]) for sent in bot.channel.received} == {
        (f"/v3/conversations/a%3A{number}/activities", f"Echo: {number}") for number in range(10)
    }
    assert "operation_id" not in structlog.contextvars.get_contextvars()


@pytest.mark.parametrize("error", [ValueError("ada@contoso.example"), InvalidInput("address")])
async def test_a_failed_turn_is_apologised_for_under_its_operation(bot, error):
    async def act(_):
        raise error

    bot.logic.act = act
    with structlog.testing.capture_logs(
        processors=[structlog.contextvars.merge_contextvars]
    ) as logged:
        assert (await bot.post())[0] == 200

    (line,) = [line for line in logged if line["event"] == "turn failed"]
    assert bot.channel.received[0]["text"] == f"Sorry: {line['operation_id']}"
    assert line["error"] == type(error).__name__
    assert line["place"].startswith("tests.bot.test_adapter:act:") or ":act:" in line["place"]
    assert "ada@" not in str(logged)


async def test_an_apology_that_fails_too_still_gets_200(bot):
    async def act(_):
        raise ConnectorError(500, "ServiceError")

    bot.logic.act = act
    bot.channel.connector_status = 400

    assert (await bot.post())[0] == 200


async def test_a_failed_event_is_not_apologised_for(bot):
    async def act(_):
        raise ValueError

    bot.logic.act = act

    assert (await bot.post(type="conversationUpdate"))[0] == 200
    assert bot.channel.received == []


CARD = {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": {"a": 1}}


async def test_an_invoke_is_answered_with_the_logics_own_body(bot):
    async def act(turn_context):
        return InvokeResponse(status=200, body=CARD)

    bot.logic.act = act

    assert await bot.post(type="invoke", name="adaptiveCard/action") == (200, CARD)


async def test_an_invoke_answered_the_frameworks_way_works_too(bot):
    async def act(turn_context):
        await turn_context.send_activity(
            Activity(type="invokeResponse", value=InvokeResponse(status=200, body=CARD))
        )

    bot.logic.act = act

    assert await bot.post(type="invoke", name="adaptiveCard/action") == (200, CARD)


async def test_a_repeated_invoke_gets_the_first_ones_answer(bot):
    async def act(turn_context):
        await asyncio.sleep(0.05)
        return InvokeResponse(status=200, body=CARD)

    bot.logic.act = act
    answers = await asyncio.gather(
        *(bot.post(type="invoke", name="adaptiveCard/action") for _ in range(3))
    )
    answers.append(await bot.post(type="invoke", name="adaptiveCard/action"))

    assert answers == [(200, CARD)] * 4
    assert bot.logic.turns == 1


async def test_a_failed_invoke_gets_an_error_body(bot):
    async def act(_):
        raise ValueError

    bot.logic.act = act
    status, body = await bot.post(type="invoke", name="adaptiveCard/action")

    assert (status, body["statusCode"]) == (200, 500)
    assert body["type"] == "application/vnd.microsoft.error"


async def test_a_body_that_is_no_json_is_a_failure_and_not_a_500(bot):
    async def act(_):
        return InvokeResponse(status=200, body={"error": ValueError()})

    bot.logic.act = act
    status, body = await bot.post(type="invoke", name="adaptiveCard/action")

    assert (status, body["statusCode"]) == (200, 500)


@pytest.mark.parametrize("name", [None, "never/heardOf", "adaptiveCard/action"])
async def test_an_invoke_the_logic_does_not_know_gets_200(bot, name):
    assert (await bot.post(type="invoke", name=name))[0] == 200


async def test_a_card_is_updated_and_an_activity_deleted_in_a_turn(bot):
    async def act(turn_context):
        await update(turn_context, "17", {"type": "message", "text": "new"})
        await turn_context.update_activity(Activity(id="18", type="message", text="newer"))
        await turn_context.delete_activity("19")

    bot.logic.act = act
    await bot.post()

    assert [(sent["method"], sent["path"][-2:]) for sent in bot.channel.received] == [
        ("PUT", "17"),
        ("PUT", "18"),
        ("DELETE", "19"),
    ]


async def test_the_frameworks_own_reply_goes_the_same_way(bot):
    async def act(turn_context):
        sent = await turn_context.send_activity("hi")
        assert sent.id == "r1"

    bot.logic.act = act
    await bot.post(conversation={"id": "a:1"})

    (answer,) = bot.channel.received
    assert (answer["text"], answer["conversation"]) == ("hi", {"id": "a:1"})
    assert answer["replyToId"] == "1700000000001"


async def test_a_turn_can_be_begun_in_a_known_conversation(bot):
    reference = ConversationReference(
        conversation=ConversationAccount(id="a:1", tenant_id=TENANT_ID),
        bot=ChannelAccount(id=f"28:{APP_ID}"),
        user=ChannelAccount(id="29:ada"),
        channel_id="msteams",
        service_url=bot.channel.url,
    )

    async def logic(turn_context: TurnContext) -> None:
        with pytest.raises(KeyError):
            caller_of(turn_context)
        await turn_context.send_activity("good morning")

    await bot.adapter.continue_conversation(reference, logic, APP_ID)

    assert bot.channel.received[0]["text"] == "good morning"
    assert bot.channel.received[0]["path"].startswith("/v3/conversations/a%3A1/activities")


async def test_a_conversation_can_be_opened_and_spoken_in(bot):
    parameters = ConversationParameters(
        is_group=False,
        bot=ChannelAccount(id=f"28:{APP_ID}"),
        members=[ChannelAccount(id=ADA)],
        tenant_id=TENANT_ID,
    )

    async def logic(turn_context: TurnContext) -> None:
        await turn_context.send_activity("welcome")

    await bot.adapter.create_conversation(APP_ID, logic, parameters, service_url=bot.channel.url)

    opened, welcome = bot.channel.received
    assert opened["members"] == [{"id": ADA}]
    assert welcome["conversation"] == {"id": "r1"}


async def test_a_reply_marks_the_turn_as_responded(bot):
    responded = []

    async def act(turn_context):
        await reply(turn_context, {"type": "message", "text": "hi"})
        responded.append(turn_context.responded)

    bot.logic.act = act
    await bot.post()

    assert responded == [True]


async def test_every_refusal_leaves_no_trace_of_the_activity_in_the_log(bot):
    with structlog.testing.capture_logs() as logged:
        await bot.post(make_activity(text="my password is hunter2"), token="garbage")

    assert logged == [{"event": "caller refused", "log_level": "warning", "reason": "not a token"}]
