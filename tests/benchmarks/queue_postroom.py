"""All of Postroom, as it is served, with a team's mail to show: each turn is a signed `queue`."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path

from harness import ROOT

sys.path.insert(0, str(ROOT))

from mailroom import environment, fill
from pacing import unlimited
from sampling import Samples

import wiring
from core import log
from core.settings import load
from wiring import parts


async def main(channel: str, target: str | None) -> None:
    """Serve until the process is ended; then write to `target` where the time went."""
    parts.Connector = partial(parts.Connector, pacer=unlimited())  # type: ignore[misc,assignment]
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    with tempfile.TemporaryDirectory() as folder:
        settings = environment(Path(folder), channel)
        await fill(settings)
        log.configure("INFO", Path(settings["POSTROOM_LOG_FILE"]), 1)
        async with wiring.serving(load(settings)) as running:
            print(f"{running.url}/api/messages", flush=True)
            with Samples(target):
                await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
