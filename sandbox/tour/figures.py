"""The figures of a tour, from the database and from what the stand-ins received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sandbox.tour import records
from sandbox.tour.stage import Stage


@dataclass(frozen=True, slots=True)
class Figures:
    """Field by field what `--json` prints; `seconds` by step."""

    mailboxes: int
    messages_synced: int
    answers_synced: int
    messages_skipped: int
    threads: int
    open: int
    assigned: int
    waiting: int
    done: int
    per_member: dict[str, int]
    notifications_delivered: int
    replies_matched: int
    throttled: int
    seconds: dict[str, float]
    ok: bool

    def as_json(self) -> dict[str, object]:
        return asdict(self)


async def figures(stage: Stage, seconds: Mapping[str, float], *, ok: bool) -> Figures:
    found = await records.totals()
    members, each = await records.member_ids(), await records.open_threads()
    return Figures(
        mailboxes=found.mailboxes,
        messages_synced=found.messages,
        answers_synced=found.answers,
        messages_skipped=found.skipped + sum(stage.box.loaded.skipped.values()),
        threads=found.threads,
        open=found.open,
        assigned=found.assigned,
        waiting=found.waiting,
        done=found.done,
        per_member={user.name: each.get(members.get(user.id, 0), 0) for user in stage.people},
        notifications_delivered=unasked(stage),
        replies_matched=found.replies_matched,
        throttled=stage.box.throttled,
        seconds={step: round(spent, 2) for step, spent in seconds.items()},
        ok=ok,
    )


def unasked(stage: Stage) -> int:
    """Messages that the connector took and nobody had asked for; changes of cards do not count."""
    sent = sum(received.kind == "sent" for received in stage.box.teams.received)
    return sent - len(stage.answers)
