"""Who hears of what happens in a thread that is not theirs."""

from __future__ import annotations

import pytest

from core.errors import NotFound
from core.threads.models import Follower
from tests.core.threads.conftest import Desk


async def test_a_follower_hears_who_has_it_and_that_it_is_done(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.followers.follow(desk.lead, thread.id)
    assert (await desk.view(thread, desk.lead)).life.follows == "follow"

    await desk.assignments.take(desk.ada, thread.id)
    await desk.assignments.finish(desk.ada, thread.id)

    lead = desk.lead.member_id
    assert await desk.news() == [(lead, thread.id, "assigned"), (lead, thread.id, "finished")]


async def test_nobody_hears_of_what_they_did_or_were_given(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.followers.follow(desk.ada, thread.id)
    await desk.followers.follow(desk.bo, thread.id)

    await desk.assignments.take(desk.ada, thread.id)
    await desk.assignments.assign(desk.ada, thread.id, desk.bo.member_id)

    assert await desk.news() == [(desk.bo.member_id, thread.id, "assigned")]


async def test_who_no_longer_follows_hears_nothing(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.followers.follow(desk.bo, thread.id)
    await desk.followers.unfollow(desk.bo, thread.id)
    await desk.assignments.take(desk.ada, thread.id)
    assert await desk.news() == []


async def test_watching_what_one_follows_changes_nothing_and_following_ends_a_watch(
    desk: Desk,
) -> None:
    thread = await desk.thread()
    for how in ("watch", "follow", "watch"):
        await getattr(desk.followers, how)(desk.bo, thread.id)
    assert not (await Follower.get()).only_next


async def test_following_is_for_people_of_the_mailbox(desk: Desk) -> None:
    thread = await desk.thread()
    for how in ("watch", "follow", "unfollow"):
        with pytest.raises(NotFound):
            await getattr(desk.followers, how)(desk.stranger, thread.id)
