"""Sync: what the feed tells ends up in the rows, once, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio

import pytest

from core.assignment.models import Decision
from core.audit.models import AuditEntry
from core.errors import GraphAuthFailed, GraphError
from core.graph.messages import MessageHeader
from core.mail.models import Correspondent, EventKind, MailMessage, MailThread, ThreadEvent
from core.mail.models import ThreadState as State
from core.mailboxes.models import Folder, Mailbox, MailboxState, Strategy
from core.outbox.models import OutboxMessage
from tests import factories
from tests.core.mail.feeds import header, later
from tests.core.mail.office import Office


async def test_a_message_becomes_a_thread_with_an_assignee_a_reason_and_an_audit_entry(
    office: Office,
) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()

    thread = await office.thread("c1")
    assert thread.assignee_id in {person.id for person in office.people}
    decision = await Decision.get(thread_id=thread.id)
    assert decision.code == "fewest_open"
    assert len(decision.reason["considered"]) == 2
    audited = await AuditEntry.get(action="thread.assigned")
    assert (audited.subject_id, audited.actor_id) == (thread.id, None)
    notice = await OutboxMessage.get(kind="thread_notice")
    assert notice.facts == {"member_id": thread.assignee_id, "thread_id": thread.id}
    assert "deliver_outbox" in office.jobs.deferred


async def test_nothing_readable_is_stored_of_sender_or_subject(office: Office) -> None:
    office.feed.give(office.inbox.graph_id, header("m1", subject="Marker-Subject"))
    await office.sync()
    person = await Correspondent.get()
    message = await MailMessage.get()
    for value in (person.sealed_address, person.sealed_name, message.sealed_subject):
        assert value is not None
        assert b"Marker" not in value
        assert b"grace" not in value
    opened = office.vault.open(person.wrapped_key, b"message.subject", message.sealed_subject)
    assert opened == "Marker-Subject"


async def test_messages_of_one_conversation_are_one_thread(office: Office) -> None:
    office.feed.give(office.inbox.graph_id, header("m1", "c1"), header("m2", "c1", at=later(5)))
    await office.sync()
    thread = await MailThread.get()
    assert (thread.received_at, thread.last_received_at) == (later(0), later(5))
    assert await MailMessage.all().count() == 2


async def test_the_first_sync_tells_each_member_once_with_a_queue(office: Office) -> None:
    office.feed.give(office.inbox.graph_id, *(header(f"m{n}") for n in range(7)))
    await office.sync()
    kinds = await OutboxMessage.all().values_list("kind", flat=True)
    assert sorted(kinds) == ["progress", "queue_notice", "queue_notice"]
    counts = [await MailThread.filter(assignee_id=p.id).count() for p in office.people]
    assert sorted(counts) == [3, 4]


async def test_what_was_answered_before_postroom_came_is_done_and_nobodys(office: Office) -> None:
    office.feed.give(
        office.sent.graph_id, header("s1", "c1", at=later(9), sender="help@contoso.example")
    )
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    thread = await office.thread("c1")
    assert (thread.state, thread.assignee_id) == (State.DONE, None)
    assert thread.first_answered_at == later(9)
    assert (await Mailbox.get()).answers_seen


async def test_mail_older_than_the_start_is_history_until_something_new_comes(
    office: Office,
) -> None:
    await Mailbox.all().update(live_from=later(0))
    office.feed.give(office.inbox.graph_id, header("m1", "c1", at=later(-60)))
    await office.sync()
    assert (await office.thread("c1")).assignee_id is None
    assert await Decision.all().count() == 0

    office.feed.give(office.inbox.graph_id, header("m2", "c1", at=later(5)))
    await office.sync()
    thread = await office.thread("c1")
    assert (thread.is_history, thread.assignee_id is None) == (False, False)


async def test_a_replayed_page_changes_nothing(office: Office) -> None:
    await office.live()
    page = [header("m1", "c1"), header("m2", "c2")]
    office.feed.give(office.inbox.graph_id, *page)
    await office.sync()
    before = await _everything()
    office.feed.give(office.inbox.graph_id, *page)
    await office.sync()
    assert await _everything() == before


async def test_a_crash_before_the_commit_leaves_nothing_and_the_next_round_has_it_all(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.feed.give(office.inbox.graph_id, header("m1"), header("m2"))
    with monkeypatch.context() as patch:
        patch.setattr(office.vault.ring, "encrypt_token", _crash)
        with pytest.raises(RuntimeError):
            await office.sync()
    assert await MailMessage.all().count() == 0
    assert await MailThread.all().count() == 0
    assert await OutboxMessage.all().count() == 0

    office.feed.give(office.inbox.graph_id, header("m1"), header("m2"))
    await office.sync()
    assert await MailMessage.all().count() == 2


async def test_an_interrupted_round_goes_on_at_its_next_link(office: Office) -> None:
    office.feed.give(office.inbox.graph_id, header("m1"), more=True)
    office.feed.fail(office.inbox.graph_id, GraphError(503, "serviceUnavailable"))
    with pytest.raises(GraphError):
        await office.sync()
    office.feed.give(office.inbox.graph_id, header("m2"))
    await office.sync()
    links = [link for folder, link in office.feed.links if folder == office.inbox.graph_id]
    assert links[0] is None
    assert links[1] is not None
    assert links[1].startswith("next-")
    assert await MailMessage.all().count() == 2


async def test_an_answer_from_sent_items_names_who_gave_it(office: Office) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    ada = office.people[0]
    address = office.vault.open(ada.wrapped_key, b"member.address", ada.sealed_address)
    office.feed.give(
        office.sent.graph_id,
        header("s1", "c1", at=later(7), sender="help@contoso.example", by=address),
    )
    await office.sync()
    event = await ThreadEvent.get(kind=EventKind.ANSWERED)
    assert (event.member_id, event.at) == (ada.id, later(7))
    thread = await office.thread("c1")
    assert (thread.state, thread.first_answered_at) == (State.OPEN, later(7))


async def test_a_new_message_on_a_finished_thread_reopens_it_for_the_same_person(
    office: Office,
) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    thread = await office.thread("c1")
    await MailThread.filter(id=thread.id).update(state=State.DONE, finished_at=later(30))
    office.feed.give(office.inbox.graph_id, header("m2", "c1", at=later(40)))
    await office.sync()
    again = await office.thread("c1")
    assert (again.state, again.assignee_id) == (State.OPEN, thread.assignee_id)
    assert await ThreadEvent.filter(kind=EventKind.REOPENED).count() == 1


async def test_an_older_message_found_late_does_not_reopen(office: Office) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    await MailThread.all().update(state=State.DONE, finished_at=later(30))
    office.feed.give(office.inbox.graph_id, header("m0", "c1", at=later(-5)))
    await office.sync()
    thread = await office.thread("c1")
    assert (thread.state, thread.received_at) == (State.DONE, later(-5))


async def test_round_robin_goes_on_where_it_stopped(office: Office) -> None:
    await Mailbox.all().update(strategy=Strategy.ROUND_ROBIN)
    for n in range(4):
        office.feed.give(office.inbox.graph_id, header(f"m{n}", f"c{n}", at=later(n)))
        await office.sync()
    owners = [(await office.thread(f"c{n}")).assignee_id for n in range(4)]
    first, second = (person.id for person in office.people)
    assert owners == [first, second, first, second]


async def test_a_paused_mailbox_is_left_alone(office: Office) -> None:
    await Mailbox.all().update(state=MailboxState.PAUSED)
    await office.sync()
    assert office.feed.links == []


async def test_lost_consent_is_told_and_nothing_is_lost(office: Office) -> None:
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    office.feed.fail(office.inbox.graph_id, GraphAuthFailed(401, "invalid_grant"))
    await office.sync()
    assert office.refused == [(office.mailbox.id, "invalid_grant")]
    assert (await office.thread("c1")).assignee_id is not None
    assert (await Folder.get(id=office.inbox.id)).sealed_link is not None


async def test_a_message_without_sender_subject_or_dates_is_kept(office: Office) -> None:
    await office.live()
    nothing = {"received_at": None, "sent_at": None, "modified_at": None}
    bare = header("m1", "c1", sender=None, subject=None, **nothing)
    office.feed.give(office.inbox.graph_id, bare)
    await office.sync()
    thread = await office.thread("c1")
    assert thread.sealed_subject is None
    assert thread.assignee_id is not None
    assert thread.received_at == office.clock()


async def test_a_row_that_tells_only_what_changed_updates_a_known_message(
    office: Office,
) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    office.feed.give(
        office.inbox.graph_id, MessageHeader(id="m1", fields=frozenset({"is_read"}), is_read=True)
    )
    await office.sync()
    message = await MailMessage.get()
    assert message.is_read
    assert message.modified_at == later(0)


async def test_a_row_that_tells_only_what_changed_of_an_unknown_message_is_completed(
    office: Office,
) -> None:
    await office.live()
    read = frozenset({"is_read"})
    office.feed.headers["m1"] = header("m1", "c1")
    office.feed.give(
        office.inbox.graph_id,
        MessageHeader(id="m1", fields=read, is_read=True),
        MessageHeader(id="gone", fields=read, is_read=True),
    )
    await office.sync()
    assert [message.graph_id for message in await MailMessage.all()] == ["m1"]
    assert await MailThread.filter(conversation_id="c1").exists()


async def test_two_mailboxes_meeting_the_same_new_person_at_once_both_commit(
    office: Office,
) -> None:
    other = await factories.mailbox(
        office.vault, await office.mailbox.organization, "sales@contoso.example"
    )
    for person in office.people:
        await factories.works(other, person)
    folder = await factories.folder(office.vault, other)
    second = Office(
        office.vault, office.clock, other, office.people, folder, office.sent, office.deleted
    )
    office.feed.give(office.inbox.graph_id, *(header(f"a{n}") for n in range(30)))
    second.feed.give(folder.graph_id, *(header(f"b{n}") for n in range(30)))
    await asyncio.gather(office.sync(), second.sync())
    assert await Correspondent.all().count() == 1
    assert await MailThread.filter(assignee_id__isnull=False).count() == 60


async def test_a_newer_version_of_a_known_message_updates_it_and_an_older_does_not(
    office: Office,
) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", modified_at=later(5)))
    await office.sync()
    office.feed.give(office.inbox.graph_id, header("m1", modified_at=later(9), is_read=True))
    await office.sync()
    assert (await MailMessage.get()).is_read
    office.feed.give(office.inbox.graph_id, header("m1", modified_at=later(1), is_read=False))
    await office.sync()
    assert (await MailMessage.get()).is_read


def _crash(text: str) -> bytes:
    raise RuntimeError("crash")


async def _everything() -> list[object]:
    return [
        await MailMessage.all().order_by("id").values(),
        await MailThread.all().order_by("id").values(),
        await ThreadEvent.all().order_by("id").values(),
        await Decision.all().order_by("id").values(),
        await OutboxMessage.all().order_by("id").values(),
        await AuditEntry.all().order_by("id").values(),
    ]


async def test_a_released_thread_stays_for_anyone_when_its_mail_changes(office: Office) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    await MailThread.all().update(assignee_id=None, waiting_reason="released")
    office.feed.give(
        office.inbox.graph_id,
        header("m1", "c1", modified_at=later(9), is_read=True),
        header("m2", "c1", at=later(10)),
    )
    await office.sync()
    thread = await office.thread("c1")
    assert (thread.assignee_id, thread.waiting_reason) == (None, "released")


async def test_mail_that_claims_to_be_from_the_mailbox_itself_is_no_answer(office: Office) -> None:
    await office.live()
    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()
    office.feed.give(
        office.inbox.graph_id, header("m2", "c1", at=later(5), sender="help@contoso.example")
    )
    await office.sync()
    thread = await office.thread("c1")
    assert thread.first_answered_at is None
    assert thread.last_received_at == later(5)
