"""Unsigned activities: from this machine alone."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.activities import read_activity
from bot.callers import ActivityChecks, Caller, Unauthenticated
from bot.loopback import LoopbackUnsigned, is_loopback
from core.outgoing import AllowedHosts
from tests.bot.fakes import ADA, TENANT_ID, make_activity

PLAYGROUND = "http://127.0.0.1:56150/_connector"


class Signed:
    """Takes nobody, and remembers that it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def authenticate(self, request, activity):
        self.asked += 1
        raise Unauthenticated("no")


@pytest.fixture
def signed():
    return Signed()


@pytest.fixture
def authenticator(signed):
    hosts = AllowedHosts(["http://127.0.0.1:56150", "smba.trafficmanager.net"])
    return LoopbackUnsigned(
        signed, ActivityChecks(tenant_allowed=lambda _: True, service_hosts=hosts)
    )


async def asks(authenticator, peer="127.0.0.1", headers=None, **changes):
    transport = Mock()
    transport.get_extra_info.side_effect = {"peername": (peer, 5000)}.get
    request = make_mocked_request(
        "POST",
        "/api/messages",
        headers={"Host": "127.0.0.1:3978", **(headers or {})},
        transport=transport,
    )
    body = make_activity(**{"serviceUrl": PLAYGROUND, **changes})
    return await authenticator.authenticate(request, read_activity(body))


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "127.9.9.9"])
async def test_the_playground_on_this_machine_is_taken(authenticator, peer):
    assert await asks(authenticator, peer) == Caller(TENANT_ID, ADA)


@pytest.mark.parametrize("peer", ["10.0.0.1", "192.168.1.4", "::ffff:10.0.0.1", "0.0.0.0", ""])
async def test_any_other_machine_is_refused(authenticator, peer):
    with pytest.raises(Unauthenticated):
        await asks(authenticator, peer)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Host": "bot.example"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 tunnel"},
        {"Host": "rebound.example:3978"},
    ],
)
async def test_what_came_through_a_tunnel_or_under_another_name_is_refused(authenticator, headers):
    with pytest.raises(Unauthenticated):
        await asks(authenticator, headers=headers)


@pytest.mark.parametrize(
    "service_url", ["https://smba.trafficmanager.net/emea/", "http://127.0.0.1:9/", None]
)
async def test_replies_go_nowhere_but_to_the_playground(authenticator, service_url):
    with pytest.raises(Unauthenticated):
        await asks(authenticator, serviceUrl=service_url)


async def test_a_token_is_never_passed_over(authenticator, signed):
    with pytest.raises(Unauthenticated):
        await asks(authenticator, headers={"Authorization": "Bearer forged"})

    assert signed.asked == 1


def test_a_name_that_merely_looks_like_loopback_is_not():
    assert not is_loopback("127.0.0.1.example")
    assert not is_loopback("localhost.example")
