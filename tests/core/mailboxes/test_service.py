"""Who works a mailbox, how, and how it stands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import InvalidInput, NotFound
from core.mail.models import ThreadState
from core.mailboxes.models import (
    Folder,
    GrantKind,
    Mailbox,
    MailboxMember,
    MailboxState,
    Strategy,
)
from tests import factories
from tests.core.mailboxes.conftest import ADDRESS, House


async def test_an_admin_sees_every_mailbox_and_others_their_own(any_house: House) -> None:
    house = any_house
    mine = await house.ready()
    await factories.mailbox(house.vault, house.organization, "sales@contoso.example")
    cy = await factories.member(house.vault, house.organization, "Cy")

    admins = await house.mailboxes.mailboxes(await house.actor(house.ada))
    bobs = await house.mailboxes.mailboxes(await house.actor(house.bob))

    assert [view.address for view in admins] == [ADDRESS, "sales@contoso.example"]
    assert [view.mailbox_id for view in bobs] == [mine.id]
    assert [person.name for person in bobs[0].people] == ["Ada Lovelace", "Bob Martin"]
    assert bobs[0].kind is GrantKind.APPLICATION
    assert await house.mailboxes.mailboxes(await house.actor(cy)) == ()


async def test_open_and_unassigned_threads_are_counted_without_history(house: House) -> None:
    mailbox = await house.ready()
    grace = await factories.correspondent(house.vault, house.organization)
    for more in (
        {"assignee_id": house.bob.id},
        {},
        {"is_history": True},
        {"state": ThreadState.DONE},
    ):
        await factories.thread(house.vault, mailbox, grace, **more)

    (view,) = await house.mailboxes.mailboxes(await house.actor(house.bob))

    assert (view.open_threads, view.unassigned) == (2, 1)


@pytest.mark.parametrize("text", ["help", "HELP@contoso.example", " help@contoso.example "])
async def test_a_mailbox_is_found_by_its_address_or_its_first_part(house: House, text: str) -> None:
    mailbox = await house.ready()

    assert await house.mailboxes.find(await house.actor(house.bob), text) == mailbox.id


async def test_two_mailboxes_with_one_name_are_told_apart(house: House) -> None:
    await house.ready()
    await factories.mailbox(house.vault, house.organization, "help@fabrikam.example")

    with pytest.raises(InvalidInput) as refusal:
        await house.mailboxes.find(await house.actor(house.ada), "help")

    assert refusal.value.hint == "2"


async def test_pause_and_resume(any_house: House) -> None:
    house = any_house
    mailbox = await house.ready()
    admin = await house.actor(house.ada)

    await house.mailboxes.pause(admin, mailbox.id)
    assert (await Mailbox.get()).state is MailboxState.PAUSED
    with pytest.raises(InvalidInput):
        await house.mailboxes.pause(admin, mailbox.id)
    await house.mailboxes.resume(admin, mailbox.id)

    assert (await Mailbox.get()).state is MailboxState.ACTIVE
    assert len(house.jobs.of("sync_mailbox")) == 2


async def test_an_offboarded_mailbox_cannot_be_resumed(house: House) -> None:
    mailbox = await house.ready()
    admin = await house.actor(house.ada)
    await house.onboarding.offboard(admin, mailbox.id, purge=False)

    with pytest.raises(InvalidInput):
        await house.mailboxes.resume(admin, mailbox.id)


async def test_who_no_longer_works_a_mailbox_gives_its_threads_back(any_house: House) -> None:
    house = any_house
    mailbox = await house.ready()

    await house.mailboxes.set_people(
        await house.actor(house.ada), mailbox.id, [house.ada.id], leads=[house.ada.id]
    )

    assert house.threads.put == [(house.bob.id, "not_of_mailbox", mailbox.id)]
    (person,) = await MailboxMember.filter(mailbox_id=mailbox.id)
    assert (person.member_id, person.is_lead) == (house.ada.id, True)
    assert house.jobs.of("assign_waiting") == [{"mailbox_id": mailbox.id}]


async def test_a_stranger_does_not_come_to_work_a_mailbox(house: House) -> None:
    mailbox = await house.ready()

    with pytest.raises(NotFound):
        await house.mailboxes.set_people(
            await house.actor(house.ada), mailbox.id, [house.stranger.id]
        )
    assert house.threads.put == []


async def test_somebody_works_every_mailbox(house: House) -> None:
    mailbox = await house.ready()

    with pytest.raises(InvalidInput):
        await house.mailboxes.set_people(await house.actor(house.ada), mailbox.id, [])


async def test_inbox_and_sent_are_followed_from_the_start(house: House) -> None:
    mailbox = await house.ready()

    views = await house.onboarding.folders(await house.actor(house.ada), mailbox.id)

    assert [(view.name, view.followed) for view in views] == [
        ("Posteingang", True),
        ("Gesendet", True),
        ("Papierkorb", False),
        ("Aufträge", False),
    ]


async def test_sent_items_are_followed_whatever_is_chosen(house: House) -> None:
    mailbox = await house.ready()
    admin = await house.actor(house.ada)
    views = await house.mailboxes.followed(admin, mailbox.id)
    own = next(view for view in views if view.name == "Aufträge")

    await house.mailboxes.set_folders(admin, mailbox.id, [own.folder_id])

    views = await house.mailboxes.followed(admin, mailbox.id)
    assert {view.name for view in views if view.followed} == {"Aufträge", "Gesendet"}


async def test_a_folder_list_asked_again_keeps_the_choice(house: House) -> None:
    mailbox = await house.ready()
    admin = await house.actor(house.ada)
    views = await house.mailboxes.followed(admin, mailbox.id)
    own = next(view for view in views if view.name == "Aufträge")
    await house.mailboxes.set_folders(admin, mailbox.id, [own.folder_id])
    house.folders.there = [row for row in house.folders.there if row.id != "f-del"]

    views = await house.onboarding.folders(admin, mailbox.id)

    assert {view.name for view in views if view.followed} == {"Aufträge", "Gesendet"}
    assert "Papierkorb" not in {view.name for view in views}


async def test_another_mailboxs_folder_is_not_found(house: House) -> None:
    mailbox = await house.ready()
    other = await factories.mailbox(house.vault, house.organization)
    foreign = await factories.folder(house.vault, other)

    with pytest.raises(NotFound):
        await house.mailboxes.set_folders(await house.actor(house.ada), mailbox.id, [foreign.id])


async def test_sent_items_alone_receive_nothing(house: House) -> None:
    mailbox = await house.ready()
    sent = await Folder.get(mailbox_id=mailbox.id, graph_id="f-sent")

    with pytest.raises(InvalidInput):
        await house.mailboxes.set_folders(await house.actor(house.ada), mailbox.id, [sent.id])


async def test_from_when_is_chosen_before_work_begins(house: House) -> None:
    mailbox = await house.begin(GrantKind.APPLICATION)
    admin = await house.actor(house.ada)
    assert mailbox.live_from == house.clock() - timedelta(days=14)

    await house.mailboxes.set_live_from(admin, mailbox.id, None)
    assert (await Mailbox.get()).live_from is None

    with pytest.raises(InvalidInput):
        await house.mailboxes.set_live_from(admin, mailbox.id, house.clock() + timedelta(days=1))
    await Mailbox.filter(id=mailbox.id).update(state=MailboxState.ACTIVE)
    with pytest.raises(InvalidInput):
        await house.mailboxes.set_live_from(admin, mailbox.id, house.clock())


async def test_the_strategy_is_kept(house: House) -> None:
    mailbox = await house.begin(GrantKind.APPLICATION)

    await house.mailboxes.set_strategy(
        await house.actor(house.ada), mailbox.id, Strategy.ROUND_ROBIN
    )

    assert (await Mailbox.get()).strategy is Strategy.ROUND_ROBIN


async def test_progress_counts_what_is_in_the_database(any_house: House) -> None:
    house = any_house
    mailbox = await house.ready()
    inbox = await Folder.get(mailbox_id=mailbox.id, graph_id="f-in")
    await Folder.filter(id=inbox.id).update(first_round_done=True, skipped=3)
    grace = await factories.correspondent(house.vault, house.organization)
    first = await factories.thread(house.vault, mailbox, grace, assignee_id=house.bob.id)
    await factories.thread(house.vault, mailbox, grace)
    await factories.message(house.vault, first, inbox, grace)

    view = await house.mailboxes.progress(mailbox.id)

    assert (view.mailbox, view.folders_done, view.folders) == (ADDRESS, 1, 2)
    assert (view.messages, view.skipped, view.threads) == (1, 3, 2)
    assert (view.assigned, view.waiting, view.is_finished) == (1, 1, False)
    assert view.people == (("Bob Martin", 1),)


async def test_start_says_what_is_missing(house: House) -> None:
    mailbox = await house.begin(GrantKind.APPLICATION)
    admin = await house.actor(house.ada)
    missing = []
    for repair in ("grant", "people", "folders"):
        with pytest.raises(InvalidInput) as refusal:
            await house.onboarding.start(admin, mailbox.id)
        missing.append(refusal.value.field)
        if repair == "grant":
            await house.admin_consent(mailbox)
            house.open(ADDRESS)
            await house.onboarding.probe(mailbox.id)
        elif repair == "people":
            await house.mailboxes.set_people(admin, mailbox.id, [house.bob.id])

    await house.onboarding.folders(admin, mailbox.id)
    await house.onboarding.start(admin, mailbox.id)
    await house.onboarding.start(admin, mailbox.id)

    assert missing == ["grant", "people", "folders"]
    assert len(house.jobs.of("sync_mailbox")) == 1
