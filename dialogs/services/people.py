"""What conversations ask about people."""

from __future__ import annotations

from typing import Protocol

from core.people.views import Actor, PersonView, ReferenceView


class People(Protocol):
    """Members: who they are and what they may. Changes raise NotAllowed, NotFound, InvalidInput."""

    async def invite(
        self, actor: Actor, entra_id: str, teams_id: str | None, name: str, address: str
    ) -> int: ...

    async def people(self, actor: Actor) -> tuple[PersonView, ...]: ...

    async def find(self, actor: Actor, text: str) -> PersonView: ...

    async def set_role(self, actor: Actor, member_id: int, role: str, on: bool) -> None:
        """`role` is `admin` or `privacy_officer`."""
        ...

    async def remove(self, actor: Actor, member_id: int) -> None: ...

    async def actor_of(self, member_id: int) -> Actor | None:
        """The member as an actor; None once they have left."""
        ...

    async def reference(self, member_id: int) -> ReferenceView:
        """Raises NotFound where the member cannot be written to."""
        ...

    async def unreachable(self, member_id: int, code: str) -> None: ...
