"""What happens to mail in Outlook: moved, deleted, brought back, swept away."""

from __future__ import annotations

import pytest

from core.assignment.models import Decision
from core.errors import DeltaLinkExpired
from core.mail.models import MailMessage
from core.mail.models import ThreadState as State
from core.mailboxes.models import Folder
from tests.core.mail.feeds import header
from tests.core.mail.office import Office


async def test_an_expired_link_starts_the_folder_again_and_keeps_assignments(
    office: Office,
) -> None:
    office.feed.give(office.inbox.graph_id, header("m1", "c1"), header("m2", "c2"))
    await office.sync()
    before = (await office.thread("c1")).assignee_id
    office.feed.fail(office.inbox.graph_id, DeltaLinkExpired(410, "syncStateNotFound"))
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    office.feed.places["m2"] = None
    await office.sync()

    assert (await office.thread("c1")).assignee_id == before
    swept = await MailMessage.get(graph_id="m2")
    assert swept.source_gone_at is not None
    gone = await office.thread("c2")
    assert (gone.state, gone.finished_in_outlook) == (State.DONE, True)
    assert gone.assignee_id is not None
    assert (await Folder.get(id=office.inbox.id)).generation == 2


@pytest.mark.parametrize(
    ("place", "state", "gone"),
    [
        ("same", State.OPEN, False),
        ("subfolder", State.OPEN, False),
        ("deleted", State.DONE, False),
        (None, State.DONE, True),
    ],
)
async def test_what_left_the_inbox_is_looked_up_before_anything_is_believed(
    office: Office, place: str | None, state: State, gone: bool
) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    names = {"same": office.inbox.graph_id, "deleted": office.deleted.graph_id}
    office.feed.places["m1"] = names.get(place, place) if place else None
    office.feed.give(office.inbox.graph_id, removed=["m1"])
    await office.sync()
    thread = await office.thread("c1")
    assert thread.state is state
    assert thread.finished_in_outlook is (state is State.DONE)
    assert ((await MailMessage.get()).source_gone_at is not None) is gone


async def test_what_comes_back_from_deleted_is_reopened_for_the_same_person(
    office: Office,
) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    before = (await office.thread("c1")).assignee_id
    office.feed.places["m1"] = office.deleted.graph_id
    office.feed.give(office.inbox.graph_id, removed=["m1"])
    await office.sync()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    thread = await office.thread("c1")
    assert (thread.state, thread.assignee_id) == (State.OPEN, before)
    assert (
        await Decision.filter(thread_id=thread.id).order_by("-id").first()
    ).code == "same_thread"


async def test_a_stray_in_a_subfolder_is_followed_by_its_id(office: Office) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    office.feed.places["m1"] = "subfolder"
    office.feed.give(office.inbox.graph_id, removed=["m1"])
    await office.sync()
    office.feed.places["m1"] = office.deleted.graph_id
    await office.sync()
    assert (await office.thread("c1")).state is State.DONE
