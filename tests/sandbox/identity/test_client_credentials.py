"""An application signs in with its own secret, before and after consent."""

from __future__ import annotations

import asyncio

import pytest

from sandbox.sample import BOT_APP_ID, BOT_APP_PASSWORD, CLIENT_ID
from sandbox.tenant import InvalidToken

pytestmark = pytest.mark.scenario

GRAPH_DEFAULT = "https://graph.microsoft.com/.default"
BOT_DEFAULT = "https://api.botframework.com/.default"


async def token_for(msal_app, scope: str = GRAPH_DEFAULT, **options):
    app = await asyncio.to_thread(msal_app, **options)
    return await asyncio.to_thread(app.acquire_token_for_client, [scope])


async def test_without_consent_there_is_no_service_principal(msal_app) -> None:
    answer = await token_for(msal_app)

    assert answer["error"] == "invalid_client"
    assert answer["error_codes"] == [7000229]
    assert answer["error_description"].startswith("AADSTS7000229: ")
    assert {"timestamp", "trace_id", "correlation_id"} <= answer.keys()


async def test_with_a_service_principal_and_no_grant_the_token_has_no_roles(
    msal_app, sandbox
) -> None:
    sandbox.tenant.service_principals.add(CLIENT_ID)

    answer = await token_for(msal_app)

    caller = sandbox.tokens.read_graph(f"Bearer {answer['access_token']}")
    assert caller.user_id is None
    assert caller.client_id == CLIENT_ID
    assert caller.scopes == frozenset()


async def test_roles_granted_in_entra_are_in_the_token(msal_app, sandbox) -> None:
    sandbox.tenant.service_principals.add(CLIENT_ID)
    sandbox.tenant.entra_roles[CLIENT_ID] = {"Mail.Read"}

    answer = await token_for(msal_app)

    caller = sandbox.tokens.read_graph(f"Bearer {answer['access_token']}")
    assert caller.scopes == {"Mail.Read"}


async def test_the_bot_gets_a_connector_token(msal_app, sandbox) -> None:
    answer = await token_for(msal_app, BOT_DEFAULT, client_id=BOT_APP_ID, secret=BOT_APP_PASSWORD)
    header = f"Bearer {answer['access_token']}"

    assert sandbox.tokens.read_connector(header) == BOT_APP_ID
    with pytest.raises(InvalidToken, match="audience"):
        sandbox.tokens.read_graph(header)


async def test_a_wrong_secret_is_refused(msal_app) -> None:
    answer = await token_for(msal_app, secret="wrong")

    assert answer["error"] == "invalid_client"
    assert answer["error_codes"] == [7000215]


@pytest.mark.parametrize("tenant", ["common", "organizations"])
async def test_a_concrete_tenant_is_needed(msal_app, tenant: str) -> None:
    with pytest.warns(DeprecationWarning, match="specific tenant"):
        answer = await token_for(msal_app, tenant=tenant)

    assert answer["error_codes"] == [50059]


async def test_a_scope_must_end_in_default(msal_app) -> None:
    answer = await token_for(msal_app, "https://graph.microsoft.com/Mail.Read")

    assert answer["error"] == "invalid_scope"
    assert answer["error_codes"] == [1002012]


async def test_graph_may_be_named_by_the_address_it_is_called_at(msal_app, sandbox) -> None:
    sandbox.tenant.service_principals.add(CLIENT_ID)

    for scope in (f"{sandbox.graph_url}/.default", "https://localhost/.default"):
        answer = await token_for(msal_app, scope)
        caller = sandbox.tokens.read_graph(f"Bearer {answer['access_token']}")
        assert caller.client_id == CLIENT_ID


async def test_another_resource_is_unknown(msal_app) -> None:
    answer = await token_for(msal_app, "https://vault.azure.net/.default")

    assert answer["error_codes"] == [500011]


async def test_another_tenant_cannot_be_discovered(msal_app) -> None:
    with pytest.raises(ValueError, match="authority configuration"):
        await asyncio.to_thread(msal_app, tenant="fabrikam.example")
