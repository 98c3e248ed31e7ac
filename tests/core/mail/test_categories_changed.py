"""Categories that somebody changed in Outlook, as sync brings them."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.assignment.models import Decision
from core.audit.models import AuditEntry
from core.mail.models import EventKind, MailMessage, MailThread, ThreadEvent, ThreadState
from core.mailboxes.models import Mailbox
from core.outbox.models import OutboxMessage
from core.people.models import Absence, Member, MemberState
from core.threads.models import ThreadTag
from core.threads.tags import tag_ids
from core.transactions import transaction
from tests.core.mail.feeds import header, later
from tests.core.mail.office import Office


async def tags(office: Office, *names: str) -> dict[str, int]:
    async with transaction() as connection:
        return await tag_ids(connection, office.mailbox, names, office.vault, office.clock())


async def arrives(office: Office, *categories: str) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c", categories=categories))
    await office.sync()
    await OutboxMessage.all().delete()


async def categorized(office: Office, *categories: str, at: datetime | None = None) -> None:
    changed = header("m1", "c", categories=categories, modified_at=at or later(5))
    office.feed.give(office.inbox.graph_id, changed)
    await office.sync()


async def tagged(office: Office) -> set[tuple[int, bool]]:
    thread = await office.thread("c")
    return {(row.tag_id, row.by_outlook) for row in await ThreadTag.filter(thread_id=thread.id)}


async def test_a_tag_put_on_in_outlook_is_put_on_and_taken_off_again(office: Office):
    ids = await tags(office, "Invoice")
    await arrives(office)
    await categorized(office, "invoice", "Red category")
    assert await tagged(office) == {(ids["Invoice"], True)}
    await categorized(office, "Red category", at=later(6))
    assert await tagged(office) == set()
    actions = await AuditEntry.filter(subject_kind="thread").values_list("action", flat=True)
    assert {"thread.tagged", "thread.untagged"} <= set(actions)


async def test_what_comes_with_new_mail_or_twice_says_nothing(office: Office):
    await tags(office, "Invoice")
    await arrives(office, "Invoice", "Assigned: Bo Diddley")
    before = (await office.thread("c")).assignee_id
    await categorized(office, "Invoice", "Assigned: Bo Diddley")
    assert await tagged(office) == set()
    assert (await office.thread("c")).assignee_id == before


async def test_an_older_state_of_the_message_takes_nothing_back(office: Office):
    ids = await tags(office, "Invoice")
    await arrives(office)
    await categorized(office, "Invoice", at=later(10))
    await categorized(office, at=later(9))
    assert await tagged(office) == {(ids["Invoice"], True)}


@pytest.mark.parametrize("name", ["Bo", "bo diddley", "Diddley, Bo"])
async def test_a_name_set_by_hand_assigns(office: Office, name: str):
    await arrives(office)
    ada, bo = office.people
    thread = await office.thread("c")
    assert thread.assignee_id == ada.id
    await categorized(office, f"Assigned: {name}")

    thread = await office.thread("c")
    assert thread.assignee_id == bo.id
    decision = await Decision.filter(thread_id=thread.id).order_by("-id").first()
    assert (decision.code, decision.member_id, decision.by_id) == ("in_outlook", bo.id, None)
    event = await ThreadEvent.filter(kind=EventKind.ASSIGNED).order_by("-id").first()
    assert (event.member_id, event.in_outlook) == (bo.id, True)
    notice = await OutboxMessage.get(kind="thread_notice")
    assert notice.facts == {"member_id": bo.id, "thread_id": thread.id}


async def test_the_name_of_who_has_it_changes_nothing(office: Office):
    await arrives(office)
    await categorized(office, "Assigned: Ada Lovelace")
    assert await Decision.all().count() == 1
    assert not await OutboxMessage.filter(kind="thread_notice").exists()


@pytest.mark.parametrize(
    ("name", "state", "code"),
    [
        ("Nobody Known", MemberState.READY, "nobody"),
        ("Bo", MemberState.UNREACHABLE, "not_ready"),
        ("Bo", MemberState.INVITED, "not_ready"),
    ],
)
async def test_a_name_that_cannot_be_given_it_is_refused_and_put_right(
    office: Office, name: str, state: MemberState, code: str
):
    await arrives(office)
    await Mailbox.all().update(writes_back=True)
    await Member.filter(id=office.people[1].id).update(state=state)
    await categorized(office, f"Assigned: {name}")
    assert (await office.thread("c")).assignee_id == office.people[0].id
    entry = await AuditEntry.get(action="thread.assign_refused")
    assert entry.facts["code"] == code
    assert await OutboxMessage.filter(kind="categories").count() == 1


async def test_the_cap_holds_for_who_is_named_in_outlook(office: Office):
    await arrives(office)
    await Mailbox.all().update(capacity=1)
    office.feed.give(office.inbox.graph_id, header("m2", "c2"), header("m3", "c3"))
    await office.sync()
    ada, bo = office.people
    assert (await office.thread("c2")).assignee_id == bo.id
    await categorized(office, "Assigned: Bo")
    assert (await office.thread("c")).assignee_id == ada.id
    entry = await AuditEntry.get(action="thread.assign_refused")
    assert entry.facts == {"code": "full", "members": [bo.id], "in_outlook": True}


async def test_two_at_once_do_not_pass_the_cap(office: Office):
    await arrives(office)
    office.feed.give(office.inbox.graph_id, header("m2", "c2"), header("m3", "c3"))
    await office.sync()
    ada, bo = office.people
    await MailThread.all().update(assignee_id=ada.id)
    await Mailbox.all().update(capacity=2)
    changed = [
        header(f"m{n}", c, categories=("Assigned: Bo",), modified_at=later(9))
        for n, c in ((1, "c"), (2, "c2"), (3, "c3"))
    ]
    office.feed.give(office.inbox.graph_id, *changed)
    await office.sync()
    assert await MailThread.filter(assignee_id=bo.id).count() == 2
    assert await AuditEntry.filter(action="thread.assign_refused").count() == 1


async def test_who_is_away_is_not_given_it_from_outlook(office: Office):
    await arrives(office)
    bo = office.people[1]
    await Absence.create(
        organization_id=bo.organization_id,
        member_id=bo.id,
        starts_at=later(-60),
        created_at=later(-60),
    )
    await categorized(office, "Assigned: Bo")
    assert (await office.thread("c")).assignee_id == office.people[0].id
    assert (await AuditEntry.get(action="thread.assign_refused")).facts["code"] == "absent"


async def test_a_finished_thread_is_not_assigned_from_outlook(office: Office):
    await arrives(office)
    thread = await office.thread("c")
    thread.state = ThreadState.DONE
    await thread.save()
    await categorized(office, "Assigned: Bo")
    assert (await office.thread("c")).assignee_id == office.people[0].id


async def test_categories_are_kept_sealed(office: Office):
    await arrives(office)
    await categorized(office, "Moon landing")
    message = await MailMessage.get(graph_id="m1")
    assert b"Moon" not in bytes(message.sealed_categories or b"")


async def test_a_change_is_written_back_only_where_that_is_allowed(office: Office):
    await arrives(office)
    assert not await OutboxMessage.filter(kind="categories").exists()
    await Mailbox.all().update(writes_back=True)
    for number in (2, 3):
        more = header(f"m{number}", "c", at=later(number))
        office.feed.give(office.inbox.graph_id, more)
        await office.sync()
    rows = await OutboxMessage.filter(kind="categories")
    assert [row.facts for row in rows] == [{"thread_id": (await office.thread("c")).id}]
