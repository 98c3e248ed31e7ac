"""Mailboxes: loading, people's actions, and a restart."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.mail.believable import believable
from sandbox.mail.mailbox import Mailbox, NoSuchItem
from sandbox.mail.operations import MailEvent
from sandbox.mail.records import Address, NewMail
from sandbox.mail.sources import MemorySource, from_mbox
from sandbox.mail.start import FilledMail, fill_tenant
from sandbox.mail.store import MailStore
from sandbox.tenant import Tenant, User

BOX = "help@contoso.example"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOSTILE = Path(__file__).parents[2] / "mail" / "hostile.mbox"


class Clock:
    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def a_tenant() -> Tenant:
    users = [
        User(
            f"u{n}", f"Member {n}", "Member", f"m{n}@contoso.example", f"29:{n}", full_access={BOX}
        )
        for n in range(5)
    ]
    return Tenant(
        "t",
        "contoso.example",
        users={user.id: user for user in users},
        shared_mailboxes={BOX: "box"},
    )


def filled(folder: Path | None = None, *, clock: Clock | None = None) -> FilledMail:
    return fill_tenant(a_tenant(), believable(60), clock or Clock(), folder=folder, held_back=10)


def snapshot(store: MailStore) -> dict[str, object]:
    """Everything that Graph can tell of a mailbox, ids included."""
    box = store.mailboxes[BOX]
    return {
        "messages": {
            box.message_id(one): (asdict(one), box.change_key(one)) for one in box.messages.values()
        },
        "orders": {number: folder.order for number, folder in box.folders.items()},
        "logs": {number: folder.log for number, folder in box.folders.items()},
        "unread": {number: folder.unread for number, folder in box.folders.items()},
        "categories": box.categories,
    }


def test_source_is_loaded_but_for_what_is_held_back() -> None:
    mail = filled()
    assert (mail.report.loaded, mail.report.held_back, dict(mail.report.skipped)) == (50, 10, {})
    assert len(mail.store.mailboxes[BOX].in_folder("inbox")) == 50


def test_newest_of_the_backlog_arrived_at_the_start() -> None:
    clock = Clock()
    mail = filled(clock=clock)
    newest = mail.store.mailboxes[BOX].in_folder("inbox")[0]
    assert NOW < newest.received_at <= clock.at


def test_a_third_of_the_threads_is_answered_by_members_as_the_mailbox() -> None:
    mail = filled()
    box = mail.store.mailboxes[BOX]
    sent = box.in_folder("sentitems")
    threads = {one.conversation for one in box.in_folder("inbox")}
    assert mail.answered == len(sent) == -(-len(threads) // 3)
    assert {one.from_.address for one in sent if one.from_} == {BOX}
    assert all(one.sender and one.sender.address.startswith("m") for one in sent)
    for answer in sent:
        others = [box.messages[n] for n in box.by_conversation[answer.conversation]]
        assert all(one.received_at <= answer.received_at for one in others)


def test_held_mail_arrives_now_and_is_told() -> None:
    mail = filled()
    heard: list[MailEvent] = []
    mail.store.listen(heard.append)
    arrived = mail.store.deliver_held(BOX, 3)
    assert mail.store.mailboxes[BOX].in_folder("inbox")[:3] == arrived[::-1]
    assert [event.change for event in heard] == ["created"] * 3
    assert len(mail.store.deliver_held(BOX, 100)) == 7


def test_hostile_mail_is_loaded_without_loss() -> None:
    source = from_mbox(HOSTILE)
    mail = fill_tenant(a_tenant(), source, Clock())
    assert (mail.report.loaded, mail.report.skipped.total()) == (66, 0)
    box = mail.store.mailboxes[BOX]
    ids = [one.internet_message_id for one in box.in_folder("inbox")]
    assert all(ids)
    assert ids.count("<twice@fabrikam.example>") == 2
    assert all(one.received_at <= NOW + timedelta(minutes=1) for one in box.messages.values())
    for message in box.messages.values():
        box.content(message)
    source.close()


def test_a_move_changes_the_mutable_id_alone() -> None:
    store = filled().store
    box = store.mailboxes[BOX]
    message = box.messages[3]
    mutable, immutable = box.message_id(message), box.message_id(message, immutable=True)
    store.move(BOX, mutable, "archive")
    assert box.message(immutable) is message
    with pytest.raises(NoSuchItem):
        box.message(mutable)


def test_deleting_puts_into_deleted_items_and_then_away() -> None:
    store = filled().store
    box = store.mailboxes[BOX]
    store.delete(BOX, 3)
    assert [one.number for one in box.in_folder("deleteditems")] == [3]
    store.delete(BOX, 3)
    with pytest.raises(NoSuchItem):
        box.message(3)


def test_unread_counts_follow_the_messages() -> None:
    store = filled().store
    box = store.mailboxes[BOX]
    for message in list(box.messages.values())[::3]:
        store.mark_read(BOX, message.number, read=not message.is_read)
        store.move(BOX, message.number, "archive")
    store.deliver_held(BOX, 2)
    for folder in box.folders.values():
        unread = sum(not box.messages[number].is_read for _, number in folder.order)
        assert folder.unread == unread


@pytest.mark.parametrize("copied", [True, False])
def test_answer_from_outlook_is_filed_where_the_tenant_says(copied: bool) -> None:
    mail = fill_tenant(a_tenant(), believable(60), Clock(), answered=False)
    store, member = mail.store, a_tenant().users["u1"]
    box = store.mailboxes[BOX]
    box.message_copy_for_sent_as = copied
    copy = store.reply_from_outlook(BOX, 5, member, "Done.")
    own = store.mailboxes[member.email].in_folder("sentitems")
    assert (copy is not None, len(box.in_folder("sentitems")), len(own)) == (
        (True, 1, 0) if copied else (False, 0, 1)
    )
    if copy:
        assert copy.conversation == box.messages[5].conversation
        assert (copy.from_, copy.sender) == (
            Address("Help", BOX),
            Address(member.name, member.email),
        )
    assert len(store.outgoing) == 1


def test_answer_to_a_message_joins_its_thread() -> None:
    store = filled().store
    first = store.deliver(BOX, NewMail("New", from_=Address("N", "n@fabrikam.example")))
    second = store.deliver(BOX, NewMail("Re: New", references=(first.internet_message_id,)))
    assert (second.conversation, second.depth) == (first.number, 1)


def test_mail_within_the_tenant_arrives_there_without_bcc() -> None:
    store = filled().store
    to, hidden = Address("M", "m0@contoso.example"), Address("H", "m1@contoso.example")
    store.send(
        NewMail("Hi", "Hello", from_=Address("H", BOX), to=(to,), bcc=(hidden,)), copy_in=BOX
    )
    arrived = store.mailboxes["m0@contoso.example"].in_folder("inbox")[0]
    assert (arrived.subject, arrived.bcc) == ("Hi", ())
    assert store.mailboxes["m1@contoso.example"].in_folder("inbox")[0].subject == "Hi"
    assert store.outgoing == []


def test_what_changes_nothing_is_not_told() -> None:
    store = filled().store
    store.categorize(BOX, 3, "Blue")
    heard: list[MailEvent] = []
    store.listen(heard.append)
    store.categorize(BOX, 3, "Blue")
    store.move(BOX, 3, "inbox")
    assert heard == []


def everything_happens(store: MailStore) -> None:
    member = a_tenant().users["u2"]
    store.deliver_held(BOX, 4)
    store.move(BOX, 3, "archive")
    store.move(BOX, 3, "inbox")
    store.delete(BOX, 4)
    store.hard_delete(BOX, 5)
    store.mark_read(BOX, 6, read=not store.mailboxes[BOX].messages[6].is_read)
    store.categorize(BOX, 7, "Blue", "Red")
    store.reply_from_outlook(BOX, 8, member, "a secret body")
    folder = store.create_folder(BOX, "Claims", "inbox")
    id_ = store.mailboxes[BOX].folder_id(folder.number)
    store.move(BOX, 9, id_)
    store.rename_folder(BOX, id_, "Old claims")
    gone = store.create_folder(BOX, "Passing")
    store.delete_folder(BOX, store.mailboxes[BOX].folder_id(gone.number))
    store.add_category(BOX, "Ada", "preset3")
    store.deliver(BOX, NewMail("Late", "another secret body", from_=Address("N", "n@x.example")))


def test_restart_finds_the_same_mailbox_with_the_same_ids(tmp_path: Path) -> None:
    first = filled(tmp_path).store
    everything_happens(first)
    second = filled(tmp_path, clock=Clock(NOW + timedelta(days=9))).store
    assert snapshot(second) == snapshot(first)
    second.deliver_held(BOX, 1)
    everything = snapshot(second)
    assert snapshot(filled(tmp_path, clock=Clock(NOW + timedelta(days=10))).store) == everything


def test_journal_holds_no_body(tmp_path: Path) -> None:
    everything_happens(filled(tmp_path).store)
    [file] = tmp_path.iterdir()
    assert "secret body" not in file.read_text()


def test_line_torn_by_a_crash_is_cut_off(tmp_path: Path) -> None:
    store = filled(tmp_path).store
    store.categorize(BOX, 7, "Blue")
    [file] = tmp_path.iterdir()
    file.write_text(file.read_text() + '{"at":"2026-')
    again = filled(tmp_path).store
    assert again.mailboxes[BOX].messages[7].categories == ("Blue",)
    again.categorize(BOX, 7, "Red")
    assert filled(tmp_path).store.mailboxes[BOX].messages[7].categories == ("Red",)


def test_another_source_begins_another_journal(tmp_path: Path) -> None:
    filled(tmp_path).store.categorize(BOX, 7, "Blue")
    other = fill_tenant(a_tenant(), MemorySource([b"Subject: x\n\n"] * 9), Clock(), folder=tmp_path)
    assert other.store.mailboxes[BOX].messages[7].categories == ()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_mailbox_is_filled_once() -> None:
    with pytest.raises(ValueError, match="once"):
        filled().store.load(BOX, MemorySource([]))


def test_ids_that_differ_in_case_alone_are_different() -> None:
    box = Mailbox(BOX, "box", "Help", shared=True)
    ids = [box.id_of(number, 0, immutable=True) for number in range(600)]
    assert len(set(ids)) == 600
    assert len({one.lower() for one in ids}) < 600
