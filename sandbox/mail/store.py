"""Every mailbox of the tenant: filled from a source, changed one journal entry at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from core.clock import Clock
from sandbox.mail.composing import as_delivered, as_received, compose, reply_to
from sandbox.mail.filling import HeldMail, LoadReport, answer_third, fill_from, received
from sandbox.mail.folders import WELL_KNOWN, Folder
from sandbox.mail.journal import Entry, Journal, message_facts, write_facts
from sandbox.mail.mailbox import Mailbox, NoSuchItem
from sandbox.mail.operations import MailEvent, apply_entry
from sandbox.mail.records import Address, Content, Message, NewMail
from sandbox.mail.sources import Source
from sandbox.tenant import User

Listener = Callable[[MailEvent], None]
Outsider = Callable[[NewMail], None]
"""Gets what leaves the tenant, with its message id."""
Reference = int | str
"""A message by its number or by an id that Graph gave out."""


class MailStore:
    """The mailboxes by address (lower case). `now` gives the present moment in UTC.

    First `add_mailbox`, `load` and `answer_third`; then `resume` replays the journal and
    starts to write it. From then on every change is journaled and told to the listeners.
    """

    def __init__(self, now: Clock, journal: Journal | None = None) -> None:
        self.now = now
        self.mailboxes: dict[str, Mailbox] = {}
        self.loads: dict[str, LoadReport] = {}
        self.outgoing: list[NewMail] = []
        """Mail sent to addresses outside the tenant in this run."""
        self._journal = journal
        self._started_at = journal.started_at if journal else now()
        self._recording = False
        self._held: dict[str, deque[HeldMail]] = {}
        self._listeners: list[Listener] = []
        self._outsiders: list[Outsider] = []

    # Before the start

    def add_mailbox(self, address: str, id_: str, name: str, *, shared: bool) -> Mailbox:
        mailbox = Mailbox(address.lower(), id_, name, shared=shared)
        self.mailboxes[mailbox.address] = mailbox
        return mailbox

    def load(self, address: str, source: Source, *, held_back: int = 0) -> LoadReport:
        """Fill a mailbox; the last `held_back` messages wait for `deliver_held`."""
        held = fill_from(self.mailboxes[address], source, held_back, self._started_at)
        self._held[address] = deque(held)
        report = LoadReport(len(source) - len(held), len(held), source.skipped)
        self.loads[address] = report
        return report

    def answer_third(self, address: str, members: Sequence[User]) -> int:
        """The members have answered a fixed third of the threads; returns how many."""
        return answer_third(self.mailboxes[address], members, self._started_at)

    def resume(self) -> int:
        """Bring the mailboxes to where the journal ends; returns the number of its entries."""
        entries = list(self._journal.entries()) if self._journal else []
        for entry in entries:
            self._apply(entry)
        self._recording = True
        return len(entries)

    def listen(self, listener: Listener) -> None:
        """Tell `listener` of every change from now on."""
        self._listeners.append(listener)

    def hear_outgoing(self, outsider: Outsider) -> None:
        """Give `outsider` all mail to addresses outside the tenant from now on."""
        self._outsiders.append(outsider)

    def mailbox(self, name: str) -> Mailbox | None:
        """By address in any case, or by Entra object id."""
        found = self.mailboxes.get(name.lower())
        return found or next((one for one in self.mailboxes.values() if one.id == name), None)

    # Mail arriving and leaving

    def deliver_held(self, address: str, count: int) -> list[Message]:
        """The next `count` messages held back arrive in the inbox now."""
        held = self._held.get(address, deque())
        arrived = []
        for _ in range(min(count, len(held))):
            number = held[0].number
            self._do(address, "arrive", number=number)
            arrived.append(self.mailboxes[address].messages[number])
        return arrived

    def deliver(self, address: str, mail: NewMail) -> Message:
        """Mail from outside arrives in the inbox now."""
        by = address.partition("@")[2]
        return self.create(address, "inbox", as_received(mail, by))

    def create(
        self,
        address: str,
        folder: str,
        mail: NewMail,
        *,
        is_draft: bool = False,
        is_read: bool = False,
    ) -> Message:
        """Make a message in a folder."""
        mailbox = self.mailboxes[address]
        message = compose(mailbox, mailbox.folder(folder).number, mail, self.now())
        message.is_draft, message.is_read = is_draft, is_read
        self._do(address, "create", message=message_facts(message))
        made = mailbox.messages[message.number]
        content = Content(mail.content_type, mail.text, mail.headers, mail.attachments)
        mailbox.set_content(made, content)
        return made

    def send(self, mail: NewMail, *, copy_in: str | None) -> Message | None:
        """Send: a copy for Sent Items of `copy_in`, and delivery to the tenant's mailboxes."""
        copy = self.create(copy_in, "sentitems", mail, is_read=True) if copy_in else None
        message_id = copy.internet_message_id if copy else None
        recipients = {one.address.lower() for one in (*mail.to, *mail.cc, *mail.bcc)}
        for address in sorted(recipients & self.mailboxes.keys()):
            self.deliver(address, as_delivered(mail, message_id))
        if recipients - self.mailboxes.keys():
            self.outgoing.append(mail)
            for outsider in self._outsiders:
                outsider(as_delivered(mail, message_id))
        return copy

    # What people do in Outlook, and Graph for them

    def move(self, address: str, message: Reference, folder: str) -> Message:
        mailbox = self.mailboxes[address]
        found = mailbox.message(message)
        to = mailbox.folder(folder).number
        if to != found.folder:
            self._do(address, "move", number=found.number, to=to)
        return found

    def delete(self, address: str, message: Reference) -> None:
        """Into Deleted Items; what lies there already is gone for good."""
        found = self.mailboxes[address].message(message)
        if found.folder == WELL_KNOWN["deleteditems"][0]:
            self.hard_delete(address, message)
        else:
            self.move(address, message, "deleteditems")

    def hard_delete(self, address: str, message: Reference) -> None:
        """Shift+Delete: gone for good."""
        self._do(address, "remove", number=self.mailboxes[address].message(message).number)

    def mark_read(self, address: str, message: Reference, *, read: bool = True) -> Message:
        return self.update(address, message, is_read=read)

    def categorize(self, address: str, message: Reference, *categories: str) -> Message:
        return self.update(address, message, categories=categories)

    def update(self, address: str, message: Reference, **fields: Any) -> Message:
        """Set fields of a message; what has those values already is not changed."""
        found = self.mailboxes[address].message(message)
        changed = {name: new for name, new in fields.items() if getattr(found, name) != new}
        if changed:
            self._do(address, "update", number=found.number, fields=write_facts(changed))
        return found

    def reply_from_outlook(
        self, address: str, message: Reference, member: User, text: str = ""
    ) -> Message | None:
        """A person answers as the shared mailbox, as Outlook would file it.

        Returns the copy in the mailbox's Sent Items; None where the tenant does not copy it.
        """
        mailbox = self.mailboxes[address]
        mail = reply_to(
            mailbox.message(message),
            text,
            from_=Address(mailbox.name, mailbox.address),
            sender=Address(member.name, member.email),
        )
        copied = mailbox.message_copy_for_sent_as
        copy = self.send(mail, copy_in=address if copied else member.email)
        return copy if copied else None

    def create_folder(self, address: str, name: str, parent: str = "msgfolderroot") -> Folder:
        mailbox = self.mailboxes[address]
        self._do(address, "add_folder", name=name, parent=mailbox.folder(parent).number)
        return mailbox.folders[mailbox.folder_log[-1]]

    def rename_folder(self, address: str, folder: str, name: str) -> None:
        number = self.mailboxes[address].folder(folder).number
        self._do(address, "rename_folder", folder=number, name=name)

    def delete_folder(self, address: str, folder: str) -> None:
        """Gone with all that is in it. Raises NoSuchItem for a default folder."""
        found = self.mailboxes[address].folder(folder)
        if found.well_known:
            raise NoSuchItem
        self._do(address, "remove_folder", folder=found.number)

    def add_category(self, address: str, name: str, color: str) -> None:
        """Into the mailbox's master list."""
        self._do(address, "master_category", name=name, color=color)

    def _do(self, address: str, what: str, **facts: Any) -> None:
        entry: Entry = {"at": self.now().isoformat(), "mailbox": address, "do": what, **facts}
        events = self._apply(entry)
        if self._journal and self._recording:
            self._journal.append(entry)
        for event in events:
            for listener in self._listeners:
                listener(event)

    def _apply(self, entry: Entry) -> list[MailEvent]:
        mailbox = self.mailboxes[entry["mailbox"]]
        if entry["do"] != "arrive":
            return apply_entry(mailbox, entry)
        held = self._held[mailbox.address].popleft()
        message = received(mailbox, held, datetime.fromisoformat(entry["at"]))
        mailbox.insert(message)
        return [MailEvent(mailbox.address, message.folder, message.number, 0, "created")]
