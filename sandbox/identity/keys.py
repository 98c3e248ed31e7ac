"""The keys tokens are signed with: made once and kept, so that a restart goes on with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import jwt
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.certificates import write_private

CHANNEL_ENDORSEMENTS = ("msteams", "skype", "emulator", "directline", "email")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An RSA key with the id under which it is published."""

    kid: str
    private: rsa.RSAPrivateKey

    @classmethod
    def new(cls) -> Self:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return cls._of(private)

    @classmethod
    def kept(cls, file: Path) -> Self:
        """The key in the file, which is made if it is not there."""
        if not file.exists():
            private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            pem = private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            write_private(file, pem)
        loaded = serialization.load_pem_private_key(file.read_bytes(), None)
        assert isinstance(loaded, rsa.RSAPrivateKey)
        return cls._of(loaded)

    @classmethod
    def _of(cls, private: rsa.RSAPrivateKey) -> Self:
        digest = hashes.Hash(hashes.SHA256())
        digest.update(
            private.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        return cls(digest.finalize().hex()[:32], private)

    def public_jwk(self) -> dict[str, object]:
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "x5t": self.kid,
            "n": jwk["n"],
            "e": jwk["e"],
        }


class Keys:
    """Entra's key, the Bot Framework's two, and the one that seals refresh tokens."""

    def __init__(self, folder: Path) -> None:
        self.entra = SigningKey.kept(folder / "entra.key")
        self.channel = SigningKey.kept(folder / "channel.key")
        """Endorsed for Teams and other channels."""
        self.webchat = SigningKey.kept(folder / "webchat.key")
        """Published beside it, endorsed for Web Chat alone."""
        seal = folder / "refresh.key"
        if not seal.exists():
            write_private(seal, Fernet.generate_key())
        self.refresh_seal = Fernet(seal.read_bytes())

    def entra_jwks(self) -> dict[str, object]:
        return {"keys": [self.entra.public_jwk()]}

    def bot_framework_jwks(self) -> dict[str, object]:
        return {
            "keys": [
                {**self.channel.public_jwk(), "endorsements": list(CHANNEL_ENDORSEMENTS)},
                {**self.webchat.public_jwk(), "endorsements": ["webchat"]},
            ]
        }
