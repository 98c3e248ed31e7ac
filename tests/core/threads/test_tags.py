"""Tags by name, on threads, and the effort they mean; on both engines."""

from __future__ import annotations

import pytest
from tortoise.connection import get_connection

from core.errors import InvalidInput
from core.mail.models import MailThread
from core.mailboxes.models import Mailbox
from core.sealing import Vault
from core.threads.models import Tag, ThreadTag
from core.threads.tags import (
    add_tags,
    folded,
    known_tag_ids,
    remove_tags,
    tag_ids,
    tags_of_mailbox,
    tags_of_threads,
    tidy,
    views,
)
from core.transactions import transaction
from tests import factories
from tests.clock import MONDAY_MORNING


@pytest.fixture
async def mailbox(any_database: str, vault: Vault) -> Mailbox:
    return await factories.mailbox(vault, await factories.organization(vault))


async def a_thread(vault: Vault, mailbox: Mailbox) -> MailThread:
    sender = await factories.correspondent(vault, await mailbox.organization)
    return await factories.thread(vault, mailbox, sender)


async def test_a_tag_is_made_once_however_it_is_spelled(vault: Vault, mailbox: Mailbox) -> None:
    async with transaction() as connection:
        first = await tag_ids(connection, mailbox, ["Invoice", "Urgent"], vault, MONDAY_MORNING)
        again = await tag_ids(
            connection, mailbox, ["INVOICE ", "ｉｎｖｏｉｃｅ"], vault, MONDAY_MORNING
        )

    assert set(again.values()) == {first["Invoice"]}
    assert await Tag.all().count() == 2
    shown = await tags_of_mailbox(get_connection("default"), vault, mailbox.id)
    assert [(tag.name, tag.weight) for tag in shown] == [("Invoice", 1), ("Urgent", 1)]


async def test_names_are_sealed(vault: Vault, mailbox: Mailbox) -> None:
    async with transaction() as connection:
        await tag_ids(connection, mailbox, ["Redundancies"], vault, MONDAY_MORNING)

    row = await Tag.get()
    assert b"Redundancies" not in bytes(row.sealed_name or b"")
    assert "edundanc" not in row.name_hash


async def test_the_same_name_in_another_mailbox_is_another_tag(
    vault: Vault, mailbox: Mailbox
) -> None:
    other = await factories.mailbox(vault, await mailbox.organization)
    async with transaction() as connection:
        here = await tag_ids(connection, mailbox, ["Invoice"], vault, MONDAY_MORNING)
        there = await tag_ids(connection, other, ["Invoice"], vault, MONDAY_MORNING)

    assert here != there


async def test_looking_up_makes_nothing(vault: Vault, mailbox: Mailbox) -> None:
    found = await known_tag_ids(get_connection("default"), mailbox, ["Invoice"], vault)
    assert found == {}
    assert not await Tag.exists()


async def test_effort_is_the_greatest_weight_of_a_threads_tags(
    vault: Vault, mailbox: Mailbox
) -> None:
    thread, other = await a_thread(vault, mailbox), await a_thread(vault, mailbox)
    async with transaction() as connection:
        ids = await tag_ids(connection, mailbox, ["Small", "Big"], vault, MONDAY_MORNING)
        await Tag.filter(id=ids["Big"]).update(weight=5)
        both = [ids["Small"], ids["Big"]]
        await add_tags(connection, {thread.id: both, other.id: [ids["Small"]]})
        await add_tags(connection, {thread.id: both}, by_outlook=True)

    assert (await MailThread.get(id=thread.id)).effort == 5
    assert (await MailThread.get(id=other.id)).effort == 1
    assert await ThreadTag.filter(by_outlook=False).count() == 3
    connection = get_connection("default")
    assert await tags_of_threads(connection, [thread.id]) == {thread.id: frozenset(both)}
    async with transaction() as connection:
        await remove_tags(connection, {thread.id: [ids["Big"]]})
    assert (await MailThread.get(id=thread.id)).effort == 1


async def test_a_tag_whose_organization_was_forgotten_has_a_number_for_a_name(
    vault: Vault, mailbox: Mailbox
) -> None:
    async with transaction() as connection:
        ids = await tag_ids(connection, mailbox, ["Invoice"], vault, MONDAY_MORNING)
    await Tag.all().update(sealed_name=None)

    found = await views(get_connection("default"), vault, ids.values())
    assert found[ids["Invoice"]].name == f"#{ids['Invoice']}"


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "a" * 256, "one, two"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        tidy(name)
    assert refused.value.field == "tag"


@pytest.mark.parametrize("name", ["Straße", "ﬁnance", "İstanbul", "a  b"])
def test_folding_twice_changes_nothing(name: str) -> None:
    assert folded(folded(name)) == folded(name)
