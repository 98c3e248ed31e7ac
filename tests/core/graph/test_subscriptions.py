from datetime import UTC, datetime, timedelta

import httpx
import orjson
import pytest

from core.errors import GraphError
from core.graph import subscriptions
from core.graph.subscriptions import Subscription, new_client_state

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MADE = httpx.Response(201, json={"id": "s1", "expirationDateTime": "2026-03-04T10:00:00.0000000Z"})


async def test_a_subscription_asks_for_immutable_ids_and_a_life_under_every_maximum(
    client, access, graph
):
    graph.answers = [MADE]

    made = await subscriptions.create(
        client,
        access,
        "inbox",
        notification_url="https://bot.example/n",
        lifecycle_url="https://bot.example/l",
        client_state="s" * 43,
        now=NOW,
    )

    assert made == Subscription("s1", datetime(2026, 3, 4, 10, tzinfo=UTC))
    assert orjson.loads(graph.requests[0].content) == {
        "changeType": "created,updated,deleted",
        "notificationUrl": "https://bot.example/n",
        "lifecycleNotificationUrl": "https://bot.example/l",
        "resource": "users/support@contoso.example/mailFolders/inbox/messages",
        "expirationDateTime": "2026-03-04T10:00:00Z",
        "clientState": "s" * 43,
        "latestSupportedTlsVersion": "v1_2",
    }
    assert graph.requests[0].headers["Prefer"] == 'IdType="ImmutableId"'


async def test_renewing_gives_a_full_life(client, access, graph):
    graph.answers = [MADE]

    await subscriptions.renew(client, access, "s1", now=NOW)

    request = graph.requests[0]
    assert (request.method, request.url.path) == ("PATCH", "/v1.0/subscriptions/s1")
    assert orjson.loads(request.content) == {"expirationDateTime": "2026-03-04T10:00:00Z"}


async def test_a_subscription_that_graph_dropped_is_told_apart_from_a_failure(
    client, access, graph
):
    graph.answers = [httpx.Response(404)]
    assert await subscriptions.renew(client, access, "s1", now=NOW) is None
    assert await subscriptions.reauthorize(client, access, "s1") is False
    await subscriptions.delete(client, access, "s1")

    graph.answers = [httpx.Response(500)]
    for call in (
        subscriptions.renew(client, access, "s1", now=NOW),
        subscriptions.reauthorize(client, access, "s1"),
        subscriptions.delete(client, access, "s1"),
    ):
        with pytest.raises(GraphError):
            await call


async def test_reauthorizing_posts_without_a_body(client, access, graph):
    graph.answers = [httpx.Response(202)]

    assert await subscriptions.reauthorize(client, access, "s1") is True

    assert graph.requests[0].url.path == "/v1.0/subscriptions/s1/reauthorize"
    assert graph.requests[0].content == b""


@pytest.mark.parametrize("body", [{}, {"id": "s1"}, {"id": 1, "expirationDateTime": "x"}])
async def test_an_answer_that_is_no_subscription_is_an_error(client, access, graph, body):
    graph.answers = [httpx.Response(200, json=body)]

    with pytest.raises(GraphError):
        await subscriptions.renew(client, access, "s1", now=NOW)


def test_it_is_renewed_half_way():
    subscription = Subscription("s1", NOW + timedelta(hours=70))

    assert subscription.renew_at(NOW) == NOW + timedelta(hours=35)


def test_client_states_differ_and_fit():
    states = {new_client_state() for _ in range(50)}

    assert len(states) == 50
    assert all(len(state) <= 128 for state in states)
