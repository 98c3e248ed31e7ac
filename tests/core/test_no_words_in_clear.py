"""Nothing that people or their mail say stands readable in any row, log line or job."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from tortoise.connection import get_connection

from core.assignment.service import Assignments
from core.mail.models import MailThread
from core.outbox.queue import Outbox
from core.rules.ages import AgeRules
from core.rules.service import Rulebook
from core.rules.trials import Simulations
from core.sealing import Vault
from core.threads.bulk import BulkChanges
from core.threads.bulk_reading import BulkVerb
from core.threads.bulk_views import BulkOrder
from core.threads.notes import Notes
from core.threads.tagging import Tags
from tests import factories
from tests.clock import SettableClock
from tests.core.mail.feeds import header, later
from tests.core.mail.office import an_office
from tests.core.rules.at_work.rows import leads

WORDS = ("quagmire", "zanzibar", "xylophone", "grimaldi", "wombatish", "fjordland")
LINE = (
    "when subject contains quagmire and from ends with @xylophone.example "
    "then assign to Ada, tag Wombatish, set priority high"
)


async def _all_text() -> str:
    """All that SQLite keeps, as it would be read by whoever opens the file."""
    connection: Any = get_connection("default")
    tables = await connection.execute_query_dict(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    )
    rows = []
    for table in tables:
        found = await connection.execute_query_dict(f'SELECT * FROM "{table["name"]}"')
        rows += [f"{table['name']}: {dict(row)}" for row in found]
    return "\n".join(rows)


async def test_rules_trials_bulk_changes_tags_and_notes_leave_no_words(
    database: str, vault: Vault, clock: SettableClock, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    office = await an_office(vault, clock)
    await office.live()
    await leads(office, office.people[0])
    actor = await factories.actor(office.people[0])
    outbox = Outbox(office.jobs)
    rulebook = Rulebook(vault, clock)
    rule = await rulebook.add(actor, office.mailbox.id, LINE)
    await rulebook.add(
        actor, office.mailbox.id, "when subject contains zanzibar and unanswered over 1 hour"
        " then tag Fjordland",
    )  # fmt: skip
    office.feed.give(
        office.inbox.graph_id,
        header("m1", "c1", sender="grimaldi@xylophone.example", subject="quagmire zanzibar"),
    )
    await office.sync()
    thread = await MailThread.get()
    await Notes(vault, outbox, clock).add(actor, thread.id, "fjordland called")
    await Tags(vault, outbox, clock).tag(actor, thread.id, ["Grimaldi"])
    clock.now = later(120)
    await AgeRules(vault, outbox, clock).run()
    trials = Simulations(vault, clock, jobs=office.jobs, outbox=outbox)
    trial = await trials.try_rule(actor, rule.number, LINE, "last 7 days")
    await trials.run(trial.trial_id)
    bulk = BulkChanges(vault, clock, jobs=office.jobs)
    order = BulkOrder(
        verb=BulkVerb.TAG, tag="Wombatish", sender="@xylophone.example", tagged="Grimaldi"
    )
    await bulk.preview(actor, order)
    await rulebook.change(actor, rule.number, LINE.replace("quagmire", "zanzibar"))
    await Assignments(outbox, clock).finish(actor, thread.id)
    kept = (await _all_text()).casefold()
    said = " ".join(record.getMessage() + str(record.__dict__) for record in caplog.records)
    assert "mail_thread" in kept
    assert [word for word in WORDS if word in kept] == []
    assert [word for word in WORDS if word in said.casefold()] == []
