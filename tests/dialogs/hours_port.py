"""Hours and absences of a world in memory: one absence a person."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.errors import InvalidInput, NotAllowed, NotFound
from core.people.hour_views import AbsenceView, HoursView, PresenceView
from core.people.spoken_hours import HoursSaid
from core.people.views import Actor
from tests.dialogs.sample import NOW

if TYPE_CHECKING:
    from tests.dialogs.world import World


class HoursPort:
    def __init__(self, world: World) -> None:
        self._world = world

    async def hours(self, actor: Actor, member_id: int) -> HoursView:
        self._may(actor, member_id)
        away = self._world.away.get(member_id)
        return HoursView(
            member_id=member_id,
            name=self._world.names[member_id],
            week=self._world.week,
            timezone="Europe/Berlin",
            holidays="DE",
            absences=() if away is None else (AbsenceView(5, *away),),
            why_not="away" if away and away[0] <= NOW else None,
            next_free=away[1] if away and away[0] <= NOW else NOW,
        )

    async def set_hours(self, actor: Actor, member_id: int, said: HoursSaid) -> None:
        self._change(actor, member_id, "hours", said)
        self._world.week = self._world.week if said.week is None else said.week

    async def away(
        self, actor: Actor, member_id: int, starts_at: datetime, ends_at: datetime | None
    ) -> None:
        self._change(actor, member_id, "away", starts_at, ends_at)
        self._world.away[member_id] = (starts_at, ends_at)

    async def back(self, actor: Actor, member_id: int) -> None:
        self._may(actor, member_id)
        if member_id not in self._world.away:
            raise InvalidInput("absence", "not_away")
        self._change(actor, member_id, "back")
        del self._world.away[member_id]

    async def drop_absence(self, actor: Actor, member_id: int, absence_id: int) -> None:
        self._may(actor, member_id)
        if absence_id != 5 or self._world.away.pop(member_id, None) is None:
            raise NotFound("absence")
        self._change(actor, member_id, "drop", absence_id)

    async def home(self, actor: Actor) -> HoursSaid:
        return HoursSaid(timezone="Europe/Berlin", holidays="DE")

    async def set_home(self, actor: Actor, said: HoursSaid) -> None:
        self._world._admin(actor)
        self._world.changes.append(("home", said))

    async def availability(self, actor: Actor) -> tuple[PresenceView, ...]:
        world = self._world
        if not actor.is_admin and not actor.mailboxes:
            return ()
        return tuple(
            PresenceView(
                member_id,
                world.names[member_id],
                is_here=member_id not in world.away,
                until=world.away.get(member_id, (NOW, None))[1],
                why_not="away" if member_id in world.away and actor.leads else None,
            )
            for member_id in world.workers
        )

    def _may(self, actor: Actor, member_id: int) -> None:
        self._world._member(member_id)
        if actor.is_admin or member_id == actor.member_id:
            return
        if not actor.mailboxes or member_id not in self._world.workers:
            raise NotFound("member")
        if not actor.leads:
            raise NotAllowed("lead")

    def _change(self, actor: Actor, member_id: int, *what: Any) -> None:
        self._may(actor, member_id)
        own = member_id == actor.member_id
        (self._world.own_changes if own else self._world.changes).append((member_id, *what))
