"""An outbox, its delivery, and a world that remembers what it was told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio

from core.outbox.delivery import Delivery
from core.outbox.kinds import KINDS
from core.outbox.queue import Outbox
from core.people.models import Organization
from core.ports import JobFacts
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock


class RememberedJobs:
    """A job queue that runs nothing."""

    def __init__(self) -> None:
        self.queued: list[tuple[str, str | None]] = []

    async def defer(
        self,
        task: str,
        facts: JobFacts | None = None,
        *,
        lock: str | None = None,
        queueing_lock: str | None = None,
        due_at: datetime | None = None,
    ) -> None:
        self.queued.append((task, queueing_lock))


class World:
    """What stands in for Teams and Outlook: remembers effects, fails when told to."""

    def __init__(self) -> None:
        self.told: list[Mapping[str, Any]] = []
        self.failures: list[Exception] = []
        self.unreachable: list[tuple[int, str]] = []

    async def handle(self, facts: Mapping[str, Any], organization_id: int) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.told.append(facts)

    async def knows(self, facts: Mapping[str, Any], organization_id: int) -> bool:
        if self.failures:
            raise self.failures.pop(0)
        return facts in self.told

    async def on_unreachable(self, member_id: int, code: str) -> None:
        self.unreachable.append((member_id, code))


@pytest.fixture
def jobs() -> RememberedJobs:
    return RememberedJobs()


@pytest.fixture
def outbox(jobs: RememberedJobs) -> Outbox:
    return Outbox(jobs)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make_delivery(world: World, clock: SettableClock) -> Callable[..., Delivery]:
    def make(**more: Any) -> Delivery:
        usual: dict[str, Any] = {
            "handlers": dict.fromkeys(KINDS, world.handle),
            "settlers": {"automatic_reply": world.knows},
            "on_unreachable": world.on_unreachable,
        }
        return Delivery(now=clock, **(usual | more))

    return make


@pytest.fixture
def delivery(make_delivery: Callable[..., Delivery]) -> Delivery:
    return make_delivery()


@pytest_asyncio.fixture
async def organization(any_database: str, vault: Vault) -> Organization:
    return await factories.organization(vault)
