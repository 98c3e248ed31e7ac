"""What has been shown in Teams: recorded with ids, so that it can be changed or blanked later."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from core.batches import Batch, write
from core.clock import Clock
from core.mail.rows import worded
from core.outbox.models import PostedActivity, PostedThread
from core.transactions import transaction

MOST_REDRAWN = 20
"""Cards of one thread that are kept up to date, the newest ones."""
_LISTS = ("queue", "unassigned", "digest", "snoozed", "following", "overdue")
"""Cards of many threads: of each kind only a member's newest is kept up to date."""
_CLAIM = "claimed:"

_POSTED = """
INSERT INTO posted_activity (organization_id, member_id, service_url, conversation_id,
                             activity_id, kind, facts, posted_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {})
ON CONFLICT (conversation_id, activity_id)
DO UPDATE SET kind = excluded.kind, facts = excluded.facts
"""
_NO_THREADS = """
DELETE FROM posted_thread WHERE posted_id IN
    (SELECT id FROM posted_activity WHERE conversation_id = {} AND activity_id = {})
"""
_NO_PEOPLE = """
DELETE FROM posted_person WHERE posted_id IN
    (SELECT id FROM posted_activity WHERE conversation_id = {} AND activity_id = {})
"""
_THREAD = """
INSERT INTO posted_thread (thread_id, posted_id)
SELECT CAST({} AS bigint), id FROM posted_activity
 WHERE conversation_id = {} AND activity_id = {}
"""
_PERSON = """
INSERT INTO posted_person (member_id, posted_id)
SELECT CAST({} AS bigint), id FROM posted_activity
 WHERE conversation_id = {} AND activity_id = {}
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a card shows: its kind, what draws it again, whose threads, which members."""

    kind: str
    threads: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    facts: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posted:
    """An activity that stands in Teams."""

    organization_id: int
    member_id: int | None
    """Whose 1:1 it stands in; None in a channel."""
    service_url: str
    conversation_id: str
    activity_id: str
    kind: str
    facts: Mapping[str, Any]
    posted_at: datetime


class PostedCards:
    def __init__(self, now: Clock) -> None:
        self._now = now

    async def record(
        self,
        organization_id: int,
        member_id: int | None,
        service_url: str,
        conversation_id: str,
        activity_id: str,
        shown: Shown,
    ) -> None:
        """Record a new activity, or what one shows from now on."""
        connection = get_connection("default")
        activity = (conversation_id, activity_id)
        facts = orjson.dumps(dict(shown.facts)).decode()
        posted = (organization_id, member_id, service_url, *activity, shown.kind, facts)
        statements: list[Batch] = [
            (_POSTED, [(*posted, self._now())]),
            (_NO_THREADS, [activity]),
            (_NO_PEOPLE, [activity]),
            (_THREAD, [(thread_id, *activity) for thread_id in set(shown.threads)]),
            (_PERSON, [(person_id, *activity) for person_id in set(shown.people)]),
        ]
        await write(
            connection,
            [(worded(connection, text), rows) for text, rows in statements if rows],
        )

    async def showing(self, thread_id: int) -> tuple[Posted, ...]:
        """The cards to draw again when a thread changes, newest first."""
        ids = await PostedThread.filter(thread_id=thread_id).values_list("posted_id", flat=True)
        rows = await PostedActivity.filter(id__in=ids, member_id__not_isnull=True).order_by("-id")
        singles = [row for row in rows if row.kind not in _LISTS][:MOST_REDRAWN]
        lists = [row for row in rows if row.kind in _LISTS and await self._is_newest(row)]
        return tuple(_view(row) for row in [*singles, *lists])

    async def newest(
        self, member_id: int, kind: str, *, since: datetime | None = None, **facts: int
    ) -> Posted | None:
        """A member's newest card of a kind, with these facts."""
        found = PostedActivity.filter(member_id=member_id, kind=kind)
        if since is not None:
            found = found.filter(posted_at__gte=since)
        for row in await found.order_by("-id").limit(50):
            if all(row.facts.get(name) == value for name, value in facts.items()):
                return _view(row)
        return None

    async def count(self, member_id: int, kinds: Collection[str], since: datetime) -> int:
        return await PostedActivity.filter(
            member_id=member_id, kind__in=list(kinds), posted_at__gte=since
        ).count()

    async def forget(self, conversation_id: str, activity_id: str) -> None:
        """The activity is gone from Teams."""
        await PostedActivity.filter(
            conversation_id=conversation_id, activity_id=activity_id
        ).delete()

    async def claim(
        self,
        organization_id: int,
        member_id: int | None,
        service_url: str,
        conversation_id: str,
        kind: str,
    ) -> bool:
        """Whether this is the first of its kind in the conversation; then nobody else's is."""
        try:
            async with transaction():
                await PostedActivity.create(
                    organization_id=organization_id,
                    member_id=member_id,
                    service_url=service_url,
                    conversation_id=conversation_id,
                    activity_id=f"{_CLAIM}{kind}",
                    kind=f"{_CLAIM}{kind}",
                    posted_at=self._now(),
                )
        except IntegrityError:
            return False
        return True

    async def unclaim(self, conversation_id: str, kind: str) -> None:
        """It could not be posted: the next one may try."""
        await self.forget(conversation_id, f"{_CLAIM}{kind}")

    async def _is_newest(self, row: PostedActivity) -> bool:
        return not await PostedActivity.exists(
            member_id=row.member_id, kind=row.kind, id__gt=row.id
        )


def _view(row: PostedActivity) -> Posted:
    return Posted(
        organization_id=row.organization_id,
        member_id=row.member_id,
        service_url=row.service_url,
        conversation_id=row.conversation_id,
        activity_id=row.activity_id,
        kind=row.kind,
        facts=row.facts,
        posted_at=row.posted_at,
    )
