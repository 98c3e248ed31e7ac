"""Tags as people use them: who may, what it changes, and how much effort a tag means."""

from __future__ import annotations

import pytest

from core.audit.models import AuditEntry
from core.errors import InvalidInput, NotAllowed, NotFound
from core.mail.models import MailThread
from core.outbox.models import OutboxMessage
from core.threads.models import Tag
from core.threads.tagging import MOST_TAGS
from tests.core.threads.conftest import Desk


async def test_a_tag_stands_on_the_card_and_in_the_audit_by_its_number(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.tags.tag(desk.ada, thread.id, ["Invoice", "Redundancies"])

    view = await desk.view(thread, desk.bo)
    assert view.life.tags == ("Invoice", "Redundancies")
    assert view.version == thread.version + 1
    assert await OutboxMessage.filter(kind="thread_card").count() == 1
    entry = await AuditEntry.get(action="thread.tagged")
    assert entry.facts == {"tags": sorted([tag.id for tag in await Tag.all()])}


async def test_tags_are_put_on_and_taken_off_at_once(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.tags.tag(desk.ada, thread.id, ["One", "Two"])
    await desk.tags.change(desk.ada, thread.id, ["Three"], ["one"])
    assert (await desk.view(thread)).life.tags == ("Three", "Two")


async def test_a_name_of_no_tag_cannot_be_taken_off(desk: Desk) -> None:
    thread = await desk.thread()
    with pytest.raises(InvalidInput) as refused:
        await desk.tags.untag(desk.ada, thread.id, ["Nothing"])
    assert refused.value.hint == "unknown_tag"


async def test_a_thread_has_so_many_tags_and_no_more(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.tags.tag(desk.ada, thread.id, [f"tag {n}" for n in range(MOST_TAGS)])
    with pytest.raises(InvalidInput):
        await desk.tags.tag(desk.ada, thread.id, ["one more"])
    assert len((await desk.view(thread)).life.tags) == MOST_TAGS
    assert await Tag.all().count() == MOST_TAGS


async def test_a_lead_says_how_much_work_a_tag_means(desk: Desk) -> None:
    thread = await desk.thread()
    await desk.tags.tag(desk.ada, thread.id, ["Contract"])
    with pytest.raises(NotAllowed):
        await desk.tags.weigh(desk.ada, desk.mailbox.id, "contract", 5)
    await desk.tags.weigh(desk.lead, desk.mailbox.id, "contract", 5)

    assert (await MailThread.get(id=thread.id)).effort == 5
    shown = await desk.tags.tags(desk.ada, desk.mailbox.id)
    assert [(tag.name, tag.weight) for tag in shown] == [("Contract", 5)]
    with pytest.raises(NotFound):
        await desk.tags.weigh(desk.lead, desk.mailbox.id, "unknown", 5)
    with pytest.raises(InvalidInput):
        await desk.tags.weigh(desk.lead, desk.mailbox.id, "contract", 0)


async def test_strangers_neither_tag_nor_see_tags(desk: Desk) -> None:
    thread = await desk.thread()
    for refused in (
        desk.tags.tag(desk.stranger, thread.id, ["Mine"]),
        desk.tags.untag(desk.stranger, thread.id, ["Mine"]),
        desk.tags.tags(desk.stranger, desk.mailbox.id),
        desk.tags.weigh(desk.stranger, desk.mailbox.id, "Mine", 2),
    ):
        with pytest.raises(NotFound):
            await refused
    assert not await Tag.exists()
