"""Sync from the end of HTTP to the commit, against the driver's executemany of the same rows.

The baseline writes exactly the rows that sync wrote, page by page, with everything decided,
read and encrypted beforehand. Run: `python tests/benchmarks/bench_sync.py [messages]`.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from figures import Figure, report

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.backends.sqlite.client import SqliteTransactionWrapper

from core.database import database
from core.graph.automatic import Automatic
from core.graph.delta import DeltaPage
from core.graph.messages import Address, MessageHeader
from core.keyring import KeyRing
from core.mail.sync import MailboxSync
from core.mailboxes.models import FolderKind
from core.migrate import migrate
from core.outbox.queue import Outbox
from core.rules.kept import RuleTexts
from core.rules.models import Rule
from core.rules.terms import (
    AddTag,
    Anyone,
    AssignTo,
    Condition,
    Draft,
    Field,
    Operator,
    PersonRef,
    Test,
)
from core.sealing import Vault
from core.transactions import transaction
from tests import factories
from tests.postgres import admin_connection, postgres_server

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
PAGE = 100
WANTED = 0.5
"""Of the driver's speed."""
RULES = 100
UNDER_RULES = 0.6
"""Of the speed without rules."""
MOST_GROWTH = 40
"""MiB of the process."""
Batch = tuple[str, Sequence[Any]]


class Jobs:
    async def defer(self, *_: Any, **__: Any) -> None: ...


class Pages:
    """A folder's feed, made page by page: 1.6 messages a thread, 1.25 threads a person."""

    def __init__(self, folder: str, messages: int) -> None:
        self._folder = folder
        self._messages = messages
        self.spent = 0.0
        """Seconds between a page handed out and the next one asked for."""
        self.sizes: dict[int, int] = {}
        """Resident bytes after so many messages."""

    async def open(self, mailbox_id: int) -> Pages:
        return self

    async def locate(self, message_ids: Sequence[str]) -> dict[str, str | None]:
        return {}

    async def pages(self, folder_id: str, link: str | None) -> AsyncIterator[DeltaPage]:
        total = self._messages if folder_id == self._folder else 0
        for start in range(0, max(total, 1), PAGE):
            headers = tuple(map(_header, range(start, min(start + PAGE, total))))
            last = start + PAGE >= total
            page = DeltaPage(
                headers, (), (), None if last else f"next-{start}", "delta" if last else None
            )
            begun = time.perf_counter()
            yield page
            self.spent += time.perf_counter() - begun
            if start + PAGE in (1_000, 100_000):
                gc.collect()
                self.sizes[start + PAGE] = psutil.Process().memory_info().rss


def _header(number: int) -> MessageHeader:
    thread = number * 5 // 8
    person = thread * 4 // 5
    at = START + timedelta(seconds=number * 7)
    values: dict[str, Any] = {
        "conversation_id": f"AAQkADAwATNiZmYAZS05YmUxLTk3NDYtMDACLTAwCgAQ{thread:012d}",
        "subject": f"About order {thread}: when will it be delivered to our office?",
        "from_": Address(f"person{person}@customer{person % 997}.example", f"Person {person}"),
        "sender": None,
        "to": (Address("help@contoso.example", "Help"),),
        "received_at": at,
        "sent_at": at,
        "modified_at": at,
        "is_read": False,
        "has_attachments": False,
        "importance": "normal",
        "categories": (),
        "automatic": Automatic.NONE,
    }
    graph_id = f"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A{number:020d}"
    return MessageHeader(id=graph_id, fields=frozenset(values), **values)


def _rule(number: int, member_id: int) -> Draft:
    """Of ten rules seven ask for a domain, two for words of the subject, one for a pattern."""
    when: Condition = Test(Field.FROM, Operator.DOMAIN, (f"customer{number * 9}.example",))
    match number % 10:
        case 7 | 8:
            when = Test(Field.SUBJECT, Operator.CONTAINS, (f"order {number}7",))
        case 9:
            when = Test(Field.SUBJECT, Operator.MATCHES, (f"order [0-9]*{number}:",))
    return Draft(when, None, (AssignTo((PersonRef(member_id), Anyone())), AddTag(f"Tag {number}")))


@asynccontextmanager
async def recorded() -> AsyncIterator[list[Batch]]:
    """Every batch of rows that goes to the driver meanwhile."""
    batches: list[Batch] = []
    kept = {kind: kind.execute_many for kind in (SqliteTransactionWrapper, TransactionWrapper)}

    def spying(original: Any) -> Any:
        async def execute_many(self: Any, query: str, values: Sequence[Any]) -> None:
            batches.append((query, values))
            await original(self, query, values)

        return execute_many

    for kind, original in kept.items():
        kind.execute_many = spying(original)  # type: ignore[method-assign]
    try:
        yield batches
    finally:
        for kind, original in kept.items():
            kind.execute_many = original  # type: ignore[method-assign]


async def synced(url: str, messages: int, rules: int = 0) -> Pages:
    """Sync so many messages into a fresh database, under so many rules."""
    vault = Vault(KeyRing({"k1": b"1" * 32}, b"2" * 32))
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization, "help@contoso.example")
    people = [await factories.member(vault, organization, name) for name in "ABCDE"]
    for person in people:
        await factories.works(mailbox, person)
    inbox = await factories.folder(vault, mailbox)
    await factories.folder(vault, mailbox, "Sent", kind=FolderKind.SENT)
    pages = Pages(inbox.graph_id, messages)
    texts = await RuleTexts.of(vault, organization.id)
    for number in range(rules):
        await Rule.create(
            organization_id=organization.id,
            mailbox_id=mailbox.id,
            number=number,
            position=number,
            sealed_text=texts.seal(_rule(number, people[number % len(people)].id)),
            created_at=START,
        )

    async def consent_gone(mailbox_id: int, code: str) -> None: ...

    sync = MailboxSync(pages, vault, Outbox(Jobs()), lambda: START, consent_gone)
    await sync.sync(mailbox.id)
    return pages


async def measure(url: str, other_url: str, messages: int) -> tuple[float, float, int]:
    """(seconds of sync, seconds of the baseline, rows)."""
    await migrate(url)
    await migrate(other_url)
    async with database(url), recorded() as batches:
        pages = await synced(url, messages)
    async with database(other_url):
        await synced(other_url, 0)  # the same organization, mailbox and people
        begun = time.perf_counter()
        for page in _pages_of(batches):
            async with transaction() as connection:
                for query, rows in page:
                    await connection.execute_many(query, rows)  # type: ignore[arg-type]
        baseline = time.perf_counter() - begun
    return pages.spent, baseline, sum(len(rows) for _, rows in batches)


def _pages_of(batches: list[Batch]) -> list[list[Batch]]:
    """Batches of one page belong together; a page begins with its correspondents or threads."""
    pages: list[list[Batch]] = []
    for batch in batches:
        starts = batch[0].startswith('INSERT INTO "correspondent"')
        if starts or not pages:
            pages.append([])
        pages[-1].append(batch)
    return pages


async def run(messages: int) -> list[Figure]:
    figures = []
    print(f"{'engine':<12}{'sync s':>9}{'executemany s':>15}{'rows':>10}{'msg/s':>9}")
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite://{folder}/{name}.db" for name in ("sync", "baseline")]
        figures.append(_compared("sqlite", messages, *await measure(*urls, messages)))
    with postgres_server() as where:
        for name in ("sync", "baseline"):
            with admin_connection(where) as connection:
                connection.execute(f"CREATE DATABASE {name}")
        urls = [f"postgres://postroom@/{name}?host={where}" for name in ("sync", "baseline")]
        figures.append(_compared("postgresql", messages, *await measure(*urls, messages)))
    figures.append(await _under_rules(messages))
    figures.append(await _growth())
    return figures


async def _under_rules(messages: int) -> Figure:
    """The better of two runs each, since the rules are a small part of the time."""
    best: dict[int, float] = {}
    for rules in (0, RULES) * 2:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite://{folder}/rules.db"
            await migrate(url)
            async with database(url):
                spent = (await synced(url, messages, rules)).spent
        best[rules] = min(best.get(rules, spent), spent)
    print(
        f"under {RULES} rules: {messages / best[RULES]:.0f} msg/s, {messages / best[0]:.0f} without"
    )
    ratio = best[0] / best[RULES]
    what = f"sync under {RULES} rules, against none, sqlite"
    return Figure(what, f"≥ {UNDER_RULES:g}×", f"{ratio:.2f}×", ratio >= UNDER_RULES)


def _compared(engine: str, messages: int, sync: float, baseline: float, rows: int) -> Figure:
    print(
        f"{engine:<12}{sync:>9.2f}{baseline:>15.2f}{rows:>10,}{messages / sync:>9.0f}", flush=True
    )
    ratio = baseline / sync
    what = f"sync, against executemany of the same rows, {engine}"
    return Figure(what, f"≥ {WANTED:g}×", f"{ratio:.2f}×", ratio >= WANTED)


async def _growth() -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{folder}/grow.db"
        await migrate(url)
        async with database(url):
            sizes = (await synced(url, 100_000)).sizes
    growth = (sizes[100_000] - sizes[1_000]) / 2**20
    what = "growth from 1,000 to 100,000 messages"
    return Figure(what, f"< {MOST_GROWTH} MiB", f"{growth:.1f} MiB", growth < MOST_GROWTH)


if __name__ == "__main__":
    report(asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)))
