"""Opening the database."""

from __future__ import annotations

import asyncio
import contextvars

import pytest

from core.database import reports_connection
from core.mail.models import MailThread
from core.people.models import Organization
from core.sealing import Vault
from core.transactions import OutsideCallInTransaction, transaction
from tests import factories
from tests.clock import MONDAY_MORNING


async def test_models_work_from_a_task_of_a_foreign_context(any_database: str) -> None:
    async def work() -> None:
        await Organization.create(tenant_id="t1", created_at=MONDAY_MORNING)

    await asyncio.get_running_loop().create_task(work(), context=contextvars.Context())

    assert await Organization.all().count() == 1


async def test_every_test_starts_with_an_empty_database(any_database: str) -> None:
    assert await Organization.all().count() == 0


async def test_the_factories_make_rows_that_hang_together(any_database: str, vault: Vault) -> None:
    org = await factories.organization(vault)
    ada = await factories.member(vault, org)
    await factories.reference(ada)
    box = await factories.mailbox(vault, org)
    await factories.works(box, ada, is_lead=True)
    await factories.grant(box, ada)
    grace = await factories.correspondent(vault, org)
    thread = await factories.thread(vault, box, grace, assignee_id=ada.id)
    folder = await factories.folder(vault, box)
    await factories.message(vault, thread, folder, grace)

    actor = await factories.actor(ada)

    assert actor.leads == {box.id}
    sealed = (await MailThread.get(id=thread.id)).sealed_subject
    assert vault.open(grace.wrapped_key, b"thread.subject", sealed) == "The printer is on fire"


async def test_a_report_sees_one_moment_and_cannot_write(any_database: str, vault: Vault) -> None:
    count = "SELECT count(*) AS n FROM organization"
    await factories.organization(vault)

    async with reports_connection() as connection:
        assert await connection.execute_query_dict(count) == [{"n": 1}]
        writer = asyncio.get_running_loop().create_task(
            factories.organization(vault), context=contextvars.Context()
        )
        await writer
        assert await connection.execute_query_dict(count) == [{"n": 1}]
        with pytest.raises(Exception, match=r"read.?only"):
            await connection.execute_query("DELETE FROM organization")

    assert await Organization.all().count() == 2


async def test_a_report_is_not_made_within_a_transaction(any_database: str) -> None:
    async with transaction():
        with pytest.raises(OutsideCallInTransaction):
            async with reports_connection():
                pass
