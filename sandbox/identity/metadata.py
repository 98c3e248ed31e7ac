"""OpenID metadata and published keys: Entra's, and those of the Bot Framework."""

from __future__ import annotations

from aiohttp import web

from core.clock import Clock
from sandbox.identity.errors import EntraError, error_body
from sandbox.identity.keys import Keys
from sandbox.identity.registrations import check_tenant
from sandbox.identity.scopes import BOT_FRAMEWORK
from sandbox.tenant import Tenant


class Metadata:
    def __init__(self, tenant: Tenant, keys: Keys, now: Clock) -> None:
        self._tenant = tenant
        self._keys = keys
        self._now = now

    async def openid_configuration(self, request: web.Request) -> web.Response:
        segment = request.match_info["tenant"]
        try:
            check_tenant(self._tenant, segment, ("organizations", "common"))
        except EntraError as refusal:
            invalid = EntraError(refusal.code, "invalid_tenant", str(refusal).partition(": ")[2])
            return web.json_response(error_body(invalid, self._now()), status=400)
        shared = segment.lower() in ("organizations", "common")
        origin = request.url.origin()
        base = f"{origin}/{segment.lower() if shared else self._tenant.id}"
        issuer_tenant = "{tenantid}" if shared else self._tenant.id
        return web.json_response(
            {
                "issuer": f"{origin}/{issuer_tenant}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "response_modes_supported": ["query", "fragment", "form_post"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "tenant_region_scope": "EU",
            }
        )

    async def keys(self, request: web.Request) -> web.Response:
        return web.json_response(self._keys.entra_jwks())

    async def bot_openid_configuration(self, request: web.Request) -> web.Response:
        origin = request.url.origin()
        return web.json_response(
            {
                "issuer": BOT_FRAMEWORK,
                "authorization_endpoint": "https://invalid.botframework.com",
                "jwks_uri": f"{origin}/botframework/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
        )

    async def bot_keys(self, request: web.Request) -> web.Response:
        return web.json_response(self._keys.bot_framework_jwks())
