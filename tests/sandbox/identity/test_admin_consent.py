"""Letting an app into the tenant: accepted by an administrator, refused to others, cancelled."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import pytest

from sandbox.browser import Stuck
from sandbox.sample import CLIENT_ID

pytestmark = pytest.mark.scenario

REDIRECT = "http://localhost:3978/consent"
GRAPH_DEFAULT = "https://graph.microsoft.com/.default"


def consent_url(sandbox, tenant: str = "organizations", **changes: str) -> str:
    query = {
        "client_id": CLIENT_ID,
        "scope": GRAPH_DEFAULT,
        "redirect_uri": REDIRECT,
        "state": "one-time",
    }
    return f"{sandbox.login_url}/{tenant}/v2.0/adminconsent?{urlencode(query | changes)}"


async def test_an_administrator_accepts(sandbox, browser, msal_app, admin) -> None:
    arrival = await browser.sign_in(consent_url(sandbox), admin.id)

    assert arrival.redirect_uri == REDIRECT
    assert arrival.fields == {
        "admin_consent": "True",
        "tenant": sandbox.tenant.id,
        "scope": GRAPH_DEFAULT,
        "state": "one-time",
    }
    app = await asyncio.to_thread(msal_app)
    answer = await asyncio.to_thread(app.acquire_token_for_client, [GRAPH_DEFAULT])
    assert "access_token" in answer


async def test_an_app_that_declares_no_role_gets_none(sandbox, browser, admin) -> None:
    await browser.sign_in(consent_url(sandbox), admin.id)

    assert CLIENT_ID in sandbox.tenant.service_principals
    assert sandbox.tenant.entra_roles[CLIENT_ID] == set()


async def test_declared_roles_are_granted_for_the_whole_tenant(sandbox, browser, admin) -> None:
    sandbox.tenant.apps[CLIENT_ID].declared_roles = {"Mail.Read"}

    await browser.sign_in(consent_url(sandbox), admin.id)

    assert sandbox.tenant.application_roles(CLIENT_ID, admin.email) == {"Mail.Read"}


async def test_delegated_scopes_named_one_by_one_are_granted_to_everyone(
    sandbox, browser, admin, member
) -> None:
    scope = "https://graph.microsoft.com/Mail.ReadBasic.Shared"
    await browser.sign_in(consent_url(sandbox, scope=scope), admin.id)

    assert sandbox.ledger.consented(member.id, CLIENT_ID) == {"Mail.ReadBasic.Shared"}


async def test_others_are_told_that_an_administrator_is_needed(sandbox, browser, member) -> None:
    with pytest.raises(Stuck, match="AADSTS90094"):
        await browser.sign_in(consent_url(sandbox), member.id)

    assert CLIENT_ID not in sandbox.tenant.service_principals


async def test_cancel_goes_back_with_access_denied(sandbox, browser, admin) -> None:
    arrival = await browser.sign_in(consent_url(sandbox), admin.id, accept=False)

    assert arrival.fields["error"] == "access_denied"
    assert arrival.fields["error_description"].startswith("AADSTS65004")
    assert arrival.fields["state"] == "one-time"
    assert CLIENT_ID not in sandbox.tenant.service_principals


@pytest.mark.parametrize(
    ("tenant", "changes", "code"),
    [
        ("common", {}, "AADSTS50059"),
        ("fabrikam.example", {}, "AADSTS90002"),
        ("organizations", {"scope": ""}, "AADSTS900144"),
        ("organizations", {"scope": "https://vault.azure.net/.default"}, "AADSTS500011"),
        ("organizations", {"client_id": "another"}, "AADSTS700016"),
        ("organizations", {"redirect_uri": "https://evil.example/"}, "AADSTS50011"),
    ],
)
async def test_a_bad_request_ends_on_a_page(
    sandbox, browser, admin, tenant: str, changes: dict[str, str], code: str
) -> None:
    with pytest.raises(Stuck, match=code):
        await browser.sign_in(consent_url(sandbox, tenant, **changes), admin.id)


async def test_the_query_cannot_decide_for_a_person(sandbox, browser, admin) -> None:
    url = consent_url(sandbox, user=admin.id, decision="accept")

    with pytest.raises(Stuck):
        await browser.sign_in(url, "nobody")

    assert CLIENT_ID not in sandbox.tenant.service_principals
