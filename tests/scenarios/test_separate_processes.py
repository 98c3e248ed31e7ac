"""`python -m sandbox` and `python app.py serve`, joined by settings alone."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from core.keyring import new_settings
from sandbox.postroom import free_port
from tests.scenarios.tours import ROOT

pytestmark = pytest.mark.scenario


@asynccontextmanager
async def process(*arguments: str, **environ: str) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=ROOT,
        env=os.environ | environ,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.terminate()
        await started.communicate()


def settings(ready: dict[str, Any], url: str, folder: Path) -> dict[str, str]:
    """What the sandbox's line says, as Postroom's environment."""
    return new_settings() | {
        "POSTROOM_BOT_APP_ID": ready["bot_app_id"],
        "POSTROOM_BOT_APP_PASSWORD": ready["bot_app_password"],
        "POSTROOM_BOT_TENANT_ID": ready["tenant_id"],
        "POSTROOM_GRAPH_CLIENT_ID": ready["client_id"],
        "POSTROOM_GRAPH_CLIENT_SECRET": ready["client_secret"],
        "POSTROOM_ADMINS": ready["members"][0]["id"],
        "POSTROOM_PUBLIC_URL": url,
        "POSTROOM_PORT": url.rpartition(":")[2],
        "POSTROOM_DATABASE_URL": f"sqlite://{folder / 'postroom.db'}",
        "POSTROOM_LOGIN_URL": ready["login_url"],
        "POSTROOM_GRAPH_URL": ready["graph_url"],
        "POSTROOM_BOT_OPENID_URL": ready["bot_openid_url"],
        "POSTROOM_SERVICE_HOSTS": ready["connector_url"].split("/")[2],
        "POSTROOM_CA_FILE": ready["ca_file"],
    }


async def until_ready(url: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(60):
        while True:
            try:
                async with session.get(f"{url}/ready") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)


async def test_one_chats_with_a_served_postroom_from_the_sandboxs_terminal(
    folder_with_keys, tmp_path
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    async with process("-m", "sandbox", "--folder", str(folder_with_keys), "--bot", url) as sandbox:
        assert sandbox.stdout is not None
        ready = json.loads(await sandbox.stdout.readline())
        async with process("app.py", "serve", **settings(ready, url, tmp_path)):
            await until_ready(url)

            shown, _ = await sandbox.communicate(b"/add\nonboard\n")

    assert sandbox.returncode == 0
    assert "Welcome to Postroom" in shown.decode()
    assert "Which mailbox shall your team work here?" in shown.decode()
