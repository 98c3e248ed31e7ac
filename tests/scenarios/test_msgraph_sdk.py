"""Microsoft's own Graph client and sign-in library, against the whole sandbox."""

from __future__ import annotations

import shutil
import ssl
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity.aio import ClientSecretCredential

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from kiota_authentication_azure.azure_identity_authentication_provider import (
        AzureIdentityAuthenticationProvider,
    )
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph.generated.users.item.messages.messages_request_builder import (
        MessagesRequestBuilder,
    )
    from msgraph_core import GraphClientFactory

from sandbox.mail.believable import believable
from sandbox.microsoft365 import Microsoft365
from sandbox.sample import CLIENT_ID, CLIENT_SECRET, HELP_MAILBOX, TENANT_ID, sample_tenant

pytestmark = [
    pytest.mark.scenario,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # its generated code warns of itself
]

MESSAGES = 45


@pytest.fixture
async def sandbox(folder_with_keys: Path, tmp_path: Path) -> AsyncIterator[Microsoft365]:
    folder = shutil.copytree(folder_with_keys, tmp_path / "sandbox")
    async with Microsoft365(sample_tenant(3), folder, believable(MESSAGES)) as served:
        served.tenant.service_principals.add(CLIENT_ID)
        served.grant_in_exchange()
        yield served


@pytest.fixture
async def client(sandbox: Microsoft365) -> AsyncIterator[GraphServiceClient]:
    """Signed in by azure-identity with the app's secret."""
    tls = ssl.create_default_context(cafile=str(sandbox.ca_file))
    host = urlsplit(sandbox.login_url)
    credential = ClientSecretCredential(
        TENANT_ID,
        CLIENT_ID,
        CLIENT_SECRET,
        authority=sandbox.login_url,
        disable_instance_discovery=True,
        transport=AioHttpTransport(connection_verify=str(sandbox.ca_file), use_env_settings=False),
    )
    provider = AzureIdentityAuthenticationProvider(
        credential, scopes=[f"{sandbox.graph_url}/.default"], allowed_hosts=[str(host.hostname)]
    )
    transport = httpx.AsyncHTTPTransport(verify=tls)
    http = GraphClientFactory.create_with_default_middleware(
        client=httpx.AsyncClient(transport=transport, trust_env=False)
    )
    adapter = GraphRequestAdapter(provider, client=http)
    adapter.base_url = f"{sandbox.graph_url}/v1.0"
    yield GraphServiceClient(request_adapter=adapter)
    await credential.close()
    await http.aclose()
    await transport.aclose()  # its middleware does not pass the closing on


async def test_it_signs_in_and_pages_through_the_mailbox(client: GraphServiceClient) -> None:
    query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(
        select=["subject", "receivedDateTime"], top=10
    )
    builder = client.users.by_user_id(HELP_MAILBOX).mail_folders.by_mail_folder_id("inbox").messages
    page = await builder.get(request_configuration=RequestConfiguration(query_parameters=query))
    found, pages = [], 0
    while page:
        found += page.value
        pages += 1
        link = page.odata_next_link
        page = await builder.with_url(link).get() if link else None

    assert len(found) == MESSAGES
    assert pages == 5
    times = [one.received_date_time for one in found]
    assert times == sorted(times, reverse=True)


async def test_it_is_kept_out_of_everybody_elses_mailbox(
    sandbox: Microsoft365, client: GraphServiceClient
) -> None:
    somebody = next(iter(sandbox.tenant.users.values()))

    with pytest.raises(ODataError) as refusal:
        await client.users.by_user_id(somebody.email).messages.get()

    assert refusal.value.response_status_code == 403
