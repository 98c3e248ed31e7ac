"""The key ring: the secrets of this instance, and what is derived from them.

Two settings hold it. `keys` is a list of `id:secret`, newest first: the first wraps new
data keys, the others still open what they once wrapped. `lookup_key` never rotates: keyed
hashes made with it stand in the database as what equality is looked up by.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Mapping
from hashlib import blake2b, sha256

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import ConfigError, PostroomError

KEY_BYTES = 32
NONCE_BYTES = 12


class CannotOpen(PostroomError):
    """A sealed value does not open: its key is gone, or it was changed."""


def new_settings() -> dict[str, str]:
    """A fresh ring as the two settings that hold it."""
    return {
        "POSTROOM_KEYS": f"k{secrets.token_hex(3)}:{_text(secrets.token_bytes(KEY_BYTES))}",
        "POSTROOM_LOOKUP_KEY": _text(secrets.token_bytes(KEY_BYTES)),
    }


class KeyRing:
    """Wraps data keys, encrypts tokens, hashes for look-up and signs for audit."""

    def __init__(self, keys: Mapping[str, bytes], lookup_key: bytes) -> None:
        """`keys` maps id to 32 secret bytes, newest first."""
        if not keys:
            raise ConfigError(["POSTROOM_KEYS: at least one key is needed"])
        self._current = next(iter(keys))
        self._wrapping = {i: AESGCM(_derive(secret, b"wrap")) for i, secret in keys.items()}
        self._signing = {i: _derive(secret, b"sign") for i, secret in keys.items()}
        self._tokens = MultiFernet(
            [
                Fernet(base64.urlsafe_b64encode(_derive(secret, b"tokens")))
                for secret in keys.values()
            ]
        )
        self._lookup = _derive(lookup_key, b"lookup")

    @classmethod
    def from_settings(cls, keys: str, lookup_key: str) -> KeyRing:
        """Read the two settings; raises ConfigError naming the one that is malformed."""
        problems: list[str] = []
        ring: dict[str, bytes] = {}
        for item in filter(None, (part.strip() for part in keys.split(","))):
            name, _, secret = item.partition(":")
            decoded = _bytes(secret)
            if not name or len(name) > 16 or decoded is None:
                problems.append("POSTROOM_KEYS: each key is id:base64 of 32 bytes")
                break
            ring[name] = decoded
        if not ring and not problems:
            problems.append("POSTROOM_KEYS: missing; make one with `python app.py keys new`")
        lookup = _bytes(lookup_key)
        if lookup is None:
            problems.append("POSTROOM_LOOKUP_KEY: base64 of 32 bytes is needed")
        if problems or lookup is None:
            raise ConfigError(problems)
        return cls(ring, lookup)

    def wrap(self, data_key: bytes) -> bytes:
        """Encrypt a data key under the current ring key; the id travels in front."""
        name = self._current.encode()
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._wrapping[self._current].encrypt(nonce, data_key, name)
        return bytes([len(name)]) + name + nonce + sealed

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key again; raises CannotOpen."""
        end = 1 + wrapped[0] if wrapped else 0
        name = wrapped[1:end]
        wrapping = self._wrapping.get(name.decode("utf-8", "replace"))
        if wrapping is None:
            raise CannotOpen
        try:
            return wrapping.decrypt(
                wrapped[end : end + NONCE_BYTES], wrapped[end + NONCE_BYTES :], name
            )
        except (InvalidTag, ValueError) as error:
            raise CannotOpen from error

    def encrypt_token(self, text: str) -> bytes:
        return self._tokens.encrypt(text.encode())

    def decrypt_token(self, sealed: bytes) -> str:
        """Raises CannotOpen."""
        try:
            return self._tokens.decrypt(sealed).decode()
        except InvalidToken as error:
            raise CannotOpen from error

    def lookup(self, organization_id: int, kind: str, text: str) -> str:
        """A keyed hash for equality look-ups, 32 hex digits; differs between organizations."""
        message = f"{organization_id}\0{kind}\0{text}".encode("utf-8", "surrogatepass")
        return blake2b(message, key=self._lookup, digest_size=16).hexdigest()

    def sign(self, message: bytes) -> tuple[str, bytes]:
        """(key id, HMAC-SHA256) under the current key."""
        return self._current, hmac.digest(self._signing[self._current], message, sha256)

    def verify(self, key_id: str, message: bytes, mac: bytes) -> bool:
        key = self._signing.get(key_id)
        return key is not None and hmac.compare_digest(hmac.digest(key, message, sha256), mac)


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"postroom " + purpose).derive(secret)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _bytes(text: str) -> bytes | None:
    try:
        raw = base64.urlsafe_b64decode(text.strip() + "=" * (-len(text.strip()) % 4))
    except ValueError:
        return None
    return raw if len(raw) == KEY_BYTES else None
