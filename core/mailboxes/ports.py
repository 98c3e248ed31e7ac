"""What onboarding asks of Microsoft: tokens, probes and folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.graph.access import MailboxAccess, TokenSource
from core.graph.folders import Folder
from core.graph.probes import Outcome


class SignedIn(Protocol):
    """Who signed in, by the id token, and what they granted."""

    @property
    def object_id(self) -> str: ...
    @property
    def tenant_id(self) -> str: ...
    @property
    def role_ids(self) -> frozenset[str]: ...
    @property
    def scopes(self) -> frozenset[str]: ...
    @property
    def cache(self) -> str: ...


class AppTokens(Protocol):
    """Tokens of the application itself, by client credentials."""

    async def get(self, tenant_id: str, refused: str | None = None) -> str: ...

    def source(self, tenant_id: str) -> TokenSource: ...


class UserTokens(Protocol):
    """Tokens of a person, by authorization code with PKCE."""

    async def begin(
        self, scopes: Sequence[str], redirect_uri: str, tenant: str
    ) -> dict[str, Any]: ...

    async def redeem(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> SignedIn: ...

    async def get(
        self, cache: str, scopes: Sequence[str], tenant: str, refused: str | None = None
    ) -> tuple[str, str | None]: ...


class Probes(Protocol):
    """Tries what a grant opens."""

    async def headers(self, access: MailboxAccess) -> Outcome: ...

    async def body(self, access: MailboxAccess) -> Outcome:
        """REFUSED is what one hopes for, unless bodies were asked for."""
        ...

    async def write(self, access: MailboxAccess) -> Outcome: ...

    async def send(self, access: MailboxAccess) -> Outcome:
        """Nothing is sent."""
        ...

    async def internet_headers(self, access: MailboxAccess) -> Outcome:
        """REFUSED: the server leaves them out."""
        ...


class Folders(Protocol):
    async def all(self, access: MailboxAccess) -> Sequence[Folder]: ...

    async def well_known(self, access: MailboxAccess) -> Mapping[str, str]:
        """Well-known name → folder id."""
        ...


@dataclass(frozen=True, slots=True)
class Registration:
    """The Graph app registration, and where Microsoft sends people back to."""

    client_id: str
    redirect_uri: str
    login_url: str
    graph_url: str
