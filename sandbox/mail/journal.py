"""What happened in the mailboxes since the first start, as JSON lines without any body."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.mail.records import Address, Message

Entry = dict[str, Any]


class Journal:
    """One file for one filling of the mailboxes; another filling starts another file.

    `identity` says what the mailboxes were filled with. `started_at` is the moment of the
    first start: dates are counted from it, so that a restart finds the same mailbox.
    """

    def __init__(self, folder: Path, identity: str, now: datetime) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"mail-{identity[:16]}.jsonl"
        lines = self._read()
        self.started_at = datetime.fromisoformat(lines[0]["started_at"]) if lines else now
        self._entries = lines[1:]
        if not lines:
            self.append({"started_at": now.isoformat()})

    def entries(self) -> Iterator[Entry]:
        """What earlier runs wrote, oldest first."""
        return iter(self._entries)

    def append(self, entry: Entry) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, separators=(",", ":")) + "\n")

    def _read(self) -> list[Entry]:
        """The complete lines; one torn by a crash is cut off."""
        if not self._path.exists():
            return []
        text = self._path.read_text(encoding="utf-8")
        complete = text[: text.rfind("\n") + 1]
        if complete != text:
            self._path.write_text(complete, encoding="utf-8")
        return [json.loads(line) for line in complete.splitlines()]


def message_facts(message: Message) -> Entry:
    """A message as JSON values."""
    return write_facts({one.name: getattr(message, one.name) for one in fields(Message)})


def message_from(facts: Entry) -> Message:
    """The message that `message_facts` wrote down."""
    return Message(**read_facts(facts))


def write_facts(values: Entry) -> Entry:
    """Any fields of a message as JSON values."""
    return {
        name: _WRITE[name](value) if name in _WRITE else value for name, value in values.items()
    }


def read_facts(facts: Entry) -> Entry:
    """The fields that `write_facts` wrote down."""
    return {name: _READ[name](value) if name in _READ else value for name, value in facts.items()}


def _pair(address: Address | None) -> list[str] | None:
    return [address.name, address.address] if address else None


def _address(pair: list[str] | None) -> Address | None:
    return Address(*pair) if pair else None


def _for_fields(
    moment: Callable[[Any], Any],
    one: Callable[[Any], Any],
    many: Callable[[Any], Any],
    texts: Callable[[Any], Any],
) -> dict[str, Callable[[Any], Any]]:
    return {
        **dict.fromkeys(("created_at", "sent_at", "received_at", "modified_at"), moment),
        **dict.fromkeys(("from_", "sender"), one),
        **dict.fromkeys(("to", "cc", "bcc", "reply_to"), many),
        **dict.fromkeys(("references", "categories"), texts),
    }


_WRITE = _for_fields(datetime.isoformat, _pair, lambda all_: [_pair(one) for one in all_], list)
_READ = _for_fields(
    datetime.fromisoformat, _address, lambda pairs: tuple(Address(*one) for one in pairs), tuple
)
