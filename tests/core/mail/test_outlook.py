"""Open in Outlook: a link of ours becomes Outlook's address, or is not found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import orjson
import pytest

from core.errors import GraphAuthFailed, NotFound
from core.graph.access import MailboxAccess, Right
from core.graph.client import GraphClient
from core.graph.http import make_http
from core.keyring import KeyRing
from core.links import Links
from core.mail.models import MailMessage
from core.mail.outlook import OutlookLinks
from core.mailboxes.models import Mailbox, MailboxState
from core.outgoing import AllowedHosts
from core.people.models import Organization
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock


@dataclass
class Office:
    clock: SettableClock
    links: Links
    outlook: OutlookLinks
    message: MailMessage
    token: str
    rest_ids: dict[str, str]
    asked: list[httpx.Request]


class FakeAccesses:
    async def for_mailbox(self, mailbox_id: int) -> MailboxAccess:
        async def token(refused: str | None = None) -> str:
            return "token"

        if await Mailbox.exists(id=mailbox_id, state=MailboxState.NEEDS_CONSENT):
            raise GraphAuthFailed(403, "no_consent")
        return MailboxAccess("an-object-id", token, frozenset(Right))


@pytest.fixture
async def office(
    database: str, vault: Vault, keyring: KeyRing, clock: SettableClock
) -> AsyncIterator[Office]:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization, "help@contoso.example")
    sender = await factories.correspondent(vault, organization)
    thread = await factories.thread(vault, mailbox, sender)
    inbox = await factories.folder(vault, mailbox)
    message = await factories.message(vault, thread, inbox, sender)
    rest_ids, asked = {message.graph_id: "REST-id"}, []

    def graph(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = [
            {"sourceId": one, "targetId": rest_ids[one]}
            for one in orjson.loads(request.content)["inputIds"]
            if one in rest_ids
        ]
        return httpx.Response(200, json={"value": found})

    async with make_http(AllowedHosts(), transport=httpx.MockTransport(graph)) as http:
        links = Links(keyring, clock)
        outlook = OutlookLinks(GraphClient(http), FakeAccesses(), vault, links)
        token = links.sign(message.id)
        yield Office(clock, links, outlook, message, token, rest_ids, asked)


async def test_a_link_leads_to_the_message_in_its_mailbox(office: Office):
    url = await office.outlook.open(office.token)

    assert url.startswith("https://outlook.office.com/mail/help@contoso.example/deeplink/read/REST")
    assert [request.url.path for request in office.asked] == [
        "/v1.0/users/an-object-id/translateExchangeIds"
    ]


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "A" * 70, "A" * 5_000])
async def test_a_bad_link_is_not_found_and_asks_graph_nothing(office: Office, token: str):
    with pytest.raises(NotFound):
        await office.outlook.open(token)
    assert office.asked == []


async def test_an_ended_link_is_not_found(office: Office):
    office.clock.advance(timedelta(days=91))

    with pytest.raises(NotFound):
        await office.outlook.open(office.token)


async def test_mail_that_is_gone_is_not_found(office: Office):
    office.rest_ids.clear()
    with pytest.raises(NotFound):
        await office.outlook.open(office.token)

    await MailMessage.filter(id=office.message.id).update(source_gone_at=office.clock.now)
    with pytest.raises(NotFound):
        await office.outlook.open(office.token)

    await MailMessage.all().delete()
    with pytest.raises(NotFound):
        await office.outlook.open(office.token)


async def test_mail_of_an_offboarded_mailbox_is_not_found(office: Office):
    await Mailbox.all().update(state=MailboxState.OFFBOARDED)

    with pytest.raises(NotFound):
        await office.outlook.open(office.token)


async def test_mail_of_an_erased_mailbox_is_not_found(office: Office):
    await Organization.all().update(wrapped_key=None)

    with pytest.raises(NotFound):
        await office.outlook.open(office.token)


async def test_a_lost_consent_is_told_apart_from_lost_mail(office: Office):
    await Mailbox.all().update(state=MailboxState.NEEDS_CONSENT)

    with pytest.raises(GraphAuthFailed):
        await office.outlook.open(office.token)
