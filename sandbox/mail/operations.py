"""The changes a mailbox can undergo, each applied from its journal entry: live and on a restart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandbox.mail.journal import Entry, message_from, read_facts
from sandbox.mail.mailbox import Mailbox


@dataclass(frozen=True, slots=True)
class MailEvent:
    """Something a change notification may tell of. `change`: created, updated or deleted."""

    mailbox: str
    folder: int
    number: int
    generation: int
    change: str


def apply_entry(mailbox: Mailbox, entry: Entry) -> list[MailEvent]:
    """Carry out a journal entry. Raises NoSuchItem where it names something that is not there."""
    return _OPERATIONS[entry["do"]](mailbox, entry, datetime.fromisoformat(entry["at"]))


def _create(mailbox: Mailbox, entry: Entry, at: datetime) -> list[MailEvent]:
    message = message_from(entry["message"])
    mailbox.insert(message)
    return [MailEvent(mailbox.address, message.folder, message.number, 0, "created")]


def _update(mailbox: Mailbox, entry: Entry, at: datetime) -> list[MailEvent]:
    message = mailbox.message(entry["number"])
    mailbox.update(message, at, **read_facts(entry["fields"]))
    return [
        MailEvent(mailbox.address, message.folder, message.number, message.generation, "updated")
    ]


def _move(mailbox: Mailbox, entry: Entry, at: datetime) -> list[MailEvent]:
    message = mailbox.message(entry["number"])
    gone = MailEvent(mailbox.address, message.folder, message.number, message.generation, "deleted")
    mailbox.move(message, entry["to"], at)
    here = MailEvent(mailbox.address, message.folder, message.number, message.generation, "created")
    return [gone, here]


def _remove(mailbox: Mailbox, entry: Entry, at: datetime) -> list[MailEvent]:
    message = mailbox.message(entry["number"])
    mailbox.remove(message)
    return [
        MailEvent(mailbox.address, message.folder, message.number, message.generation, "deleted")
    ]


def _add_folder(mailbox: Mailbox, entry: Entry, at: datetime) -> list[MailEvent]:
    mailbox.add_folder(entry["name"], entry["parent"])
    return []


def _rename_folder(mailbox: Mailbox, entry: Entry, at: datetime) -> list[MailEvent]:
    mailbox.rename_folder(mailbox.folders[entry["folder"]], entry["name"])
    return []


def _remove_folder(mailbox: Mailbox, entry: Entry, at: datetime) -> list[MailEvent]:
    mailbox.remove_folder(mailbox.folders[entry["folder"]])
    return []


def _master_category(mailbox: Mailbox, entry: Entry, at: datetime) -> list[MailEvent]:
    mailbox.categories[entry["name"]] = entry["color"]
    return []


_OPERATIONS: dict[str, Callable[[Mailbox, Entry, datetime], list[MailEvent]]] = {
    "create": _create,
    "update": _update,
    "move": _move,
    "remove": _remove,
    "add_folder": _add_folder,
    "rename_folder": _rename_folder,
    "remove_folder": _remove_folder,
    "master_category": _master_category,
}
