"""A worker process to be killed: takes a job, says so, and hangs."""

from __future__ import annotations

import asyncio
import sys

from core.database import database
from tests.core.jobs.engines import Engine


async def hang(mailbox_id: int) -> None:
    print("hanging", flush=True)  # noqa: T201
    await asyncio.Event().wait()


async def main(url: str) -> None:
    engine = Engine(url)
    engine.tasks.register("hang", hang)
    jobs = engine.jobs()
    async with database(url), jobs.running():
        await jobs.defer("hang", {"mailbox_id": 1}, lock="mailbox:1", queueing_lock="hang:1")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
