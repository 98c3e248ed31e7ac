"""Graph's `$batch`: how up to twenty requests are put into one, and their answers told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from core.errors import GraphError
from core.graph.answers import error_of

BATCH_SIZE = 20


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A GET inside a batch; `path` is relative to v1.0 and may carry a query."""

    path: str
    prefer: str = ""


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """One item's answer; the status of the batch itself says nothing about it."""

    status: int
    body: dict[str, Any] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def throttled(self) -> bool:
        return self.status in (429, 503, 504)

    def as_response(self) -> httpx.Response:
        """The answer as if it had come alone, so that one table maps all errors."""
        content = orjson.dumps({"error": self.body.get("error")})
        return httpx.Response(self.status, headers=dict(self.headers), content=content)

    def error(self) -> GraphError:
        return error_of(self.as_response(), one_item=True)


def batch_body(items: Mapping[int, BatchItem]) -> dict[str, Any]:
    return {"requests": [_request(number, item) for number, item in items.items()]}


def _request(number: int, item: BatchItem) -> dict[str, Any]:
    request: dict[str, Any] = {"id": str(number), "method": "GET", "url": item.path}
    if item.prefer:
        request["headers"] = {"Prefer": item.prefer}
    return request


def read_batch(body: dict[str, Any], asked: Mapping[int, BatchItem]) -> dict[int, BatchAnswer]:
    """The answers by the numbers of their requests; GraphError if one is missing."""
    entries = body.get("responses")
    answers: dict[int, BatchAnswer] = {}
    for entry in entries if isinstance(entries, list) else ():
        number, answer = _read(entry)
        if answer is not None and number in asked:
            answers[number] = answer
    if answers.keys() != asked.keys():
        raise GraphError(200, "batch_incomplete")
    return answers


def _read(entry: object) -> tuple[int, BatchAnswer | None]:
    if not isinstance(entry, dict):
        return -1, None
    number, status = entry.get("id"), entry.get("status")
    if not isinstance(number, str) or not number.isascii() or not number.isdigit():
        return -1, None
    if type(status) is not int or not 100 <= status <= 599:
        return -1, None
    body, headers = entry.get("body"), entry.get("headers")
    return int(number[:6]), BatchAnswer(
        status,
        body if isinstance(body, dict) else {},
        {k: v for k, v in headers.items() if isinstance(v, str)}
        if isinstance(headers, dict)
        else {},
    )
