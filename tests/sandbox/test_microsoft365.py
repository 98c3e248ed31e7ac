"""Sign-in, Graph and Teams as one sandbox."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.mail.believable import believable
from sandbox.microsoft365 import Microsoft365
from sandbox.sample import CLIENT_ID, CLIENT_SECRET, HELP_MAILBOX, TENANT_ID, sample_tenant
from tests.clock import SettableClock

pytestmark = pytest.mark.scenario

MESSAGES, HELD_BACK = 24, 4


def whole(folder, **options) -> Microsoft365:
    return Microsoft365(
        sample_tenant(3), folder, believable(MESSAGES), held_back=HELD_BACK, **options
    )


@pytest.fixture
async def sandbox(folder) -> AsyncIterator[Microsoft365]:
    async with whole(folder) as served:
        served.tenant.service_principals.add(CLIENT_ID)
        yield served


@pytest.fixture
async def session(sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    tls = ssl.create_default_context(cafile=str(sandbox.ca_file))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as opened:
        yield opened


async def messages(sandbox, session) -> tuple[int, dict]:
    """Status and body of one look at the shared mailbox, as the application."""
    form = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "grant_type": "client_credentials",
        "scope": f"{sandbox.graph_url}/.default",
    }
    async with session.post(
        f"{sandbox.login_url}/{TENANT_ID}/oauth2/v2.0/token", data=form
    ) as response:
        token = (await response.json())["access_token"]
    async with session.get(
        f"{sandbox.graph_url}/v1.0/users/{HELP_MAILBOX}/mailFolders/inbox/messages?$top=50",
        headers={"Authorization": f"Bearer {token}"},
    ) as response:
        return response.status, await response.json()


async def test_a_token_of_its_sign_in_opens_its_mail_once_exchange_allows_it(
    sandbox, session
) -> None:
    refused, _ = await messages(sandbox, session)
    sandbox.grant_in_exchange()
    status, body = await messages(sandbox, session)

    assert refused == 403
    assert status == 200
    assert len(body["value"]) == MESSAGES - HELD_BACK


async def test_mail_held_back_arrives_by_the_control_route(sandbox, session) -> None:
    headers = {"Authorization": f"Bearer {sandbox.control.token}"}

    async with session.post(
        f"{sandbox.control_url}/mail-arrives", json={"count": 3}, headers=headers
    ) as response:
        assert response.status == 204
    async with session.get(f"{sandbox.control_url}/mail", headers=headers) as response:
        counted = await response.json()

    assert counted["Inbox"] == MESSAGES - HELD_BACK + 3


async def test_the_mail_control_wants_its_token(sandbox, session) -> None:
    async with session.get(f"{sandbox.control_url}/mail") as response:
        assert response.status == 401


async def test_sign_in_goes_by_the_real_clock_and_mail_by_its_own(folder) -> None:
    clock = SettableClock()
    async with whole(folder, now=clock) as sandbox:
        newest = sandbox.mail.mailboxes[HELP_MAILBOX].in_folder("inbox")[0]
        bearer = sandbox.tokens.sign_activity(sandbox.connector_url, CLIENT_ID)

    assert newest.received_at == clock()
    assert bearer.count(".") == 2


async def test_a_second_start_finds_the_mail_as_the_first_left_it(folder) -> None:
    async with whole(folder, journal=True) as first:
        first.mail.deliver_held(HELP_MAILBOX, 2)
        left = [one.received_at for one in first.mail.mailboxes[HELP_MAILBOX].in_folder("inbox")]

    async with whole(folder, journal=True) as second:
        found = [one.received_at for one in second.mail.mailboxes[HELP_MAILBOX].in_folder("inbox")]

    assert found == left
