"""What sync and the actions are handed to reach one mailbox: where, with whose token, for what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.errors import GraphAuthFailed


class TokenSource(Protocol):
    """Gives an access token for Graph; it may come from a cache."""

    async def __call__(self, refused: str | None = None) -> str:
        """`refused` is a token Graph has answered with 401: any other one is wanted."""
        ...


class Right(StrEnum):
    """What a grant lets Postroom do in a mailbox."""

    HEADERS = "headers"
    BODIES = "bodies"
    WRITE = "write"
    SEND = "send"


_RIGHTS = {
    "Mail.ReadBasic": {Right.HEADERS},
    "Mail.Read": {Right.HEADERS, Right.BODIES},
    "Mail.ReadWrite": {Right.HEADERS, Right.BODIES, Right.WRITE},
    "Mail.Send": {Right.SEND},
}


def rights_of(permissions: Iterable[str]) -> frozenset[Right]:
    """What Graph permissions add up to.

    Takes delegated scopes (`Mail.Read.Shared`, with or without the resource in front),
    application roles (`Mail.ReadBasic.All`) and Exchange's (`Application Mail.Read`).
    """
    rights: set[Right] = set()
    for permission in permissions:
        name = permission.rpartition("/")[2].removeprefix("Application ")
        rights |= _RIGHTS.get(name.removesuffix(".Shared").removesuffix(".All"), set())
    return frozenset(rights)


@dataclass(frozen=True, slots=True, repr=False)
class MailboxAccess:
    """One mailbox, the token that opens it and what that token is good for."""

    mailbox: str
    """Entra object id or address, as it stands in `/users/{mailbox}`."""
    token: TokenSource
    rights: frozenset[Right]

    def require(self, right: Right) -> None:
        """Raise GraphAuthFailed, without asking Graph, where the grant does not cover `right`."""
        if right not in self.rights:
            raise GraphAuthFailed(403, f"not_granted_{right}")
