"""A page that breaks off at any await and comes again leaves the same rows as one that did not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.backends.sqlite.client import SqliteTransactionWrapper

from core.assignment.models import Decision
from core.audit.models import AuditEntry
from core.graph.automatic import Automatic
from core.mail.models import MailMessage, MailThread, ThreadEvent
from core.outbox.models import OutboxMessage
from core.rules.models import AgeLook, ReplyMark
from core.sealing import Vault
from core.threads.models import Tag, ThreadTag
from tests.clock import SettableClock
from tests.core.mail.feeds import header, later
from tests.core.mail.office import Office, an_office
from tests.core.rules.at_work.rows import a_rule, a_text, consents

KINDS = (SqliteTransactionWrapper, TransactionWrapper)
READS = ("execute_query", "execute_query_dict", "execute_insert", "execute_many")
TABLES = (MailThread, MailMessage, ThreadEvent, Decision, AuditEntry, OutboxMessage)
MORE = (Tag, ThreadTag, ReplyMark, AgeLook)
SEALED = ("sealed_subject", "sealed_name", "wrapped_key", "sealed_link")


class Crash(RuntimeError):
    """The process ends here."""


class Crashing:
    """Breaks off the `at`-th statement of the transactions from now on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = 0
        self.seen = 0
        for kind in KINDS:
            for name in READS:
                monkeypatch.setattr(kind, name, self._counted(getattr(kind, name)))

    def _counted(self, original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(*facts: Any, **more: Any) -> Any:
            self.seen += 1
            if self.seen == self.at:
                raise Crash
            return await original(*facts, **more)

        return run


async def prepared(office: Office) -> None:
    await consents(office, sends_replies=True)
    await a_text(office, "Received")
    await office.live()
    await a_rule(
        office,
        "when subject contains printer then assign to Bo, tag Printer, set priority high, "
        "reply with Received, notify Ada",
    )
    await a_rule(office, "when subject contains news or unanswered over 9 hours then finish")
    await a_rule(office, "when later message then snooze 4 hours")


async def page_comes(office: Office) -> None:
    office.feed.script.clear()
    human = {"automatic": Automatic.NONE}
    office.feed.give(
        office.inbox.graph_id,
        header("m1", "c1", **human),
        header("m2", "c2", subject="News", **human),
        header("m3", "c1", at=later(5), **human),
    )
    await office.sync()


async def rows() -> list[list[dict[str, Any]]]:
    """All rows, without their ids and what is sealed anew each time."""
    found = []
    for table in (*TABLES, *MORE):
        kept = await table.all().order_by("id").values()
        for row in kept:
            for name in ("id", "subject_id", *SEALED):
                row.pop(name, None)
        found.append(kept)
    return found


async def test_wherever_it_breaks_off_the_rows_are_the_same_in_the_end(
    any_database: str, vault: Vault, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
):
    office = await an_office(vault, clock)
    await prepared(office)
    with monkeypatch.context() as patch:
        crashing = Crashing(patch)
        crashing.at = 1
        while True:
            crashing.seen = 0
            try:
                await page_comes(office)
                break
            except Crash:
                whole = await MailMessage.all().count() == 3
                for table in (MailMessage, MailThread, Decision, ThreadTag, ReplyMark, AgeLook):
                    assert await table.exists() is whole
                crashing.at += 1
    assert crashing.at > 20
    once = await rows()
    await page_comes(office)
    assert await rows() == once
    assert [len(table) for table in once[-4:]] == [1, 1, 1, 1]
