"""The end of a tour: everything was told, nothing was refused, no one was apologised to."""

from __future__ import annotations

import json

from sandbox.tour import records
from sandbox.tour.cards import words
from sandbox.tour.stage import Stage
from sandbox.tour.truth import truth
from sandbox.tour.waiting import until

APOLOGIES = ("Something went wrong", "not known any more", "One moment, please")


async def close(stage: Stage) -> None:
    found = await end(stage)
    stage.checks.equal("and every open thread has somebody", 0, found.waiting)


async def end(stage: Stage) -> records.Totals:
    """All but whether any thread waits."""
    checks, box = stage.checks, stage.box
    await until(records.all_told, "the outbox to be empty", 120)
    checks.equal("nothing was given up", 0, await records.dead_letters())
    checks.equal("the connector refused nothing for its pace", 0, box.teams.throttled)
    checks.equal("Graph refused nothing for its pace", 0, box.graph.throttled)
    refused = {status: n for status, n in box.teams.answered.items() if status >= 400}
    checks.equal("the connector refused nothing at all", {}, refused)
    sorry = 0
    for user in (*stage.people, stage.outsider, stage.guest):
        shown = [words(activity) for activity in stage.shown_to(user)]
        sorry += sum(any(text in one for text in APOLOGIES) for one in shown)
    checks.equal("nobody was apologised to", 0, sorry)
    there, found = truth(box.mail.mailboxes[box.mailbox]), await records.totals()
    checks.equal(
        "in the end everything is there",
        (there.messages, there.answers, there.threads),
        (found.messages, found.answers, found.threads),
    )
    _read_log(stage)
    return found


def _read_log(stage: Stage) -> None:
    """Postroom's own log: no error, and nobody's address."""
    lines = stage.log_file.read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    bad = sorted({e["event"] for e in entries if e["level"] in ("error", "critical")})
    stage.checks.equal("no error was logged", [], bad)
    told = sum(stage.box.tenant.domain in line for line in lines)
    stage.checks.equal("no line of the log holds an address", 0, told)
