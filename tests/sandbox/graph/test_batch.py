"""`$batch`, and the limits on an app in a mailbox."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

BOX = "help@contoso.example"
pytestmark = pytest.mark.scenario


def item(id_: str, url: str = f"/users/{BOX}/mailFolders/inbox", **more: Any) -> dict[str, Any]:
    return {"id": id_, "method": "GET", "url": url, **more}


async def batch(graph: Any, *items: dict[str, Any]) -> dict[str, dict[str, Any]]:
    answer = await graph.call("POST", "/$batch", {"requests": list(items)})
    assert answer.status == 200, answer.body
    return {one["id"]: one for one in answer.body["responses"]}


async def test_each_part_has_its_own_status(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    found = await batch(
        graph, item("1"), item("2", f"/users/{BOX}/mailFolders/x"), item("3", "/me")
    )
    assert [found[id_]["status"] for id_ in "123"] == [200, 400, 400]
    assert found["2"]["body"]["error"]["code"] == "ErrorInvalidIdMalformed"


async def test_prefer_holds_for_its_part_alone(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    url = f"/users/{BOX}/messages/{graph.id(3)}?$select=id"
    found = await batch(
        graph, item("1", url), item("2", url, headers={"Prefer": 'IdType="ImmutableId"'})
    )
    assert found["1"]["body"]["id"] == graph.id(3, immutable=False)
    assert found["2"]["body"]["id"] == graph.id(3)


async def test_part_waits_for_its_dependency_and_fails_with_it(graph: Any) -> None:
    graph.grant("Mail.ReadWrite")
    json = {"Content-Type": "application/json"}
    found = await batch(
        graph,
        item("1", f"/users/{BOX}/mailFolders/x"),
        item("2", dependsOn=["1"]),
        {
            "id": "3",
            "method": "PATCH",
            "url": f"/users/{BOX}/messages/{graph.id(3)}",
            "headers": json,
            "body": {"categories": ["Ada"]},
        },
        item("4", f"/users/{BOX}/messages/{graph.id(3)}?$select=categories", dependsOn=["3"]),
    )
    assert (found["1"]["status"], found["2"]["status"]) == (400, 424)
    assert found["4"]["body"]["categories"] == ["Ada"]


@pytest.mark.parametrize(
    "requests",
    [
        [item(str(n)) for n in range(21)],
        [item("1"), item("1")],
        [item("1", dependsOn=["2"]), item("2")],
        [{"id": "1"}],
        [],
        "x",
        [item("1", body={})],
    ],
)
async def test_malformed_batch_is_400(graph: Any, requests: Any) -> None:
    assert (await graph.call("POST", "/$batch", {"requests": requests})).status == 400


async def test_a_part_can_be_struck_by_a_fault(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    graph.faults.strike(f"/v1.0/users/{BOX}/mailFolders/inbox", status=429, retry_after=7)
    found = await batch(graph, item("1"), item("2"))
    assert found["1"]["status"] == 429
    assert found["1"]["headers"]["Retry-After"] == "7"
    assert found["2"]["status"] == 200


async def test_twenty_parts_stay_within_four_at_once(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    found = await batch(graph, *(item(str(n)) for n in range(20)))
    assert {one["status"] for one in found.values()} == {200}
    assert graph.service.throttle.busiest == 4


async def test_fifth_request_at_once_is_told_to_wait(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    graph.service.latency = 0.2
    answers = await asyncio.gather(
        *(graph.get(f"/users/{BOX}/mailFolders/inbox") for _ in range(6))
    )
    refused = [one for one in answers if one.status == 429]
    assert len(refused) == graph.service.throttled == 2
    assert refused[0].error == "ApplicationThrottled"
    assert "MailboxConcurrency" in refused[0].body["error"]["message"]
    assert int(refused[0].headers["Retry-After"]) > 0


async def test_ten_thousand_requests_in_ten_minutes_are_enough(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    key = ("app-1", BOX)
    for _ in range(10_000):
        with graph.service.throttle.slot(key):
            graph.clock.at -= timedelta(seconds=1)
    answer = await graph.get(f"/users/{BOX}/mailFolders/inbox")
    assert answer.status == 429
    graph.clock.at += timedelta(minutes=10)
    assert (await graph.get(f"/users/{BOX}/mailFolders/inbox")).status == 200
