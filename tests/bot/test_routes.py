"""Every URL, over loopback HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.links import SignedLinks
from bot.pages import PrivacyFacts
from bot.routes import Routes
from core.errors import GraphError, InvalidInput, NotFound
from core.mailboxes.views import CallbackOutcome

pytestmark = pytest.mark.scenario

PRIVACY = PrivacyFacts("Mailroom", "privacy@contoso.example <office>", "Sweden", 30)


class Behind:
    """What stands behind the URLs."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.queries: list[Any] = []
        self.url = "https://outlook.office.com/mail/x"
        self.failure: Exception | None = None
        self.outcome = CallbackOutcome("granted", 1)
        self.is_ready = True

    async def messages(self, request: web.Request) -> web.Response:
        return web.Response(status=200, text="turn")

    async def receive(self, body: bytes) -> None:
        if self.failure:
            raise self.failure
        self.bodies.append(body)

    async def callback(self, state: str, query: Any) -> CallbackOutcome:
        if self.failure:
            raise self.failure
        self.queries.append((state, dict(query)))
        return self.outcome

    async def link(self, thread_id: int) -> str:
        if self.failure:
            raise self.failure
        return self.url

    async def metrics(self) -> bytes:
        return b"turns 1\n"

    async def ready(self) -> bool:
        return self.is_ready


@pytest.fixture
def behind():
    return Behind()


@pytest.fixture
def links(keyring):
    return SignedLinks(keyring, "https://postroom.example", "https://teams.example")


@pytest.fixture
async def client(behind, links):
    app = web.Application()
    Routes(
        messages=behind.messages,
        notifications=behind,
        onboarding=behind,
        links=links,
        outlook=behind,
        ready=behind.ready,
        privacy=PRIVACY,
        metrics=behind.metrics,
    ).add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_messages_go_to_the_adapter(client):
    answer = await client.post("/api/messages", json={})
    assert (answer.status, await answer.text()) == (200, "turn")
    assert (await client.get("/api/messages")).status == 405


async def test_the_handshake_gives_the_token_back_as_plain_text(client, behind):
    answer = await client.post("/graph/notifications?validationToken=a%20%3Cb%3E")
    assert (answer.status, await answer.text()) == (200, "a <b>")
    assert answer.content_type == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert behind.bodies == []


async def test_a_handshake_that_is_too_long_is_refused(client):
    answer = await client.post("/graph/lifecycle", params={"validationToken": "x" * 5000})
    assert answer.status == 400


@pytest.mark.parametrize("path", ["/graph/notifications", "/graph/lifecycle"])
async def test_notifications_are_taken_in(client, behind, path):
    assert (await client.post(path, data=b"{}")).status == 202
    assert behind.bodies == [b"{}"]


@pytest.mark.parametrize(
    ("failure", "status"), [(InvalidInput("body"), 400), (GraphError(500, "x"), 503)]
)
async def test_notifications_that_cannot_be_taken_say_so(client, behind, failure, status):
    behind.failure = failure
    assert (await client.post("/graph/notifications", data=b"{}")).status == status


async def test_too_large_a_post_is_refused(client):
    answer = await client.post("/graph/notifications", data=b"x" * (256 * 1024 + 1))
    assert answer.status == 413


async def test_consent_comes_back_by_query_or_by_form(client, behind):
    for answer in (
        await client.get("/consent/callback?state=s&code=c"),
        await client.post("/consent/callback", data={"state": "s", "code": "c"}),
    ):
        assert answer.status == 200
        assert "Consent has arrived" in await answer.text()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert behind.queries == [("s", {"state": "s", "code": "c"})] * 2


async def test_consent_goes_on_to_microsoft(client, behind):
    behind.outcome = CallbackOutcome("next", 1, "https://login.microsoftonline.com/x")
    answer = await client.get("/consent/callback?state=s", allow_redirects=False)
    assert answer.status == 303
    assert answer.headers["Location"] == "https://login.microsoftonline.com/x"


@pytest.mark.parametrize(
    "code", ["expired", "declined", "failed", "other_person", "other_tenant", "scope_refused",
             "wider_than_asked", "no_role", "has_admin", "<script>"],
)  # fmt: skip
async def test_consent_that_failed_is_explained_without_an_echo(client, behind, code):
    behind.outcome = CallbackOutcome(code)
    answer = await client.get("/consent/callback?state=s&error_description=<script>x</script>")
    assert answer.status == 400
    assert "<script>" not in await answer.text()


async def test_a_callback_without_a_state_or_in_pieces_is_refused(client, behind):
    assert (await client.get("/consent/callback")).status == 400
    assert (await client.post("/consent/callback", data=b"\xff\x00")).status == 400
    large = {"state": "s", "x": "y" * 70_000}
    assert (await client.post("/consent/callback", data=large)).status == 413
    behind.failure = GraphError(500, "x")
    assert (await client.get("/consent/callback?state=s")).status == 503
    assert behind.queries == []


async def test_a_signed_link_leads_to_outlook(client, links, behind):
    path = links.open_in_outlook(42).removeprefix("https://postroom.example")
    answer = await client.get(path, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, behind.url)
    assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_other_links_lead_nowhere(client, links, behind):
    path = links.open_in_outlook(42).removeprefix("https://postroom.example")
    assert (await client.get("/open/42.x.k1", allow_redirects=False)).status == 404
    behind.url = "javascript:alert(1)"
    assert (await client.get(path, allow_redirects=False)).status == 404
    behind.failure = NotFound("thread")
    assert (await client.get(path, allow_redirects=False)).status == 404
    behind.failure = GraphError(500, "x")
    assert (await client.get(path, allow_redirects=False)).status == 503


async def test_pages_and_probes_answer(client, behind):
    for path in ("/privacy", "/terms", "/health", "/ready", "/metrics"):
        assert (await client.get(path)).status == 200
    behind.is_ready = False
    assert (await client.get("/ready")).status == 503
    assert (await client.get("/health")).status == 200


async def test_the_privacy_page_names_who_answers_where_it_is_kept_and_who_receives_it(client):
    words = await (await client.get("/privacy")).text()
    for said in (
        "Mailroom", "privacy@contoso.example &lt;office&gt;", "Sweden", "for 30 days",
        "Microsoft", "whoever hosts", "Only the people of that mailbox", "its leads see figures",
    ):  # fmt: skip
        assert said in words


async def test_metrics_are_there_only_when_switched_on(behind, links):
    app = web.Application()
    Routes(behind.messages, behind, behind, links, behind, behind.ready, PRIVACY).add_to(app)
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/metrics")).status == 404
