"""Subscriptions and the notifications that are really posted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

BOX = "help@contoso.example"
pytestmark = pytest.mark.scenario


class Listener:
    """A client's notification URL."""

    def __init__(self) -> None:
        self.url = ""
        self.echo = True
        self.statuses: list[int] = []
        self.posts: list[list[dict[str, Any]]] = []

    @property
    def notes(self) -> list[dict[str, Any]]:
        return [note for post in self.posts for note in post]

    async def handle(self, request: web.Request) -> web.Response:
        token = request.query.get("validationToken")
        if token is not None:
            return web.Response(text=token if self.echo else "no")
        status = self.statuses.pop(0) if self.statuses else 202
        if status < 300:
            self.posts.append((await request.json())["value"])
        return web.Response(status=status)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    found = Listener()
    app = web.Application()
    app.router.add_post("/notify", found.handle)
    async with TestServer(app) as server:
        found.url = str(server.make_url("/notify"))
        yield found


def wish(graph: Any, listener: Listener, **changes: Any) -> dict[str, Any]:
    return {
        "changeType": "created,updated,deleted",
        "notificationUrl": listener.url,
        "lifecycleNotificationUrl": listener.url,
        "resource": f"users/{BOX}/mailFolders('inbox')/messages",
        "expirationDateTime": (graph.clock.at + timedelta(days=2)).isoformat(),
        "clientState": "secret",
        **changes,
    }


async def subscribe(graph: Any, listener: Listener, **changes: Any) -> dict[str, Any]:
    graph.grant("Mail.ReadBasic")
    answer = await graph.call("POST", "/subscriptions", wish(graph, listener, **changes))
    assert answer.status == 201, answer.body
    return dict(answer.body)


async def test_changes_are_told_in_one_post(graph: Any, listener: Listener) -> None:
    subscription = await subscribe(graph, listener)
    graph.store.deliver_held(BOX, 2)
    graph.store.categorize(BOX, 3, "Blue")
    graph.store.move(BOX, 4, "archive")
    await graph.service.notifier.settle()
    [post] = listener.posts
    assert [note["changeType"] for note in post] == ["created", "created", "updated", "deleted"]
    note = post[2]
    assert note["resourceData"]["id"] == graph.id(3)
    assert (note["subscriptionId"], note["clientState"], note["tenantId"]) == (
        subscription["id"],
        "secret",
        "tenant-1",
    )
    assert graph.service.notifier.delivered == 4


async def test_refused_notifications_come_again(graph: Any, listener: Listener) -> None:
    await subscribe(graph, listener)
    listener.statuses = [503, 500]
    graph.store.deliver_held(BOX, 1)
    await graph.service.notifier.settle()
    assert len(listener.notes) == 1
    assert graph.service.notifier.failed == 2


async def test_duplicates_can_be_switched_on(graph: Any, listener: Listener) -> None:
    await subscribe(graph, listener)
    graph.service.notifier.duplicates = True
    graph.store.deliver_held(BOX, 1)
    await graph.service.notifier.settle()
    assert listener.notes[0] == listener.notes[1]


async def test_lifecycle_events_are_told_on_demand(graph: Any, listener: Listener) -> None:
    subscription = await subscribe(graph, listener)
    notifier = graph.service.notifier
    for event in ("missed", "reauthorizationRequired", "subscriptionRemoved"):
        assert notifier.tell_lifecycle(event) == 1
    await notifier.settle()
    assert [note["lifecycleEvent"] for note in listener.notes] == [
        "missed",
        "reauthorizationRequired",
        "subscriptionRemoved",
    ]
    assert (await graph.get(f"/subscriptions/{subscription['id']}")).status == 404


async def test_no_subscription_without_the_echo(graph: Any, listener: Listener) -> None:
    graph.grant("Mail.ReadBasic")
    listener.echo = False
    answer = await graph.call("POST", "/subscriptions", wish(graph, listener))
    assert answer.error == "ValidationError"
    assert (await graph.get("/subscriptions")).body["value"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"clientState": "x" * 129},
        {"changeType": "moved"},
        {"resource": f"users/{BOX}/events"},
        {"notificationUrl": "http://bot.example/notify"},
        {"expirationDateTime": "2020-01-01T00:00:00Z"},
        {"expirationDateTime": "2026-04-01T00:00:00Z"},
        {"expirationDateTime": "soon"},
    ],
)
async def test_bad_subscription_is_refused(
    graph: Any, listener: Listener, changes: dict[str, str]
) -> None:
    graph.grant("Mail.ReadBasic")
    answer = await graph.call("POST", "/subscriptions", wish(graph, listener, **changes))
    assert (answer.status, answer.error) == (400, "InvalidRequest")


async def test_short_life_is_raised_to_45_minutes_and_renewed(
    graph: Any, listener: Listener
) -> None:
    soon = (graph.clock.at + timedelta(minutes=5)).isoformat()
    subscription = await subscribe(graph, listener, expirationDateTime=soon)
    path = f"/subscriptions/{subscription['id']}"
    graph.clock.at += timedelta(minutes=30)
    later = (graph.clock.at + timedelta(days=6)).isoformat()
    renewed = await graph.call("PATCH", path, {"expirationDateTime": later})
    assert renewed.body["expirationDateTime"] > subscription["expirationDateTime"]
    assert (await graph.call("POST", f"{path}/reauthorize")).status == 200
    graph.clock.at += timedelta(days=7)
    assert (await graph.call("PATCH", path, {"expirationDateTime": later})).status == 404


async def test_expired_and_deleted_subscriptions_hear_nothing(
    graph: Any, listener: Listener
) -> None:
    first = await subscribe(graph, listener)
    assert (await graph.call("DELETE", f"/subscriptions/{first['id']}")).status == 204
    await subscribe(graph, listener)
    graph.clock.at += timedelta(days=3)
    graph.store.deliver_held(BOX, 1)
    await graph.service.notifier.settle()
    assert listener.posts == []


async def test_shared_scopes_cannot_subscribe(graph: Any, listener: Listener) -> None:
    body = wish(graph, listener)
    token = "ada:Mail.Read.Shared,Mail.ReadBasic"
    answer = await graph.call("POST", "/subscriptions", body, token=token)
    assert answer.error == "ErrorAccessDenied"
    own = {**body, "resource": "me/mailFolders('inbox')/messages"}
    assert (await graph.call("POST", "/subscriptions", own, token=token)).status == 201
    shared_only = await graph.call("POST", "/subscriptions", own, token="ada:Mail.Read.Shared")
    assert shared_only.error == "ErrorAccessDenied"
