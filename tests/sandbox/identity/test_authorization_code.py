"""Signing in with a code and PKCE, driven by MSAL over TLS."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import jwt
import pytest

from sandbox.browser import Browser, Stuck
from sandbox.identity.tokens import GLOBAL_ADMINISTRATOR
from sandbox.sample import CLIENT_ID
from sandbox.server import Sandbox
from sandbox.tenant import User

pytestmark = pytest.mark.scenario

REDIRECT = "http://localhost:3978/consent"
SCOPES = ["Mail.ReadBasic.Shared"]


@pytest.fixture
async def app(msal_app):
    return await asyncio.to_thread(msal_app)


def start(app, **options):
    wanted = {"scopes": SCOPES, "redirect_uri": REDIRECT, "response_mode": "form_post"}
    return app.initiate_auth_code_flow(**(wanted | options))


async def redeem(app, flow, arrival):
    return await asyncio.to_thread(app.acquire_token_by_auth_code_flow, flow, dict(arrival.fields))


async def sign_in(app, browser, user, **options):
    flow = start(app, **options)
    return await redeem(app, flow, await browser.sign_in(flow["auth_uri"], user.id))


async def test_a_person_signs_in_and_the_token_speaks_for_them(
    sandbox: Sandbox, browser: Browser, app, member: User
) -> None:
    answer = await sign_in(app, browser, member, prompt="select_account")

    caller = sandbox.tokens.read_graph(f"Bearer {answer['access_token']}")
    assert (caller.user_id, caller.client_id) == (member.id, CLIENT_ID)
    assert "Mail.ReadBasic.Shared" in caller.scopes
    claims = answer["id_token_claims"]
    assert claims["oid"] == member.id
    assert claims["tid"] == sandbox.tenant.id
    assert claims["preferred_username"] == member.email
    assert claims["name"] == member.name
    assert GLOBAL_ADMINISTRATOR not in claims["wids"]


async def test_the_id_token_verifies_against_the_published_keys_and_issuer(
    sandbox: Sandbox, browser: Browser, app, member: User
) -> None:
    answer = await sign_in(app, browser, member)

    published = sandbox.keys.entra_jwks()["keys"][0]
    key = jwt.PyJWK(published)
    issuer = f"{sandbox.login_url}/{sandbox.tenant.id}/v2.0"
    claims = jwt.decode(
        answer["id_token"], key, algorithms=["RS256"], audience=CLIENT_ID, issuer=issuer
    )
    assert claims["oid"] == member.id


async def test_response_mode_query_comes_back_by_redirect(
    browser: Browser, app, member: User
) -> None:
    with pytest.warns(UserWarning, match="form_post"):
        flow = start(app, response_mode="query")
    arrival = await browser.sign_in(flow["auth_uri"], member.id)

    assert not arrival.by_post
    assert arrival.redirect_uri == REDIRECT
    assert "access_token" in await redeem(app, flow, arrival)


async def test_an_administrator_shows_the_role_in_wids(browser: Browser, app, admin: User) -> None:
    answer = await sign_in(app, browser, admin)

    assert GLOBAL_ADMINISTRATOR in answer["id_token_claims"]["wids"]


async def test_any_tenant_names_lead_to_this_tenant(
    sandbox: Sandbox, browser: Browser, msal_app, member: User
) -> None:
    for name in ("organizations", "common", sandbox.tenant.domain):
        app = await asyncio.to_thread(msal_app, tenant=name)
        answer = await sign_in(app, browser, member)
        assert answer["id_token_claims"]["tid"] == sandbox.tenant.id


async def test_a_consent_once_given_is_not_asked_again(
    sandbox: Sandbox, browser: Browser, app, member: User
) -> None:
    await sign_in(app, browser, member)

    flow = start(app)
    arrival = await browser.sign_in(flow["auth_uri"], member.id, accept=False)

    assert "code" in arrival.fields
    assert CLIENT_ID in sandbox.tenant.service_principals


async def test_consent_is_asked_again_for_a_further_scope(
    browser: Browser, app, member: User
) -> None:
    await sign_in(app, browser, member)

    flow = start(app, scopes=["Mail.ReadWrite.Shared"])
    arrival = await browser.sign_in(flow["auth_uri"], member.id, accept=False)

    assert arrival.fields["error"] == "access_denied"


async def test_cancel_is_access_denied(browser: Browser, app, member: User) -> None:
    flow = start(app)
    arrival = await browser.sign_in(flow["auth_uri"], member.id, accept=False)
    answer = await redeem(app, flow, arrival)

    assert answer["error"] == "access_denied"
    assert "AADSTS65004" in answer["error_description"]


async def test_an_unknown_scope_or_an_application_role_is_refused(
    browser: Browser, app, member: User
) -> None:
    flow = start(app, scopes=["Mail.ReadBasic.All"])
    arrival = await browser.sign_in(flow["auth_uri"], member.id)

    assert "AADSTS650053" in arrival.fields["error_description"]


async def test_prompt_none_needs_a_session_that_never_is(
    browser: Browser, app, member: User
) -> None:
    flow = start(app, prompt="none")
    arrival = await browser.sign_in(flow["auth_uri"], member.id)

    assert arrival.fields["error"] == "login_required"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/consent", "http://[", "javascript:x"])
async def test_a_redirect_elsewhere_gets_a_page_and_no_redirect(
    browser: Browser, app, member: User, elsewhere: str
) -> None:
    flow = start(app, redirect_uri=elsewhere)

    with pytest.raises(Stuck, match="AADSTS50011"):
        await browser.sign_in(flow["auth_uri"], member.id)


async def test_a_registered_redirect_must_match_to_the_letter(
    sandbox: Sandbox, browser: Browser, app, member: User
) -> None:
    sandbox.tenant.apps[CLIENT_ID].redirect_uris = {REDIRECT}

    flow = start(app, redirect_uri=REDIRECT + "/")

    with pytest.raises(Stuck, match="AADSTS50011"):
        await browser.sign_in(flow["auth_uri"], member.id)


async def test_an_unknown_client_gets_a_page(browser: Browser, msal_app, member: User) -> None:
    app = await asyncio.to_thread(msal_app, client_id="00000000-0000-0000-0000-000000000000")

    with pytest.raises(Stuck, match="AADSTS700016"):
        await browser.sign_in(start(app)["auth_uri"], member.id)


async def test_a_code_is_taken_once(browser: Browser, app, member: User) -> None:
    flow = start(app)
    arrival = await browser.sign_in(flow["auth_uri"], member.id)
    await redeem(app, flow, arrival)

    again = await redeem(app, flow, arrival)

    assert again["error"] == "invalid_grant"
    assert again["error_codes"] == [54005]


async def test_a_code_dies_after_ten_minutes(browser: Browser, app, member: User, clock) -> None:
    flow = start(app)
    arrival = await browser.sign_in(flow["auth_uri"], member.id)

    clock.ahead = timedelta(minutes=11)

    assert (await redeem(app, flow, arrival))["error_codes"] == [70008]


async def test_another_verifier_is_refused(browser: Browser, app, member: User) -> None:
    flow = start(app)
    arrival = await browser.sign_in(flow["auth_uri"], member.id)

    answer = await redeem(app, flow | {"code_verifier": "v" * 43}, arrival)

    assert answer["error"] == "invalid_grant"
    assert answer["error_codes"] == [501481]


async def test_a_missing_verifier_is_refused(browser: Browser, app, member: User) -> None:
    flow = start(app)
    arrival = await browser.sign_in(flow["auth_uri"], member.id)

    answer = await redeem(app, flow | {"code_verifier": None}, arrival)

    assert answer["error_codes"] == [50148]


async def test_another_redirect_at_redemption_is_refused(
    browser: Browser, app, member: User
) -> None:
    flow = start(app)
    arrival = await browser.sign_in(flow["auth_uri"], member.id)

    answer = await redeem(app, flow | {"redirect_uri": "http://localhost:1/other"}, arrival)

    assert answer["error_codes"] == [500112]


async def test_a_code_of_another_app_is_refused(
    sandbox: Sandbox, browser: Browser, app, msal_app, member: User
) -> None:
    other = next(known for known in sandbox.tenant.apps.values() if known.client_id != CLIENT_ID)
    thief = await asyncio.to_thread(msal_app, client_id=other.client_id, secret=other.secret)
    flow = start(app)
    arrival = await browser.sign_in(flow["auth_uri"], member.id)

    assert (await redeem(thief, flow, arrival))["error_codes"] == [70000]


async def test_someone_without_an_account_cannot_be_picked(browser: Browser, app) -> None:
    with pytest.raises(Stuck, match="no such account"):
        await browser.sign_in(start(app)["auth_uri"], "nobody")
