"""Delta links: a round's state sealed into an opaque token, and when a token is no good."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import zlib
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sandbox.graph.delta_rounds import DeltaState
from sandbox.graph.protocol import GraphFailure

_SEAL = 12
"""Bytes of the token's seal."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a link remembers: the options of the first request and how far the client is."""

    folder: int
    epoch: int
    state: DeltaState
    select: tuple[str, ...] | None = None
    top: int | None = None


def seal(key: bytes, token: Token) -> str:
    state = {one.name: getattr(token.state, one.name) for one in fields(DeltaState)}
    state["change_types"] = sorted(token.state.change_types)
    held = [token.folder, token.epoch, state, token.select, token.top]
    packed = zlib.compress(json.dumps(held, default=datetime.isoformat).encode())
    return base64.urlsafe_b64encode(_mark(key, packed) + packed).rstrip(b"=").decode()


def unseal(key: bytes, text: str) -> Token:
    """Raises a 400 GraphFailure for what this mailbox never gave out."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise _invalid() from None
    packed = raw[_SEAL:]
    if not hmac.compare_digest(raw[:_SEAL], _mark(key, packed)):
        raise _invalid()
    folder, epoch, state, select, top = json.loads(zlib.decompress(packed))
    return Token(folder, epoch, _state(state), tuple(select) if select else None, top)


def expired(location: str, *, generation: int) -> GraphFailure:
    """410: the client starts the folder again, at `location`."""
    message = (
        f"The sync state generation is not found; generation={generation};"
        f"[highest={generation + 8}]."
    )
    return GraphFailure(410, "SyncStateNotFound", message, {"Location": location})


def _state(held: dict[str, Any]) -> DeltaState:
    walked_to = held["walked_to"]
    since = held["since"]
    return DeltaState(
        **{
            **held,
            "walked_to": (datetime.fromisoformat(walked_to[0]), walked_to[1])
            if walked_to
            else None,
            "since": datetime.fromisoformat(since) if since else None,
            "change_types": frozenset(held["change_types"]),
        }
    )


def _mark(key: bytes, packed: bytes) -> bytes:
    return hmac.digest(key, packed, hashlib.sha256)[:_SEAL]


def _invalid() -> GraphFailure:
    return GraphFailure(400, "SyncStateInvalid", "The sync state is invalid.")
