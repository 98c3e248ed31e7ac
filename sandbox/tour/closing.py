"""The end of a tour: everything was told, nothing was refused, no one was apologised to."""

from __future__ import annotations

from sandbox.tour import records
from sandbox.tour.cards import words
from sandbox.tour.stage import Stage
from sandbox.tour.waiting import until

APOLOGIES = ("Something went wrong", "not known any more", "One moment, please")


async def close(stage: Stage) -> None:
    checks, box = stage.checks, stage.box
    await until(_told, "the outbox to be empty", 120)
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
    found = await records.totals()
    held = box.loaded.loaded + box.loaded.held_back
    checks.equal("in the end every message is there", held, found.messages)
    checks.equal("and every open thread has somebody", 0, found.waiting)


async def _told() -> bool:
    return not await records.undelivered()
