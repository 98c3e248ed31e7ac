"""Two processes on one PostgreSQL: what one counts, the other has counted."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from pathlib import Path

from core.assignment.models import Decision
from core.mail.models import MailThread
from core.sealing import Vault
from tests import factories

ROOT = Path(__file__).parents[3]
CAP = 3
THREADS = 20


async def test_two_processes_together_never_pass_the_cap(postgres: str, vault: Vault) -> None:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization, capacity=CAP)
    for name in ("Ada", "Bo", "Cy"):
        await factories.works(mailbox, await factories.member(vault, organization, name))
    sender = await factories.correspondent(vault, organization)
    for _ in range(THREADS):
        await factories.thread(vault, mailbox, sender, waiting_reason="nobody_free")

    takers = [await _start(postgres, mailbox.id) for _ in range(2)]
    outputs = await asyncio.gather(*(taker.communicate(b"go\n") for taker in takers))

    assert [taker.returncode for taker in takers] == [0, 0]
    assert all(int(said) > 0 for said, _ in outputs)  # both were refused something
    threads = await MailThread.filter(mailbox_id=mailbox.id)
    loads = Counter(thread.assignee_id for thread in threads if thread.assignee_id is not None)
    assert sorted(loads.values()) == [CAP, CAP, CAP]
    assert await Decision.exclude(member_id=None).count() == 3 * CAP
    for thread in threads:
        assert (thread.assignee_id is None) == (thread.waiting_reason is not None)


async def _start(url: str, mailbox_id: int) -> Process:
    taker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.core.assignment.taker",
        url,
        str(mailbox_id),
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
    )
    assert taker.stdout is not None
    assert await taker.stdout.readline() == b"ready\n"
    return taker
