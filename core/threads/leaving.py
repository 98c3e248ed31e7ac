"""What people leave behind with threads when they no longer work a mailbox."""

from __future__ import annotations

from collections.abc import Collection

from core.threads.models import Follower, Presence


async def forget_people(member_ids: Collection[int], mailbox_id: int | None = None) -> None:
    """They follow and have open nothing any more, in that mailbox or in any."""
    for model in (Follower, Presence):
        rows = model.filter(member_id__in=list(member_ids))
        if mailbox_id is not None:
            rows = rows.filter(thread__mailbox_id=mailbox_id)
        ids = await rows.values_list("id", flat=True)
        await model.filter(id__in=[int(str(row)) for row in ids]).delete()
