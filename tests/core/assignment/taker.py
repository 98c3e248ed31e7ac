"""A process of its own that takes, pulls and gives out what it can, until nothing more goes."""

from __future__ import annotations

import asyncio
import sys

from core.assignment.service import Assignments
from core.clock import utc_now
from core.database import database
from core.errors import UserError
from core.mail.models import MailThread
from core.outbox.queue import Outbox
from core.people.models import Member
from tests import factories
from tests.core.mail.feeds import FakeJobs


async def main(url: str, mailbox_id: int) -> None:
    """Starts when a line comes in, so that two of them start together."""
    async with database(url):
        work = Assignments(Outbox(FakeJobs()), utc_now)
        actors = [await factories.actor(member) for member in await Member.all().order_by("id")]
        threads = await MailThread.filter(mailbox_id=mailbox_id).order_by("id")
        print("ready", flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.readline)
        refused = 0
        for number, thread in enumerate(threads):
            actor = actors[number % len(actors)]
            for attempt in (work.take(actor, thread.id), work.next(actor)):
                try:
                    await attempt
                except UserError:
                    refused += 1
            if number % 5 == 0:
                await work.assign_waiting(mailbox_id)
        print(refused, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
