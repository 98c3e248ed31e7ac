"""What a demo begins with beside its mail: a rule, hours, a thread that waits, all said in chat."""

from __future__ import annotations

import re

from sandbox.sample import HELP_MAILBOX
from sandbox.tour.cards import words
from sandbox.tour.scene import Scene

BY_THE_ADMIN = (
    f"rule add {HELP_MAILBOX} when subject contains order then tag Order, set priority high",
    f"targets {HELP_MAILBOX} urgent answer 30m",
)
BY_OTHERS = {2: "hours mon-fri 9:00-17:00 Asia/Tokyo JP", 4: "away until friday"}
"""By their place among the people; the others are always at work, so that mail finds somebody."""

_NUMBER = re.compile(r"#(\d+)")


async def furnish(scene: Scene) -> None:
    """The first thread of the admin's queue is put back, so that `next` has one to give."""
    for line in BY_THE_ADMIN:
        await scene.ask(scene.admin, line)
    for place, line in BY_OTHERS.items():
        if place < len(scene.people):
            await scene.ask(scene.people[place], line)
    first = _NUMBER.search(words(await scene.ask(scene.admin, "queue")))
    if first is not None:
        await scene.ask(scene.admin, f"release {first[1]}")
