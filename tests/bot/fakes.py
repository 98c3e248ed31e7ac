"""Stand-ins for the tests of the channel edge: keys, tokens, activities, a clock, a door."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.outgoing import Answer, Unreachable

APP_ID = "aaaaaaaa-0000-0000-0000-000000000001"
TENANT_ID = "11111111-1111-1111-1111-111111111111"
ADA = "22222222-0000-0000-0000-000000000001"
SERVICE_URL = "https://smba.trafficmanager.net/emea/"
KEYS_URL = "https://login.botframework.com/v1/.well-known/keys"
START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


class FakeTime:
    """A clock that stands still until somebody sleeps or moves it."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def ticks(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


@dataclass
class Sent:
    """A request as the fake door saw it."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None

    def json(self) -> Any:
        return orjson.loads(self.body or b"null")


@dataclass
class FakeDoor:
    """Stands for HttpDoor: answers in the order they were laid ready, the last one for ever."""

    answers: dict[str, list[Answer | Unreachable]] = field(default_factory=dict)
    """By a part of the URL; the longest that fits counts."""
    sent: list[Sent] = field(default_factory=list)

    def on(self, part: str, *answers: Answer | Unreachable) -> None:
        self.answers[part] = list(answers)

    def to(self, part: str) -> list[Sent]:
        return [request for request in self.sent if part in request.url]

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 10.0,  # noqa: ASYNC109
    ) -> Answer:
        self.sent.append(Sent(method, url, dict(headers or {}), body))
        await asyncio.sleep(0)
        parts = [part for part in self.answers if part in url]
        if not parts:
            raise AssertionError(f"nobody expected {method} {url}")
        ready = self.answers[max(parts, key=len)]
        answer = ready.pop(0) if len(ready) > 1 else ready[0]
        if isinstance(answer, Unreachable):
            raise answer
        return answer


def json_answer(body: object, status: int = 200, retry_after: float | None = None) -> Answer:
    return Answer(status, orjson.dumps(body), retry_after)


@dataclass(frozen=True)
class TestKey:
    """A key of the made-up Bot Framework."""

    __test__ = False

    id: str
    private: rsa.RSAPrivateKey

    def jwk(self, endorsements: list[str] | None = None) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        named = ["msteams", "webchat"] if endorsements is None else endorsements
        return {**public, "kid": self.id, "use": "sig", "endorsements": named}


def make_token(
    key: TestKey, now: datetime, *, leave_out: str | None = None, **changes: object
) -> str:
    """A token as Bot Framework signs them; keyword arguments change claims or `kid`."""
    kid = changes.pop("kid", key.id)
    claims = {
        "iss": "https://api.botframework.com",
        "aud": APP_ID,
        "nbf": int(now.timestamp()) - 60,
        "exp": int(now.timestamp()) + 3600,
        "serviceurl": SERVICE_URL,
        **changes,
    }
    claims.pop(leave_out or "", None)
    headers = {} if kid is None else {"kid": str(kid)}
    return jwt.PyJWS().encode(orjson.dumps(claims), key.private, algorithm="RS256", headers=headers)


def make_activity(**changes: object) -> dict[str, Any]:
    """A message of Ada's in her 1:1 chat, as Teams posts it; None leaves a field out."""
    activity: dict[str, Any] = {
        "type": "message",
        "id": "1700000000001",
        "timestamp": "2026-03-01T03:00:00.123Z",
        "serviceUrl": SERVICE_URL,
        "channelId": "msteams",
        "from": {"id": "29:ada", "name": "Ada", "aadObjectId": ADA},
        "conversation": {
            "id": "a:ada-1:1",
            "conversationType": "personal",
            "tenantId": TENANT_ID,
        },
        "recipient": {"id": f"28:{APP_ID}", "name": "Postroom"},
        "text": "queue",
        "textFormat": "plain",
        "locale": "en-GB",
        "entities": [{"type": "clientInfo", "locale": "en-GB", "platform": "Windows"}],
        "channelData": {"tenant": {"id": TENANT_ID}},
        **changes,
    }
    return {name: value for name, value in activity.items() if value is not None}
