"""Who leaves a mailbox follows nothing there any more; what they follow elsewhere stays."""

from __future__ import annotations

from core.threads.leaving import forget_people
from core.threads.models import Follower, Presence
from tests import factories
from tests.core.threads.conftest import Desk


async def test_leaving_a_mailbox_ends_following_there_alone(desk: Desk) -> None:
    thread = await desk.thread()
    elsewhere = await factories.mailbox(desk.vault, await desk.mailbox.organization)
    other = await factories.thread(desk.vault, elsewhere, desk.sender)
    for followed in (thread, other):
        who = {"thread_id": followed.id, "member_id": desk.ada.member_id}
        await Follower.create(**who, created_at=desk.clock())
        await Presence.create(**who, seen_at=desk.clock())
    await desk.followers.follow(desk.bo, thread.id)

    await forget_people([desk.ada.member_id], desk.mailbox.id)
    left = {(row.member_id, row.thread_id) for row in await Follower.all()}
    assert left == {(desk.ada.member_id, other.id), (desk.bo.member_id, thread.id)}
    assert [row.thread_id for row in await Presence.all()] == [other.id]

    await forget_people([desk.ada.member_id])
    assert [row.member_id for row in await Follower.all()] == [desk.bo.member_id]
