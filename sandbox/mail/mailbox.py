"""One mailbox: folders, messages and their ids. Nothing here is journaled or announced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sandbox.mail.folders import FIRST_OWN, ROOT, WELL_KNOWN, Folder
from sandbox.mail.ids import change_key, conversation_index, decode_id, encode_id, mailbox_key
from sandbox.mail.parsing import parse_content
from sandbox.mail.records import Content, Message
from sandbox.mail.sources import Source

FIRST_MADE = 1 << 25
"""Numbers from here on belong to messages made in the sandbox; below, to the source."""


class NoSuchItem(LookupError):
    """The mailbox holds no such message or folder."""


class Mailbox:
    """`address` is lower case; `id` is its Entra object id; `shared` means nobody's own."""

    def __init__(self, address: str, id_: str, name: str, *, shared: bool) -> None:
        self.address, self.id, self.name, self.shared = address, id_, name, shared
        self.key = mailbox_key(address, "")
        self.message_copy_for_sent_as = True
        """Whether mail that people send as this mailbox is copied to its Sent Items
        (`Set-Mailbox -MessageCopyForSentAsEnabled`, which real tenants have off by default)."""
        self.source: Source | None = None
        self.folders = {
            number: Folder(number, name, ROOT if number != ROOT else 0, well_known)
            for well_known, (number, name) in WELL_KNOWN.items()
        }
        self.folder_log: list[int] = []
        """Numbers of folders made, renamed or removed, in order."""
        self.messages: dict[int, Message] = {}
        self.by_conversation: dict[int, list[int]] = {}
        self.by_internet_id: dict[str, list[int]] = {}
        self.categories: dict[str, str] = {}
        """The master list: display name to preset colour."""
        self._made: dict[int, Content] = {}
        self._next_made = FIRST_MADE
        self._next_folder = FIRST_OWN

    # Looking up

    def folder(self, name: str) -> Folder:
        """By well-known name (any case) or id. Raises NoSuchItem."""
        known = WELL_KNOWN.get(name.lower())
        if known:
            return self.folders[known[0]]
        found = decode_id(self.key, name)
        if found is None or found.kind != "folder" or found.number not in self.folders:
            raise NoSuchItem
        return self.folders[found.number]

    def message(self, reference: int | str) -> Message:
        """By number, immutable id or current mutable id. Raises NoSuchItem."""
        if isinstance(reference, int):
            number, generation = reference, None
        else:
            found = decode_id(self.key, reference)
            if found is None or found.kind not in ("message", "immutable"):
                raise NoSuchItem
            number = found.number
            generation = found.generation if found.kind == "message" else None
        message = self.messages.get(number)
        if message is None or generation not in (None, message.generation):
            raise NoSuchItem
        return message

    def in_folder(self, name: str) -> list[Message]:
        """The messages of a folder, newest first."""
        return [self.messages[number] for _, number in reversed(self.folder(name).order)]

    def content(self, message: Message) -> Content:
        """The body and full headers; a body made before a restart is gone and comes back empty."""
        made = self._made.get(message.number)
        if made is not None:
            return made
        if self.source is None or message.number > len(self.source):
            return Content("text", "")
        return parse_content(self.source.raw(message.number - 1))

    # Ids

    def message_id(self, message: Message, *, immutable: bool = False) -> str:
        return self.id_of(message.number, message.generation, immutable=immutable)

    def id_of(self, number: int, generation: int, *, immutable: bool = False) -> str:
        if immutable:
            return encode_id(self.key, "immutable", number)
        return encode_id(self.key, "message", number, generation)

    def folder_id(self, folder: int) -> str:
        return encode_id(self.key, "folder", folder)

    def conversation_id(self, conversation: int) -> str:
        return encode_id(self.key, "conversation", conversation)

    def change_key(self, message: Message) -> str:
        return change_key(self.key, message.number, message.version)

    def conversation_index(self, message: Message) -> str:
        first = self.messages.get(message.conversation, message)
        began_at = first.created_at.timestamp()
        return conversation_index(message.conversation, message.depth, began_at)

    # Changing

    def take_source(self, source: Source) -> None:
        """Fill from `source` from now on: ids depend on it. Raises ValueError the second time."""
        if self.source is not None or self.messages:
            raise ValueError("a mailbox is filled once")
        self.source = source
        self.key = mailbox_key(self.address, source.identity)

    def fill(self, messages: Iterable[Message]) -> None:
        """Put in what was there before the change log began."""
        places: dict[int, list[tuple[datetime, int]]] = {}
        for message in messages:
            self._index(message)
            places.setdefault(message.folder, []).append((message.received_at, message.number))
        for folder, items in places.items():
            self.folders[folder].fill(items)

    def next_number(self) -> int:
        self._next_made += 1
        return self._next_made - 1

    def insert(self, message: Message, content: Content | None = None) -> None:
        self._index(message)
        self._next_made = max(self._next_made, message.number + 1)
        if content is not None:
            self._made[message.number] = content
        folder = self.folders[message.folder]
        folder.arrive(message.number, message.generation, message.received_at)

    def update(self, message: Message, at: datetime, **fields: object) -> None:
        """Set fields of a message; a change of the read state alone is logged as that."""
        read_before = message.is_read
        for name, value in fields.items():
            setattr(message, name, value)
        self._touch(message, at)
        folder = self.folders[message.folder]
        folder.unread += read_before - message.is_read
        only_read = set(fields) == {"is_read"}
        folder.change(message.number, message.generation, read_state_only=only_read)

    def set_content(self, message: Message, content: Content) -> None:
        self._made[message.number] = content

    def move(self, message: Message, to: int, at: datetime) -> None:
        if to not in self.folders:
            raise NoSuchItem
        reason = "changed" if to == WELL_KNOWN["deleteditems"][0] else "deleted"
        self._leave(message, reason)
        message.folder = to
        message.generation += 1
        self._touch(message, at)
        self.folders[to].unread += not message.is_read
        self.folders[to].arrive(message.number, message.generation, message.received_at)

    def remove(self, message: Message) -> None:
        self._leave(message, "deleted")
        del self.messages[message.number]
        self.by_conversation[message.conversation].remove(message.number)
        self.by_internet_id[message.internet_message_id].remove(message.number)
        self._made.pop(message.number, None)

    def add_folder(self, name: str, parent: int) -> Folder:
        if parent not in self.folders:
            raise NoSuchItem
        folder = Folder(self._next_folder, name, parent)
        self._next_folder += 1
        self.folders[folder.number] = folder
        self.folder_log.append(folder.number)
        return folder

    def rename_folder(self, folder: Folder, name: str) -> None:
        folder.name = name
        self.folder_log.append(folder.number)

    def remove_folder(self, folder: Folder) -> None:
        """Remove a folder with everything in and under it."""
        for child in [one for one in self.folders.values() if one.parent == folder.number]:
            self.remove_folder(child)
        for _, number in list(folder.order):
            self.remove(self.messages[number])
        del self.folders[folder.number]
        self.folder_log.append(folder.number)

    def _index(self, message: Message) -> None:
        self.messages[message.number] = message
        self.by_conversation.setdefault(message.conversation, []).append(message.number)
        self.by_internet_id.setdefault(message.internet_message_id, []).append(message.number)
        self.folders[message.folder].unread += not message.is_read

    def _leave(self, message: Message, reason: str) -> None:
        folder = self.folders[message.folder]
        folder.unread -= not message.is_read
        folder.leave(message.number, message.generation, message.received_at, reason)

    @staticmethod
    def _touch(message: Message, at: datetime) -> None:
        message.version += 1
        message.modified_at = at
