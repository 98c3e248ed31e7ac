"""OpenID metadata as Entra and the Bot Framework publish it."""

from __future__ import annotations

import aiohttp
import pytest

pytestmark = pytest.mark.scenario


@pytest.fixture
async def read(browser):
    async with aiohttp.ClientSession() as session:

        async def read_json(url: str) -> tuple[int, dict]:
            async with session.get(url, ssl=browser.tls) as response:
                return response.status, await response.json()

        yield read_json


async def test_entra_metadata_leads_to_its_keys(sandbox, read) -> None:
    base = f"{sandbox.login_url}/{sandbox.tenant.domain}"
    _, metadata = await read(f"{base}/v2.0/.well-known/openid-configuration")

    assert metadata["issuer"] == f"{sandbox.login_url}/{sandbox.tenant.id}/v2.0"
    _, published = await read(metadata["jwks_uri"])
    assert [key["kid"] for key in published["keys"]] == [sandbox.keys.entra.kid]


async def test_common_metadata_has_an_issuer_template(sandbox, read) -> None:
    url = f"{sandbox.login_url}/common/v2.0/.well-known/openid-configuration"

    _, metadata = await read(url)

    assert metadata["issuer"].endswith("/{tenantid}/v2.0")


async def test_an_unknown_tenant_is_an_invalid_tenant(sandbox, read) -> None:
    url = f"{sandbox.login_url}/fabrikam.example/v2.0/.well-known/openid-configuration"

    status, answer = await read(url)

    assert (status, answer["error"], answer["error_codes"]) == (400, "invalid_tenant", [90002])


async def test_bot_framework_keys_carry_endorsements(sandbox, read) -> None:
    _, metadata = await read(sandbox.bot_openid_url)
    _, published = await read(metadata["jwks_uri"])

    endorsements = {key["kid"]: key["endorsements"] for key in published["keys"]}
    assert metadata["issuer"] == "https://api.botframework.com"
    assert "msteams" in endorsements[sandbox.keys.channel.kid]
    assert endorsements[sandbox.keys.webchat.kid] == ["webchat"]
