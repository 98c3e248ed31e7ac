"""What was shown in Teams is on record, with the threads and people it showed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio

from core.database import database as open_database
from core.mail.models import MailThread
from core.outbox.models import PostedPerson, PostedThread
from core.outbox.posted import PostedCards, Shown
from tests import factories

URL = "https://smba.trafficmanager.net/emea/"


@pytest_asyncio.fixture
async def cards(any_database_url, clock):
    async with open_database(any_database_url):
        yield PostedCards(clock)


@pytest_asyncio.fixture
async def ada(cards, vault):
    return await factories.member(vault, await factories.organization(vault))


async def threads(vault, ada, count, clock):
    organization = await ada.organization
    mailbox = await factories.mailbox(vault, organization)
    return [
        (
            await MailThread.create(
                organization_id=organization.id,
                mailbox_id=mailbox.id,
                conversation_id=f"c{i}",
                received_at=clock(),
            )
        ).id
        for i in range(count)
    ]


async def post(cards, ada, activity_id, shown, member=True):
    member_id = ada.id if member else None
    await cards.record(ada.organization_id, member_id, URL, "a:1", activity_id, shown)


async def test_a_card_is_found_by_each_thread_it_shows(cards, ada, vault, clock):
    one, two, three = await threads(vault, ada, 3, clock)
    await post(cards, ada, "x", Shown("thread", (one,), (ada.id,), {"thread": one}))
    await post(cards, ada, "y", Shown("queue", (one, two), facts={"page": 2}))
    assert [p.activity_id for p in await cards.showing(one)] == ["x", "y"]
    (posted,) = await cards.showing(two)
    assert (posted.kind, posted.facts, posted.member_id) == ("queue", {"page": 2}, ada.id)
    assert await cards.showing(three) == ()
    assert await PostedPerson.filter(member_id=ada.id).count() == 1


async def test_what_a_card_shows_now_replaces_what_it_showed(cards, ada, vault, clock):
    one, two = await threads(vault, ada, 2, clock)
    await post(cards, ada, "x", Shown("queue", (one, one), (ada.id,)))
    await post(cards, ada, "x", Shown("queue", (two,)))
    assert await cards.showing(one) == ()
    assert len(await cards.showing(two)) == 1
    assert await PostedThread.all().count() == 1
    assert await PostedPerson.all().count() == 0


async def test_of_lists_only_the_newest_is_kept_up_to_date(cards, ada, vault, clock):
    (one,) = await threads(vault, ada, 1, clock)
    for activity_id in ("x", "y"):
        await post(cards, ada, activity_id, Shown("queue", (one,)))
    assert [p.activity_id for p in await cards.showing(one)] == ["y"]


async def test_what_stands_in_a_channel_is_not_drawn_again(cards, ada, vault, clock):
    (one,) = await threads(vault, ada, 1, clock)
    await post(cards, ada, "x", Shown("thread", (one,)), member=False)
    assert await cards.showing(one) == ()


async def test_cards_are_counted_and_found_by_age_and_facts(cards, ada, clock):
    start = clock()
    await post(cards, ada, "x", Shown("progress", facts={"mailbox": 1}))
    clock.advance(timedelta(minutes=5))
    await post(cards, ada, "y", Shown("progress", facts={"mailbox": 2}))
    assert await cards.count(ada.id, ("progress",), start) == 2
    assert await cards.count(ada.id, ("progress",), clock()) == 1
    found = await cards.newest(ada.id, "progress", mailbox=1)
    assert found is not None
    assert found.activity_id == "x"
    assert await cards.newest(ada.id, "progress", since=clock(), mailbox=1) is None


async def test_a_forgotten_card_is_gone_with_what_it_showed(cards, ada, vault, clock):
    (one,) = await threads(vault, ada, 1, clock)
    await post(cards, ada, "x", Shown("thread", (one,)))
    await cards.forget("a:1", "x")
    assert await cards.showing(one) == ()


async def test_only_the_first_may_post_a_card_of_its_kind(cards, ada):
    claim = (ada.organization_id, ada.id, URL, "a:1", "welcome")
    assert await cards.claim(*claim)
    assert not await cards.claim(*claim)
    await cards.unclaim("a:1", "welcome")
    assert await cards.claim(*claim)


@pytest.mark.parametrize("times", [1, 3])
async def test_recording_again_is_harmless(cards, ada, times):
    for _ in range(times):
        await post(cards, ada, "x", Shown("report"))
    assert (await cards.newest(ada.id, "report")).activity_id == "x"
