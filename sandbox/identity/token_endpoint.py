"""The token endpoint: a code, a refresh token or an app's own secret becomes tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta

from aiohttp import web

from core.clock import Clock
from sandbox.identity.answers import form_fields
from sandbox.identity.codes import Codes
from sandbox.identity.errors import (
    EntraError,
    consent_missing,
    error_body,
    required,
    service_principal_missing,
)
from sandbox.identity.ledger import Ledger
from sandbox.identity.registrations import authenticate, check_tenant
from sandbox.identity.scopes import application_resource, delegated_scopes
from sandbox.identity.tokens import LIFETIME, RefreshToken, Tokens
from sandbox.tenant import App, InvalidToken, Tenant, User

REFRESH_LIFETIME = timedelta(days=90)
SECONDS = int(LIFETIME.total_seconds()) - 1
"""`expires_in`: Entra says 3599."""


class TokenEndpoint:
    def __init__(
        self, tenant: Tenant, tokens: Tokens, codes: Codes, ledger: Ledger, now: Clock
    ) -> None:
        self._tenant = tenant
        self._tokens = tokens
        self._codes = codes
        self._ledger = ledger
        self._now = now

    async def issue(self, request: web.Request) -> web.Response:
        fields = await form_fields(request)
        issuer = f"{request.url.origin()}/{self._tenant.id}/v2.0"
        try:
            answer = self._answer(request.match_info["tenant"], fields, issuer)
        except EntraError as refusal:
            correlation_id = request.headers.get("client-request-id", "")
            body = error_body(refusal, self._now(), correlation_id)
            return web.json_response(body, status=refusal.status)
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    def _answer(self, segment: str, fields: Mapping[str, str], issuer: str) -> dict[str, object]:
        grant_type = required(fields, "grant_type")
        client_id = required(fields, "client_id")
        concrete = grant_type == "client_credentials"
        check_tenant(self._tenant, segment, () if concrete else ("organizations", "common"))
        app = authenticate(self._tenant, client_id, fields.get("client_secret", ""))
        match grant_type:
            case "authorization_code":
                return self._redeem_code(app, fields, issuer)
            case "refresh_token":
                return self._refresh(app, fields, issuer)
            case "client_credentials":
                return self._for_app(app, fields)
        raise EntraError(
            70003,
            "unsupported_grant_type",
            f"The app requested an unsupported grant type '{grant_type}'.",
        )

    def _redeem_code(self, app: App, fields: Mapping[str, str], issuer: str) -> dict[str, object]:
        grant = self._codes.redeem(
            required(fields, "code"),
            app.client_id,
            required(fields, "redirect_uri"),
            fields.get("code_verifier", ""),
        )
        user = self._user(grant.user_id)
        return self._for_user(user, app, set(grant.scopes), fields, issuer, grant.nonce)

    def _refresh(self, app: App, fields: Mapping[str, str], issuer: str) -> dict[str, object]:
        """A new refresh token each time. The old one stays good, as it does in Entra."""
        try:
            held = self._tokens.open_refresh_token(required(fields, "refresh_token"))
        except InvalidToken:
            raise _malformed() from None
        if held.client_id != app.client_id:
            raise _malformed()
        user = self._user(held.user_id)
        self._check_alive(held)
        consented = self._ledger.consented(user.id, app.client_id)
        scopes = delegated_scopes(fields.get("scope", "")) or consented
        if not scopes or not scopes <= consented:
            raise consent_missing(app.name, app.client_id)
        return self._for_user(user, app, scopes | {"offline_access"}, fields, issuer, "")

    def _for_app(self, app: App, fields: Mapping[str, str]) -> dict[str, object]:
        resource = application_resource(required(fields, "scope"))
        if app.client_id not in self._tenant.service_principals:
            raise service_principal_missing(app.client_id, self._tenant.id)
        return {
            "token_type": "Bearer",
            "expires_in": SECONDS,
            "ext_expires_in": SECONDS,
            "access_token": self._tokens.for_app(app, resource),
        }

    def _for_user(
        self,
        user: User,
        app: App,
        scopes: set[str],
        fields: Mapping[str, str],
        issuer: str,
        nonce: str,
    ) -> dict[str, object]:
        """As in Entra, the access token carries all that was consented, not what was asked."""
        consented = self._ledger.consented(user.id, app.client_id)
        granted = sorted(consented - {"offline_access"})
        answer: dict[str, object] = {
            "token_type": "Bearer",
            "scope": " ".join(granted),
            "expires_in": SECONDS,
            "ext_expires_in": SECONDS,
            "access_token": self._tokens.graph_for_user(user, app, granted),
        }
        if "offline_access" in scopes:
            answer["refresh_token"] = self._tokens.seal_refresh_token(user, app)
        if "openid" in scopes:
            answer["id_token"] = self._tokens.id_token(user, app, nonce, issuer)
        if fields.get("client_info") == "1":
            account = json.dumps({"uid": user.id, "utid": self._tenant.id}).encode()
            answer["client_info"] = base64.urlsafe_b64encode(account).rstrip(b"=").decode()
        return answer

    def _user(self, user_id: str) -> User:
        user = self._tenant.users.get(user_id)
        if user is None:
            raise EntraError(
                50034,
                "invalid_grant",
                f"The user account does not exist in the {self._tenant.domain} directory.",
            )
        return user

    def _check_alive(self, held: RefreshToken) -> None:
        if held.session < self._ledger.session(held.user_id):
            raise EntraError(
                50173,
                "invalid_grant",
                "The provided grant has expired due to it being revoked, a fresh auth token is"
                " needed. The user might have changed or reset their password. The grant was"
                f" issued on '{held.issued_at:%Y-%m-%dT%H:%M:%S.0000000Z}'.",
                suberror="bad_token",
            )
        if self._now() - held.issued_at > REFRESH_LIFETIME:
            raise EntraError(
                700082,
                "invalid_grant",
                "The refresh token has expired due to inactivity. The token was issued on"
                f" {held.issued_at:%Y-%m-%dT%H:%M:%S.0000000Z} and was inactive for 90.00:00:00.",
            )


def _malformed() -> EntraError:
    return EntraError(9002313, "invalid_grant", "Invalid request. Request is malformed or invalid.")
