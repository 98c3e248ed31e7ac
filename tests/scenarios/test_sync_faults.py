"""Sync while Microsoft misbehaves: nothing is lost, nothing doubled, turns go on."""

from __future__ import annotations

import asyncio
import re
from collections import Counter

import aiohttp
import pytest

from core.assignment.models import Decision
from core.jobs.models import Job
from core.mail.models import MailMessage, MailThread
from core.mailboxes.models import Folder, Mailbox, Subscription
from core.outbox.models import OutboxMessage, OutboxState
from sandbox.mail.sources import MemorySource
from sandbox.sample import HELP_MAILBOX
from sandbox.tour.cards import title
from sandbox.tour.waiting import until
from tests.scenarios.conftest import MakeHouse
from tests.scenarios.house import House, some_mail, synced_mailbox

pytestmark = pytest.mark.scenario

DELTA = r"/v1\.0/users/.*/messages/delta"


async def test_a_storm_of_refusals_makes_a_sync_late_and_loses_nothing(working: House):
    faults = working.box.faults
    faults.add(DELTA, status=429, retry_after=0, times=2)
    faults.add(DELTA, status=503, times=1)
    first = working.arrives("In the storm")
    await working.thread_of(first)

    storm = faults.add(DELTA, status=429, retry_after=300, times=None)
    second = working.arrives("In the long storm")
    await put_off(working)
    struck = faults.hits[DELTA]
    storm.times = 0
    working.clock.advance(minutes=4)
    assert not await MailMessage.exists(graph_id=second)
    assert faults.hits[DELTA] == struck, "it asked before the pause was over"
    working.clock.advance(minutes=2)
    await working.thread_of(second)
    await no_doubles()


async def test_turns_are_answered_while_graph_hangs_in_the_middle_of_a_sync(working: House):
    faults = working.box.faults
    faults.add(DELTA, hang=60)
    graph_id = working.arrives("Behind the hang")
    await until(lambda: struck(working, DELTA), "the sync to hang")

    answers = [await working.told(working.admin, text) for text in ("queue", "unassigned", "help")]
    card = await working.ask(working.admin, "queue")
    await working.press(working.admin, card, "Done", {"thread": str(await one_of(working))})

    assert all(answers)
    assert not await MailMessage.exists(graph_id=graph_id), "the hang was over before the answers"
    faults.close()
    await working.thread_of(graph_id)


async def test_an_expired_delta_link_starts_the_folder_again_and_changes_nothing(working: House):
    before = await MailThread.all().count(), await Decision.all().count()
    working.box.graph.mail_faults.expire_delta_links()
    gone = working.outlook.mailboxes[HELP_MAILBOX].in_folder("inbox")[0]
    gone_id = working.graph_id(gone)
    working.outlook.hard_delete(HELP_MAILBOX, gone.number)
    await working.sync()
    assert (await MailThread.all().count(), await Decision.all().count()) == before
    assert {folder.generation for folder in await Folder.filter(followed=True)} == {2}
    assert (await MailMessage.get(graph_id=gone_id)).source_gone_at is not None
    graph_id = working.arrives("After it")
    await working.thread_of(graph_id)
    await no_doubles()


async def test_what_comes_twice_is_taken_once(working: House):
    working.box.graph.notifier.duplicates = True
    working.box.graph.mail_faults.duplicate_next_page(3)
    graph_id = working.arrives("Twice")
    thread = await working.thread_of(graph_id)
    await working.sync()
    await working.all_told()
    assert await Decision.filter(thread_id=thread.id).count() == 1
    assert cards_of(working)[f"Thread {thread.id}"] == 1
    await no_doubles()


async def test_while_teams_is_down_cards_wait_and_come_once_when_it_is_up(working: House):
    down = working.box.faults.add("/teams/v3", status=503, times=None)
    thread = await working.thread_of(working.arrives("Teams is down"))
    notice = OutboxMessage.filter(kind="thread_notice", attempts__gt=0, state=OutboxState.DUE)
    await until(notice.exists, "the card to be put off")
    assert cards_of(working)[f"Thread {thread.id}"] == 0
    down.times = 0
    working.clock.advance(seconds=10)
    await working.all_told()
    assert cards_of(working)[f"Thread {thread.id}"] == 1
    assert await OutboxMessage.filter(state=OutboxState.DEAD).count() == 0


async def test_notifications_bring_mail_at_once_and_their_subscriptions_live_on(working: House):
    await working.at_rest()
    notifier = working.box.graph.notifier
    delivered = notifier.delivered
    await working.thread_of(working.arrives("Told at once"))
    assert notifier.delivered > delivered
    assert notifier.lost == 0

    first = {one.id: one.expires_at for one in notifier.active().values()}
    row = await Subscription.all().order_by("renew_at").first()
    assert row is not None
    working.clock.advance(seconds=(row.renew_at - working.clock()).total_seconds() + 1)

    async def renewed() -> bool:
        now = notifier.active()
        return first.keys() == now.keys() and all(now[i].expires_at > at for i, at in first.items())

    await until(renewed, "the subscriptions to be renewed")


async def test_a_subscription_that_graph_drops_is_made_anew_and_what_was_missed_is_read(
    working: House,
):
    notifier = working.box.graph.notifier
    old = set(notifier.active())
    notifier.tell_lifecycle("subscriptionRemoved")
    missed = working.arrives("Told to nobody")

    async def anew() -> bool:
        return len(notifier.active()) == len(old) and not old & set(notifier.active())

    await until(anew, "new subscriptions")
    working.clock.advance(seconds=15)
    await working.thread_of(missed)


async def test_a_forged_notification_starts_nothing(working: House):
    await working.at_rest()
    some = next(iter(working.box.graph.notifier.active().values()))
    forged = {
        "subscriptionId": some.id,
        "clientState": "guessed",
        "tenantId": working.box.tenant.id,
        "changeType": "created",
    }
    before = working.box.faults.answers["graph", 200]
    url = f"{working.settings.public_url}/graph/notifications"
    async with aiohttp.ClientSession() as session:
        for body, status in (
            ({"value": [forged]}, 202),
            ({"value": [{**forged, "subscriptionId": "other"}]}, 202),
            ({"value": 3}, 400),
            ({}, 400),
        ):
            async with session.post(url, json=body) as answer:
                assert answer.status == status, body
        async with session.post(url, params={"validationToken": "<b>hi</b>"}) as answer:
            assert (answer.content_type, await answer.text()) == ("text/plain", "<b>hi</b>")
    assert working.box.faults.answers["graph", 200] == before


async def test_a_first_sync_broken_off_by_a_restart_goes_on_at_its_next_page(
    make_house: MakeHouse,
):
    house = await make_house(MemorySource(list(some_mail(250))))
    await house.install(*house.people)
    card = await house.begin_onboarding()
    house.box.grant_in_exchange()
    await house.consent(card, house.admin, "Consent")
    await house.passed(card)
    inbox = house.outlook.mailboxes[HELP_MAILBOX].folder_id(2)
    inbox_pages = rf"{re.escape(inbox)}/messages/delta\?\$skiptoken"
    hang = house.box.faults.add(inbox_pages, hang=60, times=None)
    finishing = house.finish_onboarding(card, *house.people[:2])
    try:
        await finishing_until(house, finishing, inbox_pages)
    finally:
        hang.times = 0
    assert await MailMessage.filter(direction="in").count() == 100

    await house.stop()
    from_the_start = r"messages/delta\?\$select"
    house.box.faults.add(from_the_start, times=None)
    await house.start()

    await until(synced_mailbox, "the end of the first sync")
    folder = await Folder.get(kind="inbox")
    assert (folder.generation, folder.first_round_done) == (1, True)
    assert house.box.faults.hits[from_the_start] == 0, "a folder was read from its start again"
    assert await MailMessage.filter(direction="in").count() == 250
    house.clock.advance(minutes=3)  # what was being told when it broke off is told again
    await house.all_told()
    for user in house.people[:2]:
        assert sum(name.startswith("Your queue:") for name in house.titles(user)) == 1, user.name
    assert "First sync: done" in house.titles(house.admin)
    await no_doubles()


async def finishing_until(house: House, finishing, page: str) -> None:
    """Let onboarding go on until the first sync hangs before that page."""
    task = asyncio.ensure_future(finishing)
    await until(lambda: struck(house, page), "the second page")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def struck(house: House, pattern: str) -> bool:
    return house.box.faults.hits[pattern] > 0


async def put_off(house: House) -> None:
    """Until the job of the sync waits for its next attempt."""
    waiting = Job.filter(task="sync_mailbox", attempts__gt=0, due_at__gt=house.clock())
    await until(waiting.exists, "the sync to be put off")


async def one_of(house: House) -> int:
    thread = await MailThread.filter(assignee__entra_id=house.admin.id, state="open").first()
    assert thread is not None
    return thread.id


async def no_doubles() -> None:
    ids = await MailMessage.all().values_list("graph_id", flat=True)
    assert len(ids) == len(set(ids))
    conversations = await MailThread.all().values_list("conversation_id", flat=True)
    assert len(conversations) == len(set(conversations))
    assert (await Mailbox.get()).first_synced_at is not None


def cards_of(house: House) -> Counter[str]:
    """How often a card of each title stands in anybody's chat."""
    return Counter(title(one) for user in house.people for one in house.shown_to(user))
