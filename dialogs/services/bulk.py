"""What conversations ask about changes to many threads at once."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.people.views import Actor
from core.threads.bulk_views import BulkOrder, BulkView


class BulkChanges(Protocol):
    """One's own alone: NotFound for another's. InvalidInput("bulk") where it is too late."""

    async def preview(self, actor: Actor, order: BulkOrder) -> BulkView:
        """Count what would be changed; nothing is changed yet."""
        ...

    async def show(self, actor: Actor, bulk_id: int) -> BulkView: ...

    async def pending(self, actor: Actor, since: datetime | None = None) -> int | None:
        """The newest preview, counted lately and after `since`, that waits for a yes or no."""
        ...

    async def begin(self, actor: Actor, bulk_id: int) -> BulkView: ...

    async def undo(self, actor: Actor, bulk_id: int | None = None) -> BulkView:
        """Without an id the newest that can be undone."""
        ...

    async def drop(self, actor: Actor, bulk_id: int) -> None: ...
