"""Personal data at rest: sealed under a data key of the person it is about.

Organizations, members and correspondents each have a `wrapped_key`. What is about them is
sealed with it; destroying the wrapped key destroys all of it, wherever copies lie.
A sealed value is nonce (12 bytes) + AES-256-GCM ciphertext and tag; the column it belongs
to is authenticated with it, so it opens nowhere else.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.keyring import KEY_BYTES, NONCE_BYTES, CannotOpen, KeyRing


class DataKey:
    """One person's key, unwrapped. Lives as long as the work at hand, never longer."""

    __slots__ = ("_cipher",)

    def __init__(self, raw: bytes) -> None:
        self._cipher = AESGCM(raw)

    def seal(self, column: bytes, text: str) -> bytes:
        """`column` names where the value will stand, such as b"thread.subject"."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode("utf-8", "replace"), column)

    def open(self, column: bytes, sealed: bytes) -> str:
        """Raises CannotOpen."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], column).decode()
        except (InvalidTag, ValueError) as error:
            raise CannotOpen from error


class Vault:
    """Makes, wraps and unwraps data keys."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring

    def new_key(self) -> tuple[bytes, DataKey]:
        """(wrapped key to store, the key itself)."""
        raw = os.urandom(KEY_BYTES)
        return self.ring.wrap(raw), DataKey(raw)

    def key(self, wrapped: bytes | None) -> DataKey | None:
        """The key, or None where it was destroyed. Raises CannotOpen for a foreign ring."""
        return None if wrapped is None else DataKey(self.ring.unwrap(bytes(wrapped)))

    def open(self, wrapped: bytes | None, column: bytes, sealed: bytes | None) -> str | None:
        """The text, or None where the key was destroyed or nothing was stored."""
        if wrapped is None or sealed is None:
            return None
        return DataKey(self.ring.unwrap(bytes(wrapped))).open(column, bytes(sealed))
