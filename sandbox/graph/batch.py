"""`$batch`: up to twenty requests in one, at most four of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.graph.protocol import GraphAnswer, Json, bad_request

LARGEST = 20
AT_ONCE = 4
_FAILED_DEPENDENCY: Json = {
    "error": {"code": "FailedDependency", "message": "A request it depends on has failed."}
}

Run = Callable[["BatchItem"], Awaitable[GraphAnswer]]


@dataclass(frozen=True, slots=True)
class BatchItem:
    id: str
    method: str
    url: str
    headers: dict[str, str]
    body: Any
    depends_on: tuple[str, ...]


async def run_batch(body: Json, run: Run) -> GraphAnswer:
    """Run every item once its dependencies have succeeded; 424 where one has not."""
    items = _read(body)
    done: dict[str, asyncio.Future[bool]] = {
        item.id: asyncio.get_running_loop().create_future() for item in items
    }
    slots = asyncio.Semaphore(AT_ONCE)
    responses: list[Json] = []

    async def one(item: BatchItem) -> None:
        fine = [await done[name] for name in item.depends_on]
        if all(fine):
            async with slots:
                answer = await run(item)
        else:
            answer = GraphAnswer(424, _FAILED_DEPENDENCY)
        responses.append(_response(item, answer))
        done[item.id].set_result(answer.status < 400)

    async with asyncio.TaskGroup() as tasks:
        for item in items:
            tasks.create_task(one(item))
    return GraphAnswer(body={"responses": responses})


def _read(body: Json) -> list[BatchItem]:
    requests = body.get("requests")
    if not isinstance(requests, list) or not requests:
        raise bad_request("Invalid batch payload format.")
    if len(requests) > LARGEST:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {LARGEST}.")
    items = [_item(one) for one in requests]
    ids: set[str] = set()
    for item in items:
        if item.id in ids:
            raise bad_request("Duplicate request id in the batch.")
        if not set(item.depends_on) <= ids:
            # Graph wants a dependency before what depends on it, so there are no circles.
            raise bad_request("Invalid dependsOn in the batch.")
        ids.add(item.id)
    return items


def _item(held: object) -> BatchItem:
    if not isinstance(held, dict):
        raise bad_request("Invalid batch payload format.")
    id_, method, url = (held.get(name) for name in ("id", "method", "url"))
    headers, depends_on = held.get("headers") or {}, held.get("dependsOn") or []
    if not all(isinstance(one, str) and one for one in (id_, method, url)):
        raise bad_request("Invalid batch payload format.")
    if not isinstance(headers, dict) or not isinstance(depends_on, list):
        raise bad_request("Invalid batch payload format.")
    names = {str(name).lower(): str(value) for name, value in headers.items()}
    body = held.get("body")
    if body is not None and "content-type" not in names:
        raise bad_request("Content-Type header is required for a request with a body.")
    return BatchItem(
        str(id_), str(method).upper(), str(url), names, body, tuple(map(str, depends_on))
    )


def _response(item: BatchItem, answer: GraphAnswer) -> Json:
    response: Json = {"id": item.id, "status": answer.status, "headers": dict(answer.headers)}
    if answer.body is not None:
        response["headers"]["Content-Type"] = "application/json"
        response["body"] = answer.body
    return response
