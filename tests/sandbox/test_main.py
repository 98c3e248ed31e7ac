"""`python -m sandbox` as a process of its own."""

from __future__ import annotations

import asyncio
import json
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

pytestmark = pytest.mark.scenario

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
async def test_it_says_where_it_is_serves_and_ends_cleanly(folder, ending) -> None:
    async with process("--folder", str(folder), "--members", "7") as sandbox:
        assert sandbox.stdout is not None
        ready = json.loads(await sandbox.stdout.readline())
        tls = ssl.create_default_context(cafile=ready["ca_file"])
        async with (
            aiohttp.ClientSession() as session,
            session.get(ready["bot_openid_url"], ssl=tls) as response,
        ):
            assert response.status == 200

        sandbox.send_signal(ending)
        rest = await sandbox.stdout.read()
        assert await sandbox.wait() == 0

    assert rest == b""
    assert len(ready["members"]) == 7
    assert ready["members"][0].keys() == {"id", "name", "email", "teams_id"}
    assert ready.keys() >= {
        "login_url",
        "graph_url",
        "connector_url",
        "tenant_id",
        "client_id",
        "client_secret",
        "bot_app_id",
        "bot_app_password",
        "mailbox",
        "control_url",
        "control_token",
    }


async def test_too_many_members_are_refused(folder) -> None:
    async with process("--members", "51", "--folder", str(folder)) as sandbox:
        assert await sandbox.wait() == 2
