"""Where a member stands in a dialog, and which activities were taken."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest_asyncio

from core.conversations.handled import KEEP, HandledActivities
from core.conversations.models import HandledActivity
from core.conversations.open_dialogs import OpenDialog, OpenDialogs
from core.database import database as open_database
from core.people.views import Actor
from tests import factories


@pytest_asyncio.fixture
async def database_open(any_database_url):
    async with open_database(any_database_url):
        yield


@pytest_asyncio.fixture
async def actor(database_open, vault):
    ada = await factories.member(vault, await factories.organization(vault))
    return Actor(ada.organization_id, ada.id)


async def test_a_dialog_opens_moves_and_closes(actor, clock):
    dialogs = OpenDialogs(clock)
    assert await dialogs.current(actor) is None
    opened = await dialogs.begin(actor, "onboarding", "address", {})
    assert await dialogs.current(actor) == opened == OpenDialog("onboarding", "address", {}, 1)
    assert await dialogs.change(actor, 1, "kind", {"mailbox": 7})
    assert await dialogs.current(actor) == OpenDialog("onboarding", "kind", {"mailbox": 7}, 2)
    assert await dialogs.close(actor, 2)
    assert await dialogs.current(actor) is None


async def test_of_two_changes_from_the_same_version_one_is_made(actor, clock):
    dialogs = OpenDialogs(clock)
    await dialogs.begin(actor, "onboarding", "address", {})
    changes = [dialogs.change(actor, 1, step, {}) for step in ("kind", "from")]
    assert sorted(await asyncio.gather(*changes)) == [False, True]
    assert not await dialogs.close(actor, 1)


async def test_a_new_dialog_takes_the_place_of_an_old_one_with_a_higher_version(actor, clock):
    dialogs = OpenDialogs(clock)
    await dialogs.begin(actor, "onboarding", "address", {})
    again = await dialogs.begin(actor, "offboarding", "mailbox", {})
    assert again.version == 2
    assert await dialogs.current(actor) == again


async def test_an_activity_is_taken_once(database_open, clock):
    handled = HandledActivities(clock)
    assert await handled.first_time("c", "a")
    assert not await handled.first_time("c", "a")
    assert await handled.first_time("c", "b")
    assert await handled.first_time("d", "a")


async def test_of_two_at_once_one_is_the_first(database_open, clock):
    handled = HandledActivities(clock)
    seen = await asyncio.gather(*(handled.first_time("c", "a") for _ in range(4)))
    assert sorted(seen) == [False, False, False, True]


async def test_old_marks_are_swept(database_open, clock):
    handled = HandledActivities(clock)
    await handled.first_time("c", "a")
    clock.advance(KEEP + timedelta(seconds=1))
    await handled.first_time("c", "b")
    await handled.sweep()
    assert await HandledActivity.all().count() == 1
