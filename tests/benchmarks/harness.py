"""What the benchmarks share: processes on loopback, signed activities, a measured load."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import psutil
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

APP_ID = "aaaaaaaa-0000-0000-0000-000000000001"
TENANT_ID = "11111111-1111-1111-1111-111111111111"
PEOPLE = 5
"""Who sends the activities, each from one 1:1 conversation."""


def person_id(number: int) -> str:
    """Entra object id."""
    return f"22222222-0000-0000-0000-{number:012d}"


@dataclass(frozen=True)
class Signer:
    """Bot Framework's key in this run."""

    private: rsa.RSAPrivateKey

    @classmethod
    def create(cls) -> Signer:
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def jwks(self) -> str:
        public = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        return json.dumps({"keys": [{**public, "kid": "bench", "endorsements": ["msteams"]}]})

    def token(self, service_url: str) -> str:
        now = int(time.time())
        claims = {
            "iss": "https://api.botframework.com",
            "aud": APP_ID,
            "nbf": now - 60,
            "exp": now + 3600,
            "serviceurl": service_url,
        }
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": "bench"})


class Program:
    """A script of this folder, running; it has said on its first line where it listens."""

    def __init__(self, script: str, *arguments: str) -> None:
        self.name = Path(script).stem
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / script), *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            raise SystemExit(f"{script} did not start")
        self._measured = psutil.Process(self._process.pid)

    def cpu_seconds(self) -> float:
        times = self._measured.cpu_times()
        return float(times.user + times.system)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@dataclass
class Figures:
    """Sums over the rounds of one bot."""

    turns: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return self.turns / self.seconds

    @property
    def per_cpu_second(self) -> float:
        return self.turns / self.cpu_seconds


_numbers = itertools.count(1)


def activity(service_url: str) -> dict[str, Any]:
    """A message nobody has sent before."""
    number = next(_numbers)
    return {
        "type": "message",
        "id": f"{1_700_000_000_000 + number}",
        "timestamp": "2026-03-01T03:00:00.123Z",
        "serviceUrl": service_url,
        "channelId": "msteams",
        "from": {
            "id": f"29:{number % PEOPLE}",
            "name": "Ada",
            "aadObjectId": person_id(number % PEOPLE),
        },
        "conversation": {
            "id": f"a:chat-{number % PEOPLE}",
            "conversationType": "personal",
            "tenantId": TENANT_ID,
        },
        "recipient": {"id": f"28:{APP_ID}", "name": "Postroom"},
        "text": "queue",
        "textFormat": "plain",
        "locale": "en-GB",
        "entities": [{"type": "clientInfo", "locale": "en-GB", "platform": "Windows"}],
        "channelData": {"tenant": {"id": TENANT_ID}},
    }


async def post_turns(
    url: str, service_url: str, token: str, *, turns: int, at_once: int = 16
) -> float:
    """POST so many activities, `at_once` at any time; returns the seconds it took.

    Without a token no Authorization header is sent: the framework would check it even with
    authentication off.
    """
    waiting = iter([json.dumps(activity(service_url)).encode() for _ in range(turns)])
    headers = {"Content-Type": "application/json", **_authorization(token)}

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def client() -> None:
            for body in waiting:
                async with session.post(url, data=body, headers=headers) as response:
                    await response.read()
                    if response.status not in (200, 201, 202):
                        raise SystemExit(f"{url} answered {response.status}")

        started = time.perf_counter()
        await asyncio.gather(*(client() for _ in range(at_once)))
        return time.perf_counter() - started


def _authorization(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


async def measure(
    bot: Program, figures: Figures, service_url: str, token: str, *, turns: int
) -> None:
    """One round: what it took by the clock and by the bot's processor time."""
    before = bot.cpu_seconds()
    figures.seconds += await post_turns(bot.url, service_url, token, turns=turns)
    figures.cpu_seconds += bot.cpu_seconds() - before
    figures.turns += turns


async def replies_taken(channel_url: str) -> int:
    """How many replies have reached the fake connector."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{channel_url}/taken") as response,
    ):
        return int((await response.json())["count"])
