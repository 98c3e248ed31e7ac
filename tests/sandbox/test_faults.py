"""Faults on demand, in process and through the control routes."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from sandbox.sample import CLIENT_ID, HELP_MAILBOX
from sandbox.server import Sandbox

pytestmark = pytest.mark.scenario


@pytest.fixture
async def session(browser):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=browser.tls)) as opened:
        yield opened


def keys_url(sandbox) -> str:
    return f"{sandbox.login_url}/common/discovery/v2.0/keys"


async def get(session, url: str) -> tuple[int, dict, str]:
    async with session.get(url) as response:
        return response.status, await response.json(), response.headers.get("Retry-After", "")


async def test_a_fault_strikes_as_often_as_asked_then_is_over(sandbox, session) -> None:
    sandbox.faults.add("/keys$", status=503, times=2)

    statuses = [(await get(session, keys_url(sandbox)))[0] for _ in range(3)]

    assert statuses == [503, 503, 200]
    assert sandbox.faults.hits["/keys$"] == 2
    assert sandbox.faults.answers == {("identity", 503): 2, ("identity", 200): 1}


async def test_graph_faults_are_shaped_as_graph_errors(sandbox, session) -> None:
    sandbox.faults.add(r"/v1\.0/users", status=429, retry_after=7)

    status, body, retry_after = await get(session, f"{sandbox.graph_url}/v1.0/users/x/messages")

    assert (status, retry_after) == (429, "7")
    assert body["error"]["code"] == "ApplicationThrottled"
    assert "request-id" in body["error"]["innerError"]


async def test_connector_faults_are_shaped_as_connector_errors(sandbox, session) -> None:
    sandbox.faults.add("^/teams/", status=403, code="ConversationBlockedByUser")

    status, body, _ = await get(session, f"{sandbox.connector_url}v3/conversations")

    assert status == 403
    assert body["error"]["code"] == "ConversationBlockedByUser"


async def test_sign_in_faults_are_shaped_as_entras(sandbox, session) -> None:
    sandbox.faults.add("/keys", status=500)

    _, body, _ = await get(session, keys_url(sandbox))

    assert body["error"] == "temporarily_unavailable"
    assert body["error_codes"] == [90033]


async def test_a_fault_minds_the_method_and_the_query(sandbox, session) -> None:
    sandbox.faults.add("/keys", method="post", status=500)
    sandbox.faults.add(r"\?page=2", status=410, body={"gone": True})

    assert (await get(session, keys_url(sandbox)))[0] == 200
    status, body, _ = await get(session, keys_url(sandbox) + "?page=2")
    assert (status, body) == (410, {"gone": True})


async def test_a_delay_without_a_status_lets_the_request_through(sandbox, session) -> None:
    sandbox.faults.add("/keys", hang=0.01)

    assert (await get(session, keys_url(sandbox)))[0] == 200


async def test_clearing_ends_a_fault_without_an_end(sandbox, session) -> None:
    sandbox.faults.add("/keys", status=503, times=None)
    first = (await get(session, keys_url(sandbox)))[0]

    sandbox.faults.clear()

    assert (first, (await get(session, keys_url(sandbox)))[0]) == (503, 200)


async def test_a_hanging_answer_ends_when_the_sandbox_does(sandbox: Sandbox, session) -> None:
    sandbox.faults.add("/keys", hang=3600)
    waiting = asyncio.create_task(get_status(session, keys_url(sandbox)))
    while not sandbox.faults.hits:  # noqa: ASYNC110 (there is no event for it)
        await asyncio.sleep(0.01)

    await sandbox.close()

    assert await waiting == 503


async def get_status(session, url: str) -> int:
    async with session.get(url) as response:
        return response.status


class TestControl:
    @pytest.fixture
    def order(self, sandbox, session):
        async def send(name: str, body, token: str = sandbox.control.token) -> int:
            url = f"{sandbox.control_url}/{name}"
            headers = {"Authorization": f"Bearer {token}"}
            async with session.post(url, json=body, headers=headers) as response:
                return response.status

        return send

    async def test_faults_are_added_cleared_and_counted(self, sandbox, session, order) -> None:
        headers = {"Authorization": f"Bearer {sandbox.control.token}"}
        assert await order("faults", {"path": "/keys", "status": 503, "times": None}) == 204
        assert (await get(session, keys_url(sandbox)))[0] == 503

        async with session.delete(f"{sandbox.control_url}/faults", headers=headers) as response:
            assert response.status == 204
        assert (await get(session, keys_url(sandbox)))[0] == 200
        async with session.get(f"{sandbox.control_url}/stats", headers=headers) as response:
            stats = await response.json()
        assert stats["hits"] == {"/keys": 1}
        assert stats["answers"]["identity 503"] == 1

    async def test_the_token_is_needed(self, sandbox, order, member) -> None:
        assert await order("revoke", {"user_id": member.id}, token="guess") == 401
        assert sandbox.ledger.session(member.id) == 0

    async def test_tokens_are_revoked(self, sandbox, order, member) -> None:
        assert await order("revoke", {"user_id": member.id}) == 204
        assert sandbox.ledger.session(member.id) == 1

    async def test_roles_are_assigned_after_the_delay(self, sandbox, order) -> None:
        role = {
            "client_id": CLIENT_ID,
            "role": "Application Mail.ReadBasic",
            "mailboxes": [HELP_MAILBOX],
        }
        assert await order("rbac-delay", {"seconds": 3600}) == 204
        assert await order("role-assignments", role) == 204
        assert sandbox.tenant.application_roles(CLIENT_ID, HELP_MAILBOX) == set()

    async def test_full_access_is_given_and_taken(self, sandbox, order, member) -> None:
        wish = {"user_id": member.id, "mailbox": HELP_MAILBOX, "granted": False}
        assert await order("full-access", wish) == 204
        assert member.full_access == set()
        assert await order("full-access", wish | {"granted": True}) == 204
        assert member.full_access == {HELP_MAILBOX}

    @pytest.mark.parametrize(
        ("name", "body"),
        [
            ("faults", {"path": "("}),
            ("faults", {"status": 503}),
            ("faults", ["path"]),
            ("revoke", {"user_id": "nobody"}),
            ("role-assignments", {}),
            ("rbac-delay", {"seconds": "soon"}),
        ],
    )
    async def test_a_bad_order_is_refused(self, order, name: str, body) -> None:
        assert await order(name, body) == 400
