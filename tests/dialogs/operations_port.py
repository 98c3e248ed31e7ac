"""Figures and dead letters of a world, as conversations ask for them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from core.errors import InvalidInput, NotFound
from core.outbox.dead_letters import DeadLetter
from core.people.views import Actor
from core.reports.views import (
    Answers,
    AutomaticFigures,
    DayFigures,
    LedFigures,
    MemberFigures,
    ReportView,
)
from tests.dialogs.sample import BEN, MAILBOX, NOW

if TYPE_CHECKING:
    from tests.dialogs.world import World


A_LED_MAILBOX = LedFigures(
    mailbox_id=MAILBOX,
    address="help@contoso.example",
    people=2,
    given=24,
    fairness=0.9714,
    no_fairness=None,
    is_weighted=False,
    handling_time=None,
    answers_seen=False,
    is_small_sample=False,
)


class OperationsPort:
    def __init__(self, world: World) -> None:
        self._world = world

    async def overview(
        self, actor: Actor, period: str, mailbox_id: int | None = None
    ) -> ReportView:
        if period not in ("", "this week", "last week", "last month"):
            raise InvalidInput("period")
        days = tuple(DayFigures(date(2026, 11, 1 + i), i, i // 2) for i in range(14))
        members = (MemberFigures(BEN, "Ben Busy", 3, 4),) if actor.leads else ()
        return ReportView(
            date(2026, 11, 1),
            date(2026, 11, 14),
            "UTC",
            mailbox=None,
            mailboxes=(),
            received=20,
            answers=Answers.UNSEEN,
            answered=None,
            finished=10,
            open=5,
            unassigned=2,
            waiting=(("nobody_free", 2),),
            snoozed=1,
            oldest_open_at=NOW,
            first_answer=None,
            is_small_sample=False,
            handling_time=None,
            is_small_handling_sample=False,
            automatic=AutomaticFigures(6, None, 2, 1),
            members=members,
            days=days,
            led=(A_LED_MAILBOX,) if actor.leads else (),
        )

    async def dead_letters(self, actor: Actor) -> tuple[DeadLetter, ...]:
        self._world._admin(actor)
        return (DeadLetter(7, "thread_notice", "BotDisabledByAdmin", 5, NOW, can_retry=True),)

    async def retry(self, actor: Actor, outbox_id: int) -> None:
        self._world._admin(actor)
        if outbox_id != 7:
            raise NotFound("dead letter")
        self._world.changes.append(("retry", outbox_id))
