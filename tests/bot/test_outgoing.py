"""The one pooled client, through real loopback HTTP."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.outgoing import LARGEST_ANSWER, HttpDoor, Unreachable, _seconds, open_session
from core.outgoing import AllowedHosts, HostNotAllowed
from core.transactions import OutsideCallInTransaction

pytestmark = pytest.mark.scenario


@pytest.fixture
async def server():
    async def echo(request):
        return web.Response(text=request.raw_path, headers={"Retry-After": "3"})

    async def away(_):
        raise web.HTTPFound("http://127.0.0.1:1/")

    async def huge(_):
        return web.Response(body=b"x" * (LARGEST_ANSWER + 1))

    async def never(_):
        await asyncio.sleep(60)

    async def hangs_up(request):
        request.transport.abort()
        return web.Response()

    app = web.Application()
    app.router.add_get("/away", away)
    app.router.add_get("/huge", huge)
    app.router.add_get("/never", never)
    app.router.add_get("/hangs-up", hangs_up)
    app.router.add_get("/{path:.*}", echo)
    async with TestServer(app) as server:
        yield server


@pytest.fixture
async def door(server):
    async with open_session() as session:
        yield HttpDoor(session, AllowedHosts([f"http://127.0.0.1:{server.port}"]))


async def test_sends_a_url_as_it_stands(door, server):
    answer = await door.request("GET", str(server.make_url("/")) + "a%3Ab%2Fc?d=%2B")

    assert (answer.status, answer.body) == (200, b"/a%3Ab%2Fc?d=%2B")
    assert answer.retry_after == 3.0
    assert answer.json() is None


async def test_follows_no_redirect(door, server):
    assert (await door.request("GET", str(server.make_url("/away")))).status == 302


@pytest.mark.parametrize(
    ("path", "reason"), [("/huge", "too large"), ("/never", "timeout"), ("/hangs-up", "broken")]
)
async def test_says_how_an_answer_failed(door, server, path, reason):
    with pytest.raises(Unreachable) as failed:
        await door.request("GET", str(server.make_url(path)), timeout=0.5)

    assert (failed.value.reason, failed.value.sent) == (reason, True)


async def test_tells_what_was_never_sent():
    port = unused_port()
    async with open_session() as session:
        door = HttpDoor(session, AllowedHosts([f"http://127.0.0.1:{port}"]))
        with pytest.raises(Unreachable) as failed:
            await door.request("GET", f"http://127.0.0.1:{port}/")

    assert not failed.value.sent


async def test_speaks_to_no_other_host(door):
    with pytest.raises(HostNotAllowed):
        await door.request("GET", "http://localhost:1/")


async def test_speaks_to_nobody_inside_a_transaction(door, server):
    from core import transactions

    mark = transactions._open.set([])
    try:
        with pytest.raises(OutsideCallInTransaction):
            await door.request("GET", str(server.make_url("/")))
    finally:
        transactions._open.reset(mark)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("", None), ("7", 7.0), ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)],
)
def test_reads_retry_after(header, seconds):
    assert _seconds(header) == seconds
