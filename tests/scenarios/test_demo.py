"""The demo: a queue within a minute, the same data at the second start, a clean end."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from sandbox.postroom import free_port
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
    assert "Your queue: 9 open" in shown
    assert "You are Mateo Álvarez now." in shown

    code, shown, _ = await demo(tmp_path, "show 62\n/channel\nqueue\n")

    assert code == 0
    assert "Onboard" not in shown
    assert "Mateo Álvarez" in shown
    assert "I have answered you in 1:1." in shown


async def test_without_a_keyboard_it_serves_until_it_is_told_to_end(tmp_path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("app.py", "demo", "--folder", str(tmp_path), "--port", "0"),
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
        process.send_signal(signal.SIGTERM)
        rest = await process.stderr.read()
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert b"Everything has ended." in rest


async def test_a_port_in_use_is_said(tmp_path) -> None:
    port = free_port()
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", port)
    async with server:
        code, _, errors = await demo(tmp_path, "", port=port)

    assert code == 2
    assert "is in use" in errors
