"""Bot Framework's signing keys: fetched, kept, renewed."""

from __future__ import annotations

import asyncio

import pytest

from bot.outgoing import Answer, Unreachable
from bot.signing_keys import KEEP, PAUSE, PAUSE_WITHOUT_KEYS, KeysUnavailable, SigningKeys
from tests.bot.fakes import KEYS_URL, json_answer

DOWN = Unreachable("connect", sent=False)


@pytest.fixture
def signing_keys(door, time):
    return SigningKeys(door, ticks=time.ticks)


async def test_fetches_once_and_keeps_the_keys(signing_keys, door, time):
    first = await signing_keys.find("today")
    time.seconds = KEEP - 1
    second = await signing_keys.find("today")

    assert first is second
    assert first.endorsements == {"msteams", "webchat"}
    assert len(door.to(KEYS_URL)) == 1


async def test_many_turns_at_once_share_one_fetch(signing_keys, door):
    await asyncio.gather(*(signing_keys.find("today") for _ in range(20)))

    assert len(door.to(KEYS_URL)) == 1


async def test_renews_after_a_day(signing_keys, door, time):
    await signing_keys.find("today")
    version = signing_keys.version
    time.seconds += KEEP

    await signing_keys.find("today")

    assert len(door.to(KEYS_URL)) == 2
    assert signing_keys.version == version + 1


async def test_an_unknown_key_id_renews_at_once(signing_keys, door, keys, time):
    await signing_keys.find("today")
    door.on(KEYS_URL, json_answer({"keys": [key.jwk() for key in keys]}))
    time.seconds += PAUSE

    assert await signing_keys.find("tomorrow") is not None


async def test_invented_key_ids_do_not_flood_the_key_server(signing_keys, door, time):
    for number in range(100):
        assert await signing_keys.find(f"invented-{number}") is None
        time.seconds += 0.5

    assert len(door.to(KEYS_URL)) == 1


async def test_without_any_key_nobody_can_be_recognised(signing_keys, door):
    door.on("openidconfiguration", DOWN)

    with pytest.raises(KeysUnavailable):
        await signing_keys.find("today")


async def test_a_key_server_that_comes_back_is_found_soon(signing_keys, door, time):
    back = door.answers["openidconfiguration"]
    door.on("openidconfiguration", DOWN)
    with pytest.raises(KeysUnavailable):
        await signing_keys.find("today")
    door.answers["openidconfiguration"] = back
    time.seconds += PAUSE_WITHOUT_KEYS

    assert await signing_keys.find("today") is not None


async def test_known_keys_outlive_a_key_server_that_is_down(signing_keys, door, time):
    await signing_keys.find("today")
    door.on("openidconfiguration", DOWN)
    time.seconds += KEEP

    assert await signing_keys.find("today") is not None


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b"oops"),
        Answer(302, b""),
        Answer(200, b"<html>"),
        json_answer([]),
        json_answer({}),
        json_answer({"keys": "none"}),
        json_answer({"keys": [None, {}, {"kid": 7}, {"kid": "x"}, {"kid": "x", "kty": "oct"}]}),
        json_answer({"keys": [{"kid": "x", "kty": "RSA", "n": "?", "e": "AQAB"}]}),
    ],
)
async def test_an_answer_without_usable_keys_counts_as_none(signing_keys, door, answer):
    door.on(KEYS_URL, answer)

    with pytest.raises(KeysUnavailable):
        await signing_keys.find("today")


async def test_keys_elsewhere_than_at_an_allowed_host_are_not_fetched(door, time):
    from bot.outgoing import HttpDoor
    from core.outgoing import AllowedHosts

    strict = HttpDoor(None, AllowedHosts(["login.botframework.com"]))
    signing_keys = SigningKeys(strict, "https://evil.example/keys", ticks=time.ticks)

    with pytest.raises(KeysUnavailable):
        await signing_keys.find("today")
