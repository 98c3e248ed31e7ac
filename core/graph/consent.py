"""Admin consent: the address an admin is sent to, and what comes back from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from core.graph.client import GRAPH_URL
from core.graph.sign_in import LOGIN_URL, refusal


@dataclass(frozen=True, slots=True)
class AdminConsent:
    """An admin's answer, as the browser brings it: anybody can forge it.

    It counts once `state` is known, unused and young, `tenant_id` is that of the admin who
    was asked, and a token for that tenant could be had.
    """

    state: str
    tenant_id: str
    granted: bool
    code: str
    """OAuth's error code if not granted."""


def admin_consent_url(
    client_id: str,
    tenant: str,
    redirect_uri: str,
    state: str,
    *,
    login_url: str = LOGIN_URL,
    graph_url: str = GRAPH_URL,
) -> str:
    """`/.default` asks for what the app registration declares, which is no mail role."""
    query = urlencode(
        {
            "client_id": client_id,
            "scope": f"{graph_url.rstrip('/')}/.default",
            "redirect_uri": redirect_uri,
            "state": state,
        }
    )
    return f"{login_url.rstrip('/')}/{quote(tenant, safe='')}/v2.0/adminconsent?{query}"


def read_admin_consent(query: Mapping[str, str]) -> AdminConsent:
    granted = query.get("admin_consent", "").lower() == "true" and "error" not in query
    return AdminConsent(
        state=query.get("state", ""),
        tenant_id=query.get("tenant", ""),
        granted=granted,
        code="" if granted else refusal(query.get("error")).code,
    )
