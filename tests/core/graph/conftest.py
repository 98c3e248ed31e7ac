"""A Graph that answers from a script, and the real client in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import settings

from core.graph.access import MailboxAccess, Right
from core.graph.client import GraphClient
from core.graph.http import make_http
from core.graph.retry import GraphRetry
from core.outgoing import AllowedHosts

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class ScriptedGraph:
    """Answers requests in turn from `answers`, the last one for ever; keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: list[Answer] = []
        self.slept: list[float] = []
        self.tokens: list[str | None] = []
        """What the token source was told had been refused, call by call."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return httpx.Response(
                answer.status_code, headers=answer.headers, content=answer.content
            )
        return answer(request)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def token(self, refused: str | None = None) -> str:
        self.tokens.append(refused)
        return f"token-{len(self.tokens)}"


@pytest.fixture
def graph() -> ScriptedGraph:
    return ScriptedGraph()


@pytest.fixture
async def client(graph: ScriptedGraph) -> AsyncIterator[GraphClient]:
    retry = GraphRetry(sleep=graph.sleep, backoff_jitter=0.0)
    network = httpx.MockTransport(graph)
    async with make_http(AllowedHosts(), retry=retry, transport=network) as http:
        yield GraphClient(http, retry=retry)


@pytest.fixture
def access(graph: ScriptedGraph) -> MailboxAccess:
    return MailboxAccess("support@contoso.example", graph.token, frozenset(Right))
