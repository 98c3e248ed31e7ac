"""What conversations ask about working hours and absences, and about a mailbox's policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from core.mailboxes.policy_views import PolicyChange, PolicyView
from core.people.hour_views import HoursView, PresenceView
from core.people.spoken_hours import HoursSaid
from core.people.views import Actor


class Hours(Protocol):
    """Of the actor, and of those whom they lead. Raise NotFound, NotAllowed, InvalidInput."""

    async def hours(self, actor: Actor, member_id: int) -> HoursView: ...

    async def set_hours(self, actor: Actor, member_id: int, said: HoursSaid) -> None: ...

    async def away(
        self, actor: Actor, member_id: int, starts_at: datetime, ends_at: datetime | None
    ) -> None: ...

    async def back(self, actor: Actor, member_id: int) -> None: ...

    async def drop_absence(self, actor: Actor, member_id: int, absence_id: int) -> None: ...

    async def home(self, actor: Actor) -> HoursSaid:
        """The organization's zone and holidays."""
        ...

    async def set_home(self, actor: Actor, said: HoursSaid) -> None: ...

    async def availability(self, actor: Actor) -> tuple[PresenceView, ...]: ...


class Policies(Protocol):
    """Changes are for leads and admins, `opt` for everybody of the mailbox."""

    async def policy(self, actor: Actor, mailbox_id: int) -> PolicyView: ...

    async def change(self, actor: Actor, mailbox_id: int, change: PolicyChange) -> None: ...

    async def set_weights(
        self, actor: Actor, mailbox_id: int, weights: Mapping[int, int]
    ) -> None: ...

    async def set_pool(
        self, actor: Actor, mailbox_id: int, member_ids: Collection[int]
    ) -> None: ...

    async def set_skills(
        self, actor: Actor, mailbox_id: int, member_id: int, names: Collection[str]
    ) -> None: ...

    async def opt(self, actor: Actor, mailbox_id: int, *, out: bool) -> None: ...
