"""Somebody goes on PostgreSQL while another transaction, which still saw them, gives them more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from core.assignment.candidates import Wish
from core.assignment.pools import PoolBook
from core.assignment.service import Assignments
from core.mail.models import MailThread
from core.mailboxes.models import Mailbox, MailboxMember
from core.mailboxes.service import Mailboxes
from core.outbox.queue import Outbox
from core.people.departures import Departures
from core.people.models import Member
from core.sealing import Vault
from core.transactions import transaction
from tests import factories
from tests.clock import SettableClock
from tests.core.mail.feeds import FakeJobs


class House:
    def __init__(self, clock: SettableClock, mailbox: Mailbox, people: list[Member]) -> None:
        self.clock, self.mailbox, (self.boss, self.ada, self.bo) = clock, mailbox, people
        self.outbox = Outbox(FakeJobs())
        self.work = Assignments(self.outbox, clock)

    async def while_given(self, going: Awaitable[object], had: int, new: int) -> None:
        """A page touches `had` and gives `new` to Ada; she goes before it commits."""
        seen = asyncio.Event()

        async def go() -> None:
            await seen.wait()
            await going

        async def page() -> None:
            async with transaction() as connection:
                await MailThread.filter(id=had).using_db(connection).select_for_update()
                book = PoolBook(connection, self.mailbox.id, self.clock())
                pool = await book.open()
                choice = pool.give(Wish(keep=self.ada.id), self.clock())
                seen.set()
                await asyncio.sleep(0.3)  # who goes runs into our locks
                given = {"assignee_id": choice.member_id, "waiting_reason": None}
                await MailThread.filter(id=new).using_db(connection).update(**given)
                await book.save(pool, self.clock())

        await asyncio.gather(go(), page())


@pytest.fixture
async def house(postgres: str, vault: Vault, clock: SettableClock) -> House:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization)
    boss = await factories.member(vault, organization, "Boss", is_admin=True)
    people = [boss]
    for name in ("Ada", "Bo"):
        people.append(await factories.member(vault, organization, name))
        await factories.works(mailbox, people[-1])
    return House(clock, mailbox, people)


@pytest.mark.parametrize("how", ["leaves", "is_let_go"])
async def test_both_end_and_nothing_stays_with_who_went(
    house: House, vault: Vault, how: str
) -> None:
    sender = await factories.correspondent(vault, await house.mailbox.organization)
    had = await factories.thread(vault, house.mailbox, sender, assignee_id=house.ada.id)
    new = await factories.thread(vault, house.mailbox, sender, waiting_reason="nobody_free")
    departures = Departures(house.clock, house.work, house.outbox)
    if how == "leaves":
        going = departures.leave(house.ada, house.boss.id)
    else:
        boss = await factories.actor(house.boss)
        mailboxes = Mailboxes(vault, house.clock, jobs=FakeJobs(), threads=house.work)
        going = mailboxes.set_people(boss, house.mailbox.id, [house.bo.id])
    await house.while_given(going, had.id, new.id)
    await house.work.hand_back(house.clock())
    threads = await MailThread.filter(mailbox_id=house.mailbox.id)
    assert {thread.assignee_id for thread in threads} == {house.bo.id}
    assert not await MailboxMember.filter(member_id=house.ada.id).exists()
