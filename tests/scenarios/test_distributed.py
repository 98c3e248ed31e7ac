"""Postroom on PostgreSQL with its jobs on procrastinate: the same journey, and a restart."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from core.assignment.models import Decision
from core.mail.models import MailThread
from core.outbox.models import OutboxMessage
from tests.scenarios.conftest import MakeHouse
from tests.scenarios.house import House

pytestmark = pytest.mark.scenario


@pytest.fixture
async def shared(postgres_url: str, make_house: MakeHouse) -> House:
    """The database is asked for first, so that it outlives the house."""
    house = await make_house(database_url=SecretStr(postgres_url), jobs="distributed")
    await house.install(*house.people)
    return house


async def test_a_mailbox_is_onboarded_and_worked_with_jobs_on_postgresql(shared: House) -> None:
    await shared.onboard(*shared.people[:2])
    await shared.all_told()
    assert await MailThread.filter(assignee_id__isnull=False).count() > 0
    doubled = await Decision.all().count() - len(
        set(await Decision.all().values_list("thread_id", flat=True))
    )
    assert doubled == 0
    assert not await OutboxMessage.filter(state="dead").exists()


async def test_a_restart_takes_up_what_the_last_process_left(shared: House) -> None:
    await shared.onboard(*shared.people[:2])
    await shared.stop()
    graph_id = shared.arrives("While nothing ran")
    await shared.start()
    thread = await shared.thread_of(graph_id)
    assert thread.assignee_id is not None
