"""Tags and assignee in Outlook and here: both sides change, and they come to rest as one."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from core.assignment.models import Decision
from core.mail.models import MailMessage, MailThread
from core.mailboxes.models import Mailbox
from core.outbox.models import OutboxMessage, OutboxState
from core.sealing import Vault
from core.threads.models import ThreadTag
from core.threads.tags import add_tags, remove_tags, tag_ids
from core.threads.write_back import queue_categories
from core.transactions import transaction
from sandbox.mail.records import Address, NewMail
from tests import factories
from tests.scenarios.correspondence import Desk, Post
from tests.scenarios.house import RunningClock

pytestmark = pytest.mark.scenario

TAGS = ("Invoice", "Urgent", "VIP")


@pytest.fixture
async def post(
    database: str, vault: Vault, tmp_path: Path, folder_with_keys: Path
) -> AsyncIterator[Post]:
    async with AsyncExitStack() as stack:
        yield Post(stack, vault, RunningClock(), tmp_path, folder_with_keys)


class Both:
    """One thread, changed here and in Outlook."""

    def __init__(self, post: Post, desk: Desk) -> None:
        self.post, self.desk = post, desk

    async def open(self) -> Both:
        organization = await self.desk.mailbox.organization
        self.people = {}
        for name in ("Ada Lovelace", "Bo Diddley"):
            person = await factories.member(self.post.vault, organization, name)
            await factories.works(self.desk.mailbox, person)
            self.people[person.id] = name
        await Mailbox.all().update(writes_back=True, sends_replies=False)
        async with transaction() as connection:
            self.tags = await tag_ids(
                connection, self.desk.mailbox, TAGS, self.post.vault, self.post.clock()
            )
        self.arrives()
        await self.rest()
        return self

    def arrives(self) -> None:
        mail = NewMail("A question", "…", from_=Address("Grace", "grace@customer.example"))
        self.desk.box.mail.deliver(self.desk.address, mail)

    async def round(self) -> None:
        self.post.clock.advance(seconds=90)
        await self.desk.sync.sync(self.desk.mailbox.id)
        await self.post.deliver()

    async def rest(self) -> None:
        for _ in range(3):
            await self.round()

    @property
    def message(self):
        return self.desk.received[0]

    @property
    def shown(self) -> set[str]:
        return set(self.message.categories)

    def in_outlook(self, *categories: str) -> None:
        self.post.clock.advance(seconds=2)
        self.desk.box.mail.categorize(self.desk.address, self.message.number, *categories)

    async def here(self, put_on: tuple[str, ...] = (), take_off: tuple[str, ...] = ()) -> None:
        thread = await MailThread.get()
        async with transaction() as connection:
            await add_tags(connection, {thread.id: [self.tags[name] for name in put_on]})
            await remove_tags(connection, {thread.id: [self.tags[name] for name in take_off]})
            await queue_categories(connection, self.desk.mailbox.id, [thread.id], self.post.clock())

    async def tagged(self) -> set[str]:
        ids = {row.tag_id for row in await ThreadTag.all()}
        return {name for name, tag in self.tags.items() if tag in ids}

    async def assignee(self) -> str:
        return self.people[(await MailThread.get()).assignee_id or 0]

    async def agree(self, *foreign: str) -> None:
        """Outlook shows what is here, and what others put there."""
        expected = await self.tagged() | {f"Assigned: {await self.assignee()}"} | set(foreign)
        assert self.shown == expected
        assert not await OutboxMessage.exclude(state=OutboxState.DONE).exists()


@pytest.fixture
async def both(post: Post) -> Both:
    (desk,) = await post.tenant(1, "help")
    return await Both(post, desk).open()


async def test_what_postroom_writes_comes_back_and_changes_nothing(both: Both):
    await both.agree()
    await both.here(put_on=("Invoice",))
    await both.rest()
    await both.agree()
    before = (
        await OutboxMessage.all().count(),
        await Decision.all().count(),
        both.message.version,
        (await MailThread.get()).version,
    )
    for _ in range(5):
        await both.round()
    assert before == (
        await OutboxMessage.all().count(),
        await Decision.all().count(),
        both.message.version,
        (await MailThread.get()).version,
    )


async def test_what_people_do_in_outlook_comes_in_and_stays(both: Both):
    both.in_outlook(*both.shown, "Invoice", "Red category")
    await both.rest()
    assert await both.tagged() == {"Invoice"}
    await both.agree("Red category")
    both.in_outlook(*(both.shown - {"Invoice"}))
    await both.rest()
    assert await both.tagged() == set()
    await both.agree("Red category")


async def test_a_change_in_outlook_is_not_written_over_before_it_is_taken_in(both: Both):
    both.in_outlook(*both.shown, "Invoice")
    await both.here(put_on=("VIP",))
    await both.post.deliver()
    assert "Invoice" in both.shown
    await both.rest()
    assert await both.tagged() == {"Invoice", "VIP"}
    await both.agree()


async def test_a_name_set_by_hand_moves_the_thread_and_the_old_name_goes(both: Both):
    before = await both.assignee()
    (other,) = set(both.people.values()) - {before}
    both.in_outlook(*both.shown, f"Assigned: {other.split()[0]}")
    await both.rest()
    assert await both.assignee() == other
    await both.agree()


async def test_a_name_that_is_refused_is_put_back(both: Both):
    before = await both.assignee()
    both.in_outlook("Assigned: Nobody Here")
    await both.rest()
    assert await both.assignee() == before
    await both.agree()


async def test_the_newest_message_bears_the_categories(both: Both):
    first = both.message
    both.post.clock.advance(minutes=5)
    mail = NewMail(
        "RE: A question",
        "…",
        from_=Address("Grace", "grace@customer.example"),
        references=(first.internet_message_id,),
    )
    newest = both.desk.box.mail.deliver(both.desk.address, mail)
    await both.rest()
    assert set(newest.categories) == {f"Assigned: {await both.assignee()}"}


async def test_a_message_that_is_gone_ends_it_quietly(both: Both):
    await both.here(put_on=("VIP",))
    both.desk.box.mail.hard_delete(both.desk.address, both.message.number)
    await both.rest()
    assert not await OutboxMessage.exclude(state=OutboxState.DONE).exists()
    assert (await MailMessage.get()).source_gone_at is not None


async def test_a_crash_between_the_writing_and_its_note_changes_nothing(both: Both, monkeypatch):
    async def dies(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("core.threads.write_back.WriteBack._keep", dies)
        await both.here(put_on=("Invoice",))
        await both.round()
    assert "Invoice" in both.shown
    both.post.clock.advance(minutes=30)
    await both.rest()
    assert await both.tagged() == {"Invoice"}
    await both.agree()


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_both_sides_do_they_come_to_rest_as_one(both: Both, seed: int):
    chance = random.Random(seed)
    foreign: set[str] = set()
    for _ in range(12):
        match chance.randrange(5):
            case 0:
                await both.here(put_on=(chance.choice(TAGS),))
            case 1:
                await both.here(take_off=(chance.choice(TAGS),))
            case 2:
                foreign = {"Red category"} if chance.random() < 0.5 else set()
                ours = {name for name in both.shown if name != "Red category"}
                both.in_outlook(*ours, *foreign, chance.choice(TAGS))
            case 3:
                both.in_outlook(*(both.shown - {chance.choice(TAGS)}))
            case 4:
                name = chance.choice(["Ada", "Bo", "Nobody"])
                both.in_outlook(*both.shown, f"Assigned: {name}")
        if chance.random() < 0.6:
            await both.round()
    await both.rest()
    await both.agree(*foreign)
    settled = both.message.version
    await both.rest()
    assert both.message.version == settled
    assert timedelta(0) < both.post.clock() - both.message.modified_at
