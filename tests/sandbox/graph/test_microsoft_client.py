"""Microsoft's own Graph client works against the sandbox."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from azure.core.credentials import AccessToken

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from kiota_authentication_azure.azure_identity_authentication_provider import (
        AzureIdentityAuthenticationProvider,
    )
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph.generated.models.message import Message
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph.generated.users.item.messages.messages_request_builder import (
        MessagesRequestBuilder,
    )
    from msgraph_core import GraphClientFactory

BOX = "help@contoso.example"
pytestmark = [
    pytest.mark.scenario,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # its generated code warns of itself
]


class StaticCredential:
    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        later = datetime.now(UTC) + timedelta(hours=1)
        return AccessToken("app", int(later.timestamp()))

    async def close(self) -> None:
        return None


@pytest.fixture
async def client(graph: Any) -> AsyncIterator[GraphServiceClient]:
    provider = AzureIdentityAuthenticationProvider(
        StaticCredential(), scopes=["graph/.default"], allowed_hosts=["127.0.0.1"]
    )
    transport = httpx.AsyncHTTPTransport()
    http = GraphClientFactory.create_with_default_middleware(
        client=httpx.AsyncClient(transport=transport, trust_env=False)
    )
    adapter = GraphRequestAdapter(provider, client=http)
    adapter.base_url = graph.root
    yield GraphServiceClient(request_adapter=adapter)
    await http.aclose()
    await transport.aclose()  # its middleware does not pass the closing on


async def test_pages_through_the_mailbox(graph: Any, client: GraphServiceClient) -> None:
    graph.grant("Mail.ReadBasic")
    query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(
        select=["subject", "from", "receivedDateTime"], top=6
    )
    builder = client.users.by_user_id(BOX).messages
    page = await builder.get(request_configuration=RequestConfiguration(query_parameters=query))
    found: list[Message] = []
    while page:
        found += page.value
        link = page.odata_next_link
        page = await builder.with_url(link).get() if link else None
    assert [one.subject for one in found] == [f"Question {n}" for n in reversed(range(20))]
    assert found[0].from_.email_address.address == "customer19@fabrikam.example"
    assert found[0].received_date_time.tzinfo is not None


async def test_follows_a_delta_to_its_end(graph: Any, client: GraphServiceClient) -> None:
    graph.grant("Mail.ReadBasic")
    folder = client.users.by_user_id(BOX).mail_folders.by_mail_folder_id("inbox")
    page = await folder.messages.delta.get()
    count = 0
    while page:
        count += len(page.value)
        link = page.odata_next_link
        page = await folder.messages.delta.with_url(link).get() if link else None
    assert count == 20


async def test_changes_a_message(graph: Any, client: GraphServiceClient) -> None:
    graph.grant("Mail.ReadWrite")
    message = client.users.by_user_id(BOX).messages.by_message_id(graph.id(3))
    changed = await message.patch(Message(categories=["Ada"]))
    assert changed.categories == ["Ada"]


async def test_understands_its_errors(graph: Any, client: GraphServiceClient) -> None:
    with pytest.raises(ODataError) as refused:
        await client.users.by_user_id(BOX).messages.get()
    assert refused.value.error.code == "ErrorAccessDenied"
    assert refused.value.error.inner_error.request_id
