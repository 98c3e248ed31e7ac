"""The ids Exchange gives out: opaque, long, case-sensitive, and the same after a restart.

Every id is made of the mailbox's key and numbers, so none is stored and each can be read back.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass

_PREFIXES = {
    "message": b"\x00\x03\x24\x01",
    "immutable": b"\x00\x09\x00\x2e",
    "folder": b"\x00\x03\x24\x02",
    "conversation": b"\x00\x04\x24\x01",
}
_SIZES = {"message": 113, "immutable": 53, "folder": 89, "conversation": 56}
"""Bytes; a mutable message id has 152 characters, as on the real service."""
_KINDS = {prefix: kind for kind, prefix in _PREFIXES.items()}
_TAIL = struct.Struct(">QI")


@dataclass(frozen=True, slots=True)
class ItemId:
    """An id taken apart."""

    kind: str
    number: int
    generation: int


def mailbox_key(address: str, source_identity: str) -> bytes:
    """16 bytes for a mailbox filled from that source."""
    return hashlib.sha256(f"{address}\n{source_identity}".encode()).digest()[:16]


def encode_id(key: bytes, kind: str, number: int, generation: int = 0) -> str:
    head = _PREFIXES[kind] + key
    filler = (hashlib.sha512(key).digest() * 2)[: _SIZES[kind] - len(head) - _TAIL.size - 2]
    raw = head + filler + _TAIL.pack(number, generation) + b"\x00\x00"
    return base64.urlsafe_b64encode(raw).decode()


def decode_id(key: bytes, text: str) -> ItemId | None:
    """The id taken apart; None where it is malformed or another mailbox's."""
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    kind = _KINDS.get(raw[:4])
    if kind is None or raw[4:20] != key or len(raw) != _SIZES[kind]:
        return None
    number, generation = _TAIL.unpack(raw[-2 - _TAIL.size : -2])
    found = ItemId(kind, number, generation)
    return found if encode_id(key, kind, number, generation) == text else None


def change_key(key: bytes, number: int, version: int) -> str:
    raw = b"\x09\x00\x00\x00\x16\x00\x00\x00" + key + struct.pack(">QI", number, version)
    return base64.b64encode(raw[:36]).decode()


def conversation_index(conversation: int, depth: int, began_at: float) -> str:
    """The MAPI index: a 22-byte header, then 5 bytes for each reply. `began_at` is a POSIX time."""
    ticks = int((began_at + 11_644_473_600) * 10_000_000)
    guid = hashlib.md5(str(conversation).encode(), usedforsecurity=False).digest()
    raw = b"\x01" + ticks.to_bytes(8, "big")[1:6] + guid
    return base64.b64encode(
        raw + b"".join(bytes((0, 0, 0, 1, n % 256)) for n in range(min(depth, 50)))
    ).decode()
