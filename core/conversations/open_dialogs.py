"""Where each member stands in a dialog. Changes are compare-and-set on a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tortoise.exceptions import IntegrityError

from core.clock import Clock
from core.conversations.models import OpenDialog as Row
from core.people.views import Actor
from core.transactions import transaction


@dataclass(frozen=True, slots=True)
class OpenDialog:
    """Where a member stands. `memory` holds ids and codes."""

    dialog: str
    step: str
    memory: Mapping[str, Any]
    version: int
    asked_at: datetime | None = field(default=None, compare=False)
    """When its question was asked; None: just now."""


class OpenDialogs:
    def __init__(self, now: Clock) -> None:
        self._now = now

    async def current(self, actor: Actor) -> OpenDialog | None:
        row = await Row.get_or_none(member_id=actor.member_id)
        if row is None:
            return None
        return OpenDialog(row.dialog, row.step, row.memory, row.version, row.updated_at)

    async def begin(
        self, actor: Actor, dialog: str, step: str, memory: Mapping[str, Any]
    ) -> OpenDialog:
        """Open one in place of whatever was open; the version goes on rising."""
        try:
            async with transaction():
                return await self._replace(actor, dialog, step, memory)
        except IntegrityError:  # another turn opened the first one at this very moment
            async with transaction():
                return await self._replace(actor, dialog, step, memory)

    async def change(
        self, actor: Actor, version: int, step: str, memory: Mapping[str, Any]
    ) -> bool:
        """Whether the version was still that one; it is raised by one then."""
        return bool(
            await Row.filter(member_id=actor.member_id, version=version).update(
                step=step, memory=dict(memory), version=version + 1, updated_at=self._now()
            )
        )

    async def close(self, actor: Actor, version: int) -> bool:
        return bool(await Row.filter(member_id=actor.member_id, version=version).delete())

    async def _replace(
        self, actor: Actor, dialog: str, step: str, memory: Mapping[str, Any]
    ) -> OpenDialog:
        row = await Row.get_or_none(member_id=actor.member_id)
        version = 1 if row is None else row.version + 1
        if row is not None:
            await Row.filter(id=row.id).delete()
        await Row.create(
            organization_id=actor.organization_id,
            member_id=actor.member_id,
            dialog=dialog,
            step=step,
            memory=dict(memory),
            version=version,
            updated_at=self._now(),
        )
        return OpenDialog(dialog, step, dict(memory), version)
