"""Queueing what the world must be told."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from core.errors import NotFound
from core.outbox.claims import Claims
from core.outbox.models import OutboxMessage
from core.outbox.queue import Outbox
from core.people.models import Organization
from core.transactions import transaction
from tests.clock import SettableClock
from tests.core.outbox.conftest import RememberedJobs


class Card:
    """Tells about one card, again and again."""

    def __init__(self, outbox: Outbox, organization: Organization, clock: SettableClock) -> None:
        self._outbox = outbox
        self._organization = organization
        self._clock = clock

    async def tell(self) -> None:
        await self._outbox.tell(
            self._organization.id,
            "thread_card",
            {"thread_id": 1},
            order_key="thread:1",
            coalesce_key="thread_card:1",
            at=self._clock(),
        )


@pytest.fixture
def card(outbox: Outbox, organization: Organization, clock: SettableClock) -> Card:
    return Card(outbox, organization, clock)


async def test_wakes_the_delivery_after_the_commit(card: Card, jobs: RememberedJobs) -> None:
    async with transaction():
        await card.tell()
        assert jobs.queued == []

    assert jobs.queued == [("deliver_outbox", "outbox")]


async def test_a_change_that_is_undone_is_not_told(card: Card, jobs: RememberedJobs) -> None:
    with suppress(NotFound):
        async with transaction():
            await card.tell()
            raise NotFound

    assert jobs.queued == []
    assert await OutboxMessage.all().count() == 0


async def test_coalesces_while_a_row_is_due(card: Card) -> None:
    await asyncio.gather(*(card.tell() for _ in range(8)))

    assert await OutboxMessage.all().count() == 1


async def test_queues_again_once_the_row_is_claimed(card: Card, clock: SettableClock) -> None:
    await card.tell()
    claims = Claims(clock)
    [row] = await claims.next(1)
    await claims.claim(row)

    await card.tell()

    assert await OutboxMessage.all().count() == 2


async def test_a_row_coalesced_with_is_not_claimed_before_the_change_commits(
    card: Card, clock: SettableClock
) -> None:
    """Else the card would be drawn as it was before the change, and not again."""
    await card.tell()
    claims = Claims(clock)
    [row] = await claims.next(1)
    changed, events = asyncio.Event(), []

    async def change() -> None:
        async with transaction():
            await card.tell()
            changed.set()
            await asyncio.sleep(0.1)
            events.append("changed")

    async def claim() -> None:
        await changed.wait()
        if await claims.claim(row):
            events.append("claimed")

    await asyncio.gather(change(), claim())

    assert events[:2] == ["changed", "claimed"]
