"""From launch to the first answered turn: `app.py serve` beside a bare program that answers.

Postroom starts as it does in production, on a database that is there already; its turn is
a signed `queue`, answered when the card has reached the connector. The bare program
imports botbuilder, tortoise, aiohttp and msal, and answers 200. Runs are interleaved.

Run: python tests/benchmarks/bench_launch.py [--runs N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median

import aiohttp
from figures import Figure, report
from harness import HERE, ROOT, Program, Signer, activity, replies_taken

sys.path.insert(0, str(ROOT))

from mailroom import environment, fill

WANTED = 2.0
"""Postroom's launch in launches of the bare program, less than this."""
PATIENCE = 60
"""Seconds until a launch has failed."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure launch to first answered turn.")
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs

    signer = Signer.create()
    channel = Program("fake_channel.py", signer.jwks())
    bare: list[float] = []
    ours: list[float] = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings = environment(Path(folder), channel.url)
            asyncio.run(fill(settings))
            token = signer.token(f"{channel.url}/")
            for _ in range(runs + 1):
                bare.append(_launch([str(HERE / "bare.py")], channel.url, token))
                ours.append(_launch(["app.py", "serve"], channel.url, token, settings))
        if asyncio.run(replies_taken(channel.url)) != len(ours):
            raise SystemExit("not every launch answered its turn once")
    finally:
        channel.stop()
    # The first of each fills the machine's file cache.
    show(bare[1:], ours[1:])


def _launch(
    command: Sequence[str], channel: str, token: str, settings: dict[str, str] | None = None
) -> float:
    """Seconds from launch to the answer of the first turn."""
    port = _free_port()
    if settings is None:
        command = [*command, str(port)]
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | (settings or {}) | {"POSTROOM_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}/api/messages"
        asyncio.run(asyncio.wait_for(_first_answer(process, url, channel, token), PATIENCE))
        return time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(10)


async def _first_answer(
    process: subprocess.Popen[bytes], url: str, channel: str, token: str
) -> None:
    body = json.dumps(activity(f"{channel}/")).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.post(url, data=body, headers=headers) as response:
                    if response.status != 200:
                        raise SystemExit(f"the first turn was answered {response.status}")
                    return
            except aiohttp.ClientConnectorError:
                if process.poll() is not None:
                    raise SystemExit("a program ended before it answered") from None
                await asyncio.sleep(0.01)


def _free_port() -> int:
    """Below the ports that the system gives to connections, which come and go."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def show(bare: list[float], ours: list[float]) -> None:
    print(f"{'':18} {'median s':>9} {'fastest s':>10} {'slowest s':>10}")
    for name, seconds in (("bare program", bare), ("app.py serve", ours)):
        print(f"{name:18} {median(seconds):9.2f} {min(seconds):10.2f} {max(seconds):10.2f}")
    ratio = median(ours) / median(bare)
    what = "launch to first answered turn, against a bare program"
    report([Figure(what, f"< {WANTED:g}×", f"{ratio:.2f}×", ratio < WANTED)])


if __name__ == "__main__":
    main()
