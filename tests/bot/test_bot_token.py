"""The bot's own token."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

import pytest

from bot.bot_token import BotToken
from bot.outgoing import Answer, Unreachable
from core.errors import ConfigError, ConnectorError
from tests.bot.fakes import APP_ID, json_answer

TOKEN_URL = "/oauth2/v2.0/token"


@pytest.fixture
def bot_token(door, time):
    return BotToken(door, app_id=APP_ID, secret="secret", tenant="t/x", ticks=time.ticks)


async def test_asks_as_an_application_for_the_connectors_scope(bot_token, door):
    await bot_token.get()

    (sent,) = door.to(TOKEN_URL)
    form = parse_qs(sent.body.decode())
    assert sent.url == "https://login.microsoftonline.com/t%2Fx/oauth2/v2.0/token"
    assert form["grant_type"] == ["client_credentials"]
    assert form["scope"] == ["https://api.botframework.com/.default"]
    assert form["client_id"] == [APP_ID]


async def test_many_at_once_share_one_fetch(bot_token, door):
    tokens = await asyncio.gather(*(bot_token.get() for _ in range(20)))

    assert set(tokens) == {"bot-token"}
    assert len(door.to(TOKEN_URL)) == 1


async def test_is_replaced_five_minutes_before_its_end(bot_token, door, time):
    await bot_token.get()
    time.seconds = 3600 - 301
    await bot_token.get()
    assert len(door.to(TOKEN_URL)) == 1
    time.seconds = 3600 - 300
    await bot_token.get()

    assert len(door.to(TOKEN_URL)) == 2


async def test_a_short_lived_token_is_not_fetched_for_every_call(bot_token, door, time):
    door.on(TOKEN_URL, json_answer({"access_token": "short", "expires_in": 60}))
    await bot_token.get()
    time.seconds = 29
    await bot_token.get()

    assert len(door.to(TOKEN_URL)) == 1


async def test_the_old_token_is_used_while_it_lasts_when_sign_in_is_down(bot_token, door, time):
    await bot_token.get()
    door.on(TOKEN_URL, Unreachable("connect", sent=False))
    time.seconds = 3400

    assert await bot_token.get() == "bot-token"
    time.seconds = 3601
    with pytest.raises(ConnectorError):
        await bot_token.get()


async def test_a_refused_token_is_fetched_anew_once(bot_token, door):
    token = await bot_token.get()
    bot_token.discard(token)
    bot_token.discard("another")
    await bot_token.get()
    await bot_token.get()

    assert len(door.to(TOKEN_URL)) == 2


@pytest.mark.parametrize(
    "answer",
    [
        json_answer({"error": "invalid_client"}, 401),
        json_answer([]),
        json_answer({"access_token": "", "expires_in": 1}),
        json_answer({"access_token": "x"}),
        Answer(200, b"<html>"),
    ],
)
async def test_no_token_is_an_error(bot_token, door, answer):
    door.on(TOKEN_URL, answer)

    with pytest.raises(ConnectorError):
        await bot_token.get()


def test_every_missing_setting_is_named(door):
    with pytest.raises(ConfigError) as refused:
        BotToken(door, app_id="", secret=" ", tenant="")

    assert len(refused.value.problems) == 3
