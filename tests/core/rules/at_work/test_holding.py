"""Rules stay as they were from the look at a page to its commit, or the page is looked at anew."""

from __future__ import annotations

import asyncio
import contextvars

import pytest
from asyncpg.exceptions import LockNotAvailableError
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from core.rules.at_work import RulesChanged, mark_of, must_stand
from core.rules.models import Rule
from core.rules.service import Rulebook
from core.sealing import Vault
from sandbox.tour.waiting import until
from tests import factories
from tests.clock import SettableClock
from tests.core.mail.office import Office, an_office
from tests.core.rules.at_work.rows import a_rule, leads, switch_off


async def test_a_mailbox_without_rules_has_the_mark_zero(office: Office):
    assert await mark_of(get_connection("default"), office.mailbox.id) == 0


async def test_every_change_of_a_rule_raises_the_mark(office: Office):
    ada = office.people[0]
    await leads(office, ada)
    actor = await factories.actor(ada)
    book = Rulebook(office.vault, office.clock)
    marks = [await mark_of(get_connection("default"), office.mailbox.id)]

    async def changed() -> None:
        marks.append(await mark_of(get_connection("default"), office.mailbox.id))
        assert marks[-1] > marks[-2]

    first = await book.add(actor, office.mailbox.id, "when subject contains a then stop")
    await changed()
    await book.add(actor, office.mailbox.id, "when subject contains b then stop")
    await changed()
    await book.change(actor, first.number, "when subject contains c then stop")
    await changed()
    await book.move(actor, first.number, 1)
    await changed()
    await book.switch(actor, first.number, False)
    await changed()
    await book.delete(actor, first.number)
    await changed()


async def test_a_change_since_the_look_is_found(office: Office):
    rule = await a_rule(office, "when subject contains printer then stop")
    connection = get_connection("default")
    mark = await mark_of(connection, office.mailbox.id)
    async with in_transaction("default") as connection:
        await must_stand(connection, office.mailbox.id, mark, {rule.id})
    await switch_off(rule)
    with pytest.raises(RulesChanged):
        async with in_transaction("default") as connection:
            await must_stand(connection, office.mailbox.id, mark, {rule.id})


async def test_postgresql_holds_the_rules_that_act_until_the_commit(
    postgres: str, vault: Vault, clock: SettableClock
):
    office = await an_office(vault, clock)
    rule = await a_rule(office, "when subject contains printer then stop")
    elsewhere = contextvars.copy_context()
    mark = await mark_of(get_connection("default"), office.mailbox.id)

    async def switches_off_at_once() -> None:
        async with in_transaction("default") as connection:
            await Rule.filter(id=rule.id).using_db(connection).select_for_update(nowait=True).get()

    async with in_transaction("default") as connection:
        await must_stand(connection, office.mailbox.id, mark, {rule.id})
        with pytest.raises(LockNotAvailableError):
            await asyncio.create_task(switches_off_at_once(), context=elsewhere)
    await switches_off_at_once()


async def test_a_move_takes_the_rules_in_the_order_of_their_ids_as_a_commit_does(
    postgres: str, vault: Vault, clock: SettableClock
):
    office = await an_office(vault, clock)
    await leads(office, office.people[0])
    actor = await factories.actor(office.people[0])
    first = await a_rule(office, "when subject contains a then stop", position=2)
    second = await a_rule(office, "when subject contains b then stop", position=1)
    elsewhere = contextvars.copy_context()
    book = Rulebook(office.vault, office.clock)

    async with in_transaction("default") as connection:
        await connection.execute_query("SET LOCAL lock_timeout = '20s'")
        mark = await mark_of(connection, office.mailbox.id)
        await must_stand(connection, office.mailbox.id, mark, {first.id})
        moving = asyncio.create_task(book.move(actor, second.number, 1), context=elsewhere)
        await until(lambda: _somebody_waits(connection), "the move to wait")
        await must_stand(connection, office.mailbox.id, mark, {first.id, second.id})
    await moving
    assert (await Rule.get(id=first.id)).position == 1


async def _somebody_waits(connection: BaseDBAsyncClient) -> bool:
    return bool(await connection.execute_query_dict("SELECT 1 FROM pg_locks WHERE NOT granted"))
