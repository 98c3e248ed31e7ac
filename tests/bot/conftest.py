"""What the tests of the channel edge share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.bot.channel import Bot, running_bot
from tests.bot.fakes import (
    KEYS_URL,
    FakeDoor,
    FakeTime,
    TestKey,
    json_answer,
    make_activity,
    make_token,
)


@pytest.fixture(scope="session")
def keys() -> tuple[TestKey, TestKey]:
    """Today's key and tomorrow's."""
    return tuple(  # type: ignore[return-value]
        TestKey(name, rsa.generate_private_key(public_exponent=65537, key_size=2048))
        for name in ("today", "tomorrow")
    )


@pytest.fixture
def key(keys: tuple[TestKey, TestKey]) -> TestKey:
    return keys[0]


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def token(key: TestKey, time: FakeTime) -> Callable[..., str]:
    """Makes a token that is good now, or changed in one way."""
    return lambda **changes: make_token(key, time.now(), **changes)


@pytest.fixture
def activity() -> Callable[..., dict[str, Any]]:
    return make_activity


@pytest.fixture
def door(key: TestKey) -> FakeDoor:
    """A door behind which the key server and the sign-in work."""
    door = FakeDoor()
    door.on("openidconfiguration", json_answer({"jwks_uri": KEYS_URL}))
    door.on(KEYS_URL, json_answer({"keys": [key.jwk()]}))
    door.on("/oauth2/v2.0/token", json_answer({"access_token": "bot-token", "expires_in": 3600}))
    return door


@pytest.fixture
async def bot(key: TestKey) -> AsyncIterator[Bot]:
    """A bot in a channel, both on loopback."""
    async for running in running_bot(key):
        yield running
