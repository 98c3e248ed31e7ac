"""The tokens of the sandbox: Entra's id, access and refresh tokens, and the Teams channel's."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.fernet import InvalidToken as InvalidSeal

from core.clock import Clock
from sandbox.identity.keys import Keys, SigningKey
from sandbox.identity.ledger import Ledger
from sandbox.identity.scopes import BOT_FRAMEWORK, GRAPH
from sandbox.tenant import App, Caller, InvalidToken, Tenant, User

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
"""Role template id, found in the `wids` claim of an administrator."""
ORDINARY_USER = "b79fbf4d-3ef9-4689-8143-76b194e85509"
"""Role template id that Entra puts in everybody's `wids`."""
LIFETIME = timedelta(hours=1)
"""Of id and access tokens; Entra's access tokens last 60 to 90 minutes."""
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a refresh token holds; to its bearer it is opaque."""

    user_id: str
    client_id: str
    session: int
    issued_at: datetime


class Tokens:
    """Issues, seals and reads tokens; nobody else in the sandbox touches a key."""

    def __init__(self, tenant: Tenant, keys: Keys, ledger: Ledger, now: Clock) -> None:
        self._tenant = tenant
        self._keys = keys
        self._ledger = ledger
        self._now = now

    def graph_for_user(self, user: User, app: App, scopes: Iterable[str]) -> str:
        """A delegated access token; `scopes` are short names such as Mail.ReadBasic.Shared."""
        claims: dict[str, object] = {
            "aud": GRAPH,
            "idtyp": "user",
            "oid": user.id,
            "name": user.name,
            "upn": user.email,
            "scp": " ".join(sorted(scopes)),
            "wids": _directory_roles(user),
            "session": self._ledger.session(user.id),
        }
        return self._access_token(app, claims)

    def for_app(self, app: App, resource: str) -> str:
        """An application's access token.

        `roles` holds what was granted in Entra. Exchange's RBAC rights are in no token, so
        without an Entra grant there is no `roles` claim at all.
        """
        claims: dict[str, object] = {"aud": resource, "idtyp": "app", "oid": _principal_id(app)}
        roles = sorted(self._tenant.entra_roles.get(app.client_id, ()))
        if roles and resource == GRAPH:
            claims["roles"] = roles
        return self._access_token(app, claims)

    def id_token(self, user: User, app: App, nonce: str, issuer: str) -> str:
        subject = hashlib.sha256(f"{user.id}{app.client_id}".encode()).digest()
        claims: dict[str, object] = {
            "iss": issuer,
            "aud": app.client_id,
            "sub": base64.urlsafe_b64encode(subject).rstrip(b"=").decode(),
            "oid": user.id,
            "tid": self._tenant.id,
            "name": user.name,
            "preferred_username": user.email,
            "wids": _directory_roles(user),
            "ver": "2.0",
        }
        if nonce:
            claims["nonce"] = nonce
        return self._sign(claims, self._keys.entra, LIFETIME)

    def seal_refresh_token(self, user: User, app: App) -> str:
        held = {
            "user_id": user.id,
            "client_id": app.client_id,
            "session": self._ledger.session(user.id),
            "issued_at": self._now().isoformat(),
        }
        return self._keys.refresh_seal.encrypt(json.dumps(held).encode()).decode()

    def open_refresh_token(self, text: str) -> RefreshToken:
        """Raises InvalidToken when this sandbox never issued it; age and session are not judged."""
        try:
            held = json.loads(self._keys.refresh_seal.decrypt(text.encode()))
        except InvalidSeal:
            raise InvalidToken("the refresh token is malformed") from None
        issued_at = datetime.fromisoformat(held.pop("issued_at"))
        return RefreshToken(**held, issued_at=issued_at)

    def read_graph(self, authorization_header: str) -> Caller:
        """Whom an access token for Graph speaks for. Raises InvalidToken."""
        claims = self._read(authorization_header, GRAPH)
        user_id = claims["oid"] if claims["idtyp"] == "user" else None
        if user_id and user_id not in self._tenant.users:
            raise InvalidToken("The user account does not exist.")
        if user_id and not self._ledger.access_allowed(user_id, claims["session"]):
            raise InvalidToken("Continuous access evaluation: the token has been revoked.")
        scopes = claims["scp"].split() if user_id else claims.get("roles", ())
        return Caller(claims["appid"], claims["tid"], user_id, frozenset(scopes))

    def read_connector(self, authorization_header: str) -> str:
        """The app id of the bot that calls the Teams connector. Raises InvalidToken."""
        claims = self._read(authorization_header, BOT_FRAMEWORK)
        return str(claims["appid"])

    def sign_activity(
        self,
        service_url: str,
        audience: str,
        *,
        issuer: str = BOT_FRAMEWORK,
        lifetime: timedelta | None = LIFETIME,
        key: SigningKey | None = None,
    ) -> str:
        """A channel's token for an inbound activity to the bot `audience`.

        For forging: a negative `lifetime` has expired, None leaves `exp` out; `key` may be
        `keys.webchat` (published, not endorsed for Teams) or a new one (published nowhere).
        """
        claims: dict[str, object] = {"iss": issuer, "aud": audience, "serviceurl": service_url}
        return self._sign(claims, key or self._keys.channel, lifetime)

    def _access_token(self, app: App, claims: dict[str, object]) -> str:
        common: dict[str, object] = {
            "iss": f"https://sts.windows.net/{self._tenant.id}/",
            "appid": app.client_id,
            "tid": self._tenant.id,
            "ver": "1.0",
        }
        return self._sign(common | claims, self._keys.entra, LIFETIME)

    def _sign(self, claims: dict[str, object], key: SigningKey, lifetime: timedelta | None) -> str:
        now = self._now()
        issued_at = now if lifetime is None else min(now, now + lifetime)
        times: dict[str, object] = {
            "iat": int(issued_at.timestamp()),
            "nbf": int(issued_at.timestamp()),
            "uti": uuid.uuid4().hex,
        }
        if lifetime is not None:
            times["exp"] = int((now + lifetime).timestamp())
        return jwt.encode(claims | times, key.private, algorithm="RS256", headers={"kid": key.kid})

    def _read(self, header: str, audience: str) -> dict[str, Any]:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise InvalidToken("Access token is empty.")
        try:
            claims = jwt.decode(
                token,
                self._keys.entra.private.public_key(),
                algorithms=["RS256"],
                audience=audience,
                options={
                    "require": ["exp", "appid", "tid"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidAudienceError:
            raise InvalidToken("Access token validation failure. Invalid audience.") from None
        except jwt.InvalidTokenError:
            raise InvalidToken("Access token could not be validated.") from None
        if self._now() > datetime.fromtimestamp(claims["exp"], self._now().tzinfo) + CLOCK_SKEW:
            raise InvalidToken("Lifetime validation failed, the token is expired.")
        return claims


def _directory_roles(user: User) -> list[str]:
    return [GLOBAL_ADMINISTRATOR, ORDINARY_USER] if user.is_tenant_admin else [ORDINARY_USER]


def _principal_id(app: App) -> str:
    """The object id of the app's service principal."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, app.client_id))
