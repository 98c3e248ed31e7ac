"""Authorization codes: single-use, ten minutes, bound to client, redirect and PKCE challenge."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import Clock
from sandbox.identity.errors import EntraError

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class CodeGrant:
    """What a person agreed to at the authorize page."""

    user_id: str
    client_id: str
    redirect_uri: str
    scopes: frozenset[str]
    nonce: str
    challenge: str
    """PKCE's S256 challenge; empty when the app sent none."""


@dataclass(slots=True)
class _Issued:
    grant: CodeGrant
    at: datetime
    redeemed: bool = False


class Codes:
    """Codes live in memory: a restart within ten minutes makes the person sign in again."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._issued: dict[str, _Issued] = {}

    def issue(self, grant: CodeGrant) -> str:
        code = secrets.token_urlsafe(48)
        self._issued[code] = _Issued(grant, self._now())
        return code

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> CodeGrant:
        """Take a code once. Raises EntraError with the code Entra would give."""
        issued = self._issued.get(code)
        if issued is None or issued.grant.client_id != client_id:
            raise EntraError(
                70000,
                "invalid_grant",
                "The provided value for the 'code' parameter is not valid.",
            )
        if issued.redeemed:
            raise EntraError(
                54005,
                "invalid_grant",
                "OAuth2 Authorization code was already redeemed, please retry with a new valid"
                " code or use an existing refresh token.",
            )
        if self._now() - issued.at > LIFETIME:
            raise EntraError(
                70008,
                "invalid_grant",
                "The provided authorization code or refresh token has expired due to"
                " inactivity. Send a new interactive authorization request for this user and"
                " resource.",
            )
        grant = issued.grant
        if redirect_uri != grant.redirect_uri:
            raise EntraError(
                500112,
                "invalid_grant",
                f"The reply address '{redirect_uri}' does not match the reply address"
                f" '{grant.redirect_uri}' provided when requesting Authorization code.",
            )
        _check_verifier(grant.challenge, verifier)
        issued.redeemed = True
        return grant


def _check_verifier(challenge: str, verifier: str) -> None:
    if not challenge and not verifier:
        return
    if not verifier:
        raise EntraError(
            50148,
            "invalid_grant",
            "The code_verifier does not match the code_challenge supplied in the authorization"
            " request for PKCE.",
        )
    digest = hashlib.sha256(verifier.encode()).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not hmac.compare_digest(expected, challenge):
        raise EntraError(
            501481,
            "invalid_grant",
            "The Code_Verifier does not match the code_challenge supplied in the authorization"
            " request.",
        )
