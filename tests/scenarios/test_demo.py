"""The demo: a queue within a minute, the same data at the second start, a clean end."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.playground import PORTS
from sandbox.postroom import free_port
from sandbox.sample import BOT_APP_ID, TENANT_ID, sample_tenant
from tests.scenarios.tours import ROOT

pytestmark = pytest.mark.scenario


async def demo(folder: Path, typed: str, *, port: int = 0) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a demo in which these lines were typed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("app.py", "demo", "--folder", str(folder), "--port", str(port)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate(typed.encode())
    assert process.returncode is not None
    return process.returncode, out.decode(), errors.decode()


async def test_one_takes_mail_from_a_queue_and_finds_it_so_at_the_next_start(tmp_path) -> None:
    code, shown, _ = await demo(tmp_path, "queue\nrelease 62\n/as Mateo\ntake 62\n")

    assert code == 0
    assert "Your queue: 8 open" in shown
    assert "You are Mateo Álvarez now." in shown

    code, shown, _ = await demo(tmp_path, "show 62\n/channel\nqueue\n")

    assert code == 0
    assert "Onboard" not in shown
    assert "Mateo Álvarez" in shown
    assert "I have answered you in 1:1." in shown


async def test_unsigned_it_answers_a_playground_on_this_machine(tmp_path) -> None:
    heard: asyncio.Queue[dict] = asyncio.Queue()

    async def connector(request: web.Request) -> web.Response:
        heard.put_nowait(await request.json() if request.can_read_body else {})
        return web.json_response({"id": "1"}, status=201)

    playground = web.Application()
    playground.router.add_route("*", "/{tail:.*}", connector)
    port = free_port()
    server = TestServer(playground, port=free_among(PORTS))
    async with server, silent_demo(tmp_path, port, "--unsigned"):
        message = a_message(f"http://127.0.0.1:{server.port}/_connector")
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://127.0.0.1:{port}/api/messages", json=message) as answer,
        ):
            assert answer.status < 300
        async with asyncio.timeout(10):
            reply = await heard.get()

    assert "Your queue" in str(reply)


def free_among(ports: range) -> int:
    for port in ports:
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    pytest.skip("every port of a Playground is in use")


def a_message(service_url: str) -> dict:
    """What the Playground posts, without any token, for the tenant's first person."""
    person = next(iter(sample_tenant().users.values()))
    return {
        "type": "message",
        "id": "playground-1",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": person.teams_id, "name": person.name, "aadObjectId": person.id},
        "recipient": {"id": f"28:{BOT_APP_ID}", "name": "Postroom"},
        "conversation": {
            "id": "a:playground",
            "conversationType": "personal",
            "tenantId": TENANT_ID,
        },
        "channelData": {"tenant": {"id": TENANT_ID}},
        "text": "queue",
    }


@asynccontextmanager
async def silent_demo(folder: Path, port: int, *more: str) -> AsyncIterator[asyncio.StreamReader]:
    """A demo that nobody types to; its stderr. Told to end by SIGTERM, which must be clean."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("app.py", "demo", "--folder", str(folder), "--port", str(port), *more),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            while b"Postroom is running" not in await process.stderr.readline():
                pass
        yield process.stderr
        process.send_signal(signal.SIGTERM)
        assert b"Everything has ended." in await process.stderr.read()
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_without_a_keyboard_it_serves_until_it_is_told_to_end(tmp_path) -> None:
    async with silent_demo(tmp_path, 0):
        await asyncio.sleep(0.5)  # longer than the end of its input takes to be noticed


async def test_a_port_in_use_is_said(tmp_path) -> None:
    port = free_port()
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", port)
    async with server:
        code, _, errors = await demo(tmp_path, "", port=port)

    assert code == 2
    assert "is in use" in errors
