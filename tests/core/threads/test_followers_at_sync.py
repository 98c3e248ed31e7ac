"""New mail, told to who follows its thread or watches its sender."""

from __future__ import annotations

import pytest

from core.outbox.models import OutboxMessage
from core.outbox.queue import Outbox
from core.people.views import Actor
from core.sealing import Vault
from core.threads.followers import Followers
from core.threads.models import Follower
from tests import factories
from tests.clock import SettableClock
from tests.core.mail.feeds import header, later
from tests.core.mail.office import Office, an_office


@pytest.fixture
async def office(any_database: str, vault: Vault, clock: SettableClock) -> Office:
    office = await an_office(vault, clock)
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    return office


async def follower(office: Office) -> Actor:
    """Of the two people, the one who does not have the thread."""
    thread = await office.thread("c1")
    (other,) = [person for person in office.people if person.id != thread.assignee_id]
    return await factories.actor(other)


def followers(office: Office) -> Followers:
    return Followers(Outbox(office.jobs), office.clock)


async def news() -> list[tuple[int, str]]:
    rows = await OutboxMessage.filter(kind="thread_news").order_by("id")
    return [(row.facts["thread_id"], row.facts["code"]) for row in rows]


async def test_a_follower_hears_of_each_new_mail(office: Office) -> None:
    thread = await office.thread("c1")
    await followers(office).follow(await follower(office), thread.id)
    for number in (2, 3):
        office.feed.give(office.inbox.graph_id, header(f"m{number}", "c1", at=later(number)))
        await office.sync()
    assert await news() == [(thread.id, "new_mail")] * 2


async def test_a_watcher_hears_once_of_the_next_mail(office: Office) -> None:
    thread = await office.thread("c1")
    await followers(office).watch(await follower(office), thread.id)
    for number in (2, 3):
        office.feed.give(office.inbox.graph_id, header(f"m{number}", "c1", at=later(number)))
        await office.sync()
    assert await news() == [(thread.id, "watched")]
    assert not await Follower.exists()


async def test_a_watcher_hears_of_a_new_thread_of_the_same_sender(office: Office) -> None:
    await followers(office).watch(await follower(office), (await office.thread("c1")).id)
    stranger = header("m2", "c2", at=later(2), sender="alan@customer.example")
    office.feed.give(office.inbox.graph_id, stranger)
    await office.sync()
    assert await news() == []
    office.feed.give(office.inbox.graph_id, header("m3", "c3", at=later(3)))
    await office.sync()

    assert await news() == [((await office.thread("c3")).id, "watched")]


async def test_our_own_answer_is_not_the_mail_that_is_watched_for(office: Office) -> None:
    await followers(office).watch(await follower(office), (await office.thread("c1")).id)
    answer = header("s1", "c1", at=later(4), sender="help@contoso.example")
    office.feed.give(office.sent.graph_id, answer)
    await office.sync()
    assert await news() == []
    assert await Follower.exists()
