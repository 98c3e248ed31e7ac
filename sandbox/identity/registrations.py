"""Who is asking Entra: which tenant a path names, which app a client id, which redirects it has."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from urllib.parse import urlsplit

from sandbox.identity.errors import EntraError
from sandbox.tenant import App, Tenant

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check_tenant(tenant: Tenant, segment: str, also: Collection[str] = ()) -> None:
    """Raise EntraError unless the path names this tenant, by id or domain, or a name in `also`."""
    if segment.lower() in (tenant.id, tenant.domain, *also):
        return
    if segment in ("common", "organizations", "consumers"):
        raise EntraError(
            50059,
            "invalid_request",
            "No tenant-identifying information found in either the request or implied by any"
            " provided credentials.",
        )
    raise EntraError(
        90002,
        "invalid_request",
        f"Tenant '{segment}' not found. Check to make sure you have the correct tenant ID and"
        " are signing into the correct cloud.",
    )


def find_app(tenant: Tenant, client_id: str) -> App:
    app = tenant.apps.get(client_id)
    if app is None:
        raise EntraError(
            700016,
            "unauthorized_client",
            f"Application with identifier '{client_id}' was not found in the directory"
            f" '{tenant.domain}'. This can happen if the application has not been installed by"
            " the administrator of the tenant or consented to by any user in the tenant.",
        )
    return app


def authenticate(tenant: Tenant, client_id: str, secret: str) -> App:
    """The app, if the secret is its own. A public client's empty secret is AADSTS7000218."""
    app = find_app(tenant, client_id)
    if not secret:
        raise EntraError(
            7000218,
            "invalid_client",
            "The request body must contain the following parameter: 'client_assertion' or"
            " 'client_secret'.",
            status=401,
        )
    if not hmac.compare_digest(app.secret.encode(), secret.encode()):
        raise EntraError(
            7000215,
            "invalid_client",
            "Invalid client secret provided. Ensure the secret being sent in the request is the"
            " client secret value, not the client secret ID, for a secret added to app"
            f" '{client_id}'.",
            status=401,
        )
    return app


def is_on_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK


def check_redirect(app: App, redirect_uri: str) -> None:
    """Registered addresses must match to the letter; with none registered, loopback is taken."""
    if app.redirect_uris:
        allowed = redirect_uri in app.redirect_uris
    else:
        allowed = is_on_loopback(redirect_uri)
    if not allowed:
        raise EntraError(
            50011,
            "invalid_request",
            f"The redirect URI '{redirect_uri}' specified in the request does not match the"
            f" redirect URIs configured for the application '{app.client_id}'.",
        )
