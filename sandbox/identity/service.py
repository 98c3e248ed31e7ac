"""Sign-in as a whole: every path of it, over one tenant, one set of keys and one ledger."""

from __future__ import annotations

from aiohttp import web

from core.clock import Clock
from sandbox.identity.admin_consent import AdminConsent
from sandbox.identity.authorize import Authorize
from sandbox.identity.codes import Codes
from sandbox.identity.keys import Keys
from sandbox.identity.ledger import Ledger
from sandbox.identity.metadata import Metadata
from sandbox.identity.token_endpoint import TokenEndpoint
from sandbox.identity.tokens import Tokens
from sandbox.tenant import Tenant


class IdentityService:
    def __init__(
        self, tenant: Tenant, keys: Keys, ledger: Ledger, tokens: Tokens, now: Clock
    ) -> None:
        codes = Codes(now)
        self._authorize = Authorize(tenant, codes, ledger, now)
        self._admin_consent = AdminConsent(tenant, ledger, now)
        self._token = TokenEndpoint(tenant, tokens, codes, ledger, now)
        self._metadata = Metadata(tenant, keys, now)

    def routes(self) -> list[web.RouteDef]:
        metadata, bot = self._metadata, "/botframework/v1/.well-known"
        return [
            web.get("/{tenant}/oauth2/v2.0/authorize", self._authorize.show),
            web.post("/{tenant}/oauth2/v2.0/authorize", self._authorize.submit),
            web.post("/{tenant}/oauth2/v2.0/token", self._token.issue),
            web.get("/{tenant}/v2.0/adminconsent", self._admin_consent.show),
            web.post("/{tenant}/v2.0/adminconsent", self._admin_consent.submit),
            web.get(
                "/{tenant}/v2.0/.well-known/openid-configuration", metadata.openid_configuration
            ),
            web.get("/{tenant}/discovery/v2.0/keys", metadata.keys),
            web.get(f"{bot}/openidconfiguration", metadata.bot_openid_configuration),
            web.get(f"{bot}/keys", metadata.bot_keys),
        ]
