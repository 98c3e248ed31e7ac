"""Refresh tokens: a new one each time, and every way in which they die."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from sandbox.sample import BOT_APP_ID, BOT_APP_PASSWORD, CLIENT_ID
from sandbox.tenant import InvalidToken

pytestmark = pytest.mark.scenario

REDIRECT = "http://localhost:3978/consent"
SCOPES = ["Mail.ReadBasic.Shared"]


@pytest.fixture
async def app(msal_app):
    return await asyncio.to_thread(msal_app)


@pytest.fixture
async def signed_in(app, browser, member):
    """The member's first token answer."""
    flow = app.initiate_auth_code_flow(SCOPES, REDIRECT, response_mode="form_post")
    arrival = await browser.sign_in(flow["auth_uri"], member.id)
    answer = await asyncio.to_thread(app.acquire_token_by_auth_code_flow, flow, arrival.fields)
    assert "refresh_token" in answer
    return answer


async def refresh(app, token: str, scopes=SCOPES):
    return await asyncio.to_thread(app.acquire_token_by_refresh_token, token, scopes)


async def test_each_refresh_brings_a_new_token_and_the_old_one_stays_good(app, signed_in) -> None:
    first = signed_in["refresh_token"]

    second = (await refresh(app, first))["refresh_token"]

    assert second != first
    assert "access_token" in await refresh(app, second)
    assert "access_token" in await refresh(app, first)


async def test_msal_refreshes_silently_for_the_account(app, signed_in, sandbox, member) -> None:
    account = app.get_accounts()[0]

    answer = await asyncio.to_thread(app.acquire_token_silent, SCOPES, account, force_refresh=True)

    caller = sandbox.tokens.read_graph(f"Bearer {answer['access_token']}")
    assert caller.user_id == member.id


async def test_revocation_ends_refresh_tokens_and_leaves_access_tokens(
    app, signed_in, sandbox, member
) -> None:
    sandbox.ledger.revoke(member.id)

    answer = await refresh(app, signed_in["refresh_token"])

    assert answer["error"] == "invalid_grant"
    assert answer["error_codes"] == [50173]
    assert sandbox.tokens.read_graph(f"Bearer {signed_in['access_token']}").user_id == member.id


async def test_revocation_at_once_ends_access_tokens_too(signed_in, sandbox, member) -> None:
    sandbox.ledger.revoke(member.id, access_tokens=True)

    with pytest.raises(InvalidToken, match="revoked"):
        sandbox.tokens.read_graph(f"Bearer {signed_in['access_token']}")


async def test_signing_in_again_after_a_revocation_works(
    app, signed_in, sandbox, browser, member
) -> None:
    sandbox.ledger.revoke(member.id, access_tokens=True)
    flow = app.initiate_auth_code_flow(SCOPES, REDIRECT, response_mode="form_post")
    arrival = await browser.sign_in(flow["auth_uri"], member.id)
    answer = await asyncio.to_thread(app.acquire_token_by_auth_code_flow, flow, arrival.fields)

    assert "access_token" in await refresh(app, answer["refresh_token"])


async def test_ninety_days_without_use_end_a_token(app, signed_in, clock) -> None:
    clock.ahead = timedelta(days=91)

    assert (await refresh(app, signed_in["refresh_token"]))["error_codes"] == [700082]


async def test_someone_who_left_cannot_refresh(app, signed_in, sandbox, member) -> None:
    del sandbox.tenant.users[member.id]

    answer = await refresh(app, signed_in["refresh_token"])

    assert answer["error"] == "invalid_grant"
    assert answer["error_codes"] == [50034]


async def test_a_scope_never_consented_needs_interaction(app, signed_in) -> None:
    answer = await refresh(app, signed_in["refresh_token"], ["Mail.Send.Shared"])

    assert answer["error"] == "invalid_grant"
    assert answer["suberror"] == "consent_required"


async def test_a_consent_taken_back_ends_refreshing(app, signed_in, sandbox, member) -> None:
    del sandbox.tenant.user_consents[member.id, CLIENT_ID]

    assert (await refresh(app, signed_in["refresh_token"]))["error_codes"] == [65001]


@pytest.mark.parametrize("token", ["rubbish", "Ünicode", "gAAAAABm"])
async def test_rubbish_is_an_invalid_grant(app, token: str) -> None:
    assert (await refresh(app, token))["error"] == "invalid_grant"


async def test_another_app_cannot_use_the_token(signed_in, msal_app) -> None:
    thief = await asyncio.to_thread(msal_app, BOT_APP_ID, BOT_APP_PASSWORD)

    assert (await refresh(thief, signed_in["refresh_token"]))["error"] == "invalid_grant"


async def test_an_unknown_grant_type_or_none_is_named(sandbox, browser) -> None:
    url = f"{sandbox.login_url}/{sandbox.tenant.id}/oauth2/v2.0/token"
    app = sandbox.tenant.apps[CLIENT_ID]
    secret = {"client_id": CLIENT_ID, "client_secret": app.secret}
    async with aiohttp.ClientSession() as session:
        async with session.post(url, ssl=browser.tls, data=secret) as response:
            missing = await response.json()
        async with session.post(
            url, ssl=browser.tls, data=secret | {"grant_type": "password"}
        ) as response:
            unknown = await response.json()

    assert (missing["error"], missing["error_codes"]) == ("invalid_request", [900144])
    assert unknown["error"] == "unsupported_grant_type"
