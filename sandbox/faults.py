"""Faults on demand: a request that matches is refused, delayed or left hanging."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from core.clock import Clock
from sandbox.identity.errors import EntraError, error_body

CODES = {
    400: "BadRequest",
    401: "InvalidAuthenticationToken",
    403: "ErrorAccessDenied",
    404: "ErrorItemNotFound",
    409: "ErrorIrresolvableConflict",
    410: "syncStateNotFound",
    429: "ApplicationThrottled",
    500: "InternalServerError",
    502: "BadGateway",
    503: "serviceNotAvailable",
    504: "gatewayTimeout",
}
"""What Graph puts in `error.code` when a fault does not say."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Fault:
    path: re.Pattern[str]
    """Searched for in the path with its query, both decoded."""
    method: str | None = None
    status: int | None = None
    """None lets the request through, after `hang`."""
    retry_after: int | None = None
    """Seconds."""
    code: str | None = None
    hang: float | None = None
    """Seconds before anything is answered."""
    times: int | None = 1
    """How often still; None is for ever."""
    body: dict[str, object] | None = None
    afterwards: bool = False
    """The request has its effect first; only its answer is lost."""

    def matches(self, method: str, path: str) -> bool:
        return (
            self.times != 0 and self.method in (None, method) and self.path.search(path) is not None
        )


class Faults:
    """`hits` counts, by pattern, how often a fault struck; `answers` every (part, status) sent."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._faults: list[Fault] = []
        self._closing = asyncio.Event()
        self.hits: Counter[str] = Counter()
        self.answers: Counter[tuple[str, int]] = Counter()

    def add(
        self,
        path: str,
        *,
        method: str | None = None,
        status: int | None = None,
        retry_after: int | None = None,
        code: str | None = None,
        hang: float | None = None,
        times: int | None = 1,
        body: dict[str, object] | None = None,
        afterwards: bool = False,
    ) -> Fault:
        """Strike the next `times` requests whose path matches; see Fault for the rest."""
        pattern = re.compile(path)
        method = method.upper() if method else None
        fault = Fault(pattern, method, status, retry_after, code, hang, times, body, afterwards)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The first fault that strikes this request, counted down and up; also for $batch parts."""
        for fault in self._faults:
            if fault.matches(method, path):
                if fault.times is not None:
                    fault.times -= 1
                self.hits[fault.path.pattern] += 1
                return fault
        return None

    def close(self) -> None:
        """End all hanging answers."""
        self._closing.set()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        part = part_of(request.path)
        try:
            response = await self._answer(request, handler, part)
        except web.HTTPException as refusal:
            self.answers[part, refusal.status] += 1
            raise
        self.answers[part, response.status] += 1
        return response

    async def _answer(
        self, request: web.Request, handler: Handler, part: str
    ) -> web.StreamResponse:
        query = f"?{request.query_string}" if request.query_string else ""
        exempt = part == "control"
        fault = None if exempt else self.take(request.method, request.path + query)
        if fault is None:
            return await handler(request)
        if fault.hang and await self._ends_within(fault.hang):
            raise web.HTTPServiceUnavailable
        if fault.status is None or fault.afterwards:
            answer = await handler(request)
            if fault.status is None:
                return answer
        body = fault.body or self._body(fault, part, request)
        response = web.json_response(body, status=fault.status)
        if fault.retry_after is not None:
            response.headers["Retry-After"] = str(fault.retry_after)
        return response

    async def _ends_within(self, seconds: float) -> bool:
        """Hang; whether the sandbox was closed meanwhile."""
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _body(self, fault: Fault, part: str, request: web.Request) -> dict[str, object]:
        code = fault.code or CODES.get(fault.status or 0, "UnknownError")
        message = "A fault that was asked for."
        if part == "graph":
            inner = {
                "date": self._now().strftime("%Y-%m-%dT%H:%M:%S"),
                "request-id": str(uuid.uuid4()),
                "client-request-id": request.headers.get("client-request-id", ""),
            }
            return {"error": {"code": code, "message": message, "innerError": inner}}
        if part == "teams":
            return {"error": {"code": code, "message": message}}
        refusal = EntraError(90033, fault.code or "temporarily_unavailable", message)
        return error_body(refusal, self._now())


def part_of(path: str) -> str:
    """Which part of the sandbox a path belongs to."""
    first = path.lstrip("/").partition("/")[0]
    return {"v1.0": "graph", "teams": "teams", "_sandbox": "control"}.get(first, "identity")
