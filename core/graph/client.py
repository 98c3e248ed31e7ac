"""Requests to Microsoft Graph: token, place in the queue, links checked, errors translated."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any
from urllib.parse import quote

import httpx

from core.errors import GraphError
from core.graph.access import TokenSource
from core.graph.answers import decode_object, error_of, throttled
from core.graph.batch import BATCH_SIZE, BatchAnswer, BatchItem, batch_body, read_batch
from core.graph.bounded import read_bounded
from core.graph.retry import GraphRetry
from core.graph.slots import AT_ONCE, MailboxSlots
from core.outgoing import HostNotAllowed
from core.transactions import refuse_inside_transaction

GRAPH_URL = "https://graph.microsoft.com"

IMMUTABLE_IDS = 'IdType="ImmutableId"'
"""Prefer: ids that stay the same when a message moves. Holds for one request only."""

PATIENCE = 180.0
"""Seconds after which a call is given up, waits and attempts together."""

Json = dict[str, Any]


def path(*segments: str) -> str:
    """Join path segments, each quoted whole: an id may hold a slash."""
    if any(segment in ("", ".", "..") for segment in segments):
        raise GraphError(0, "unusable_id")
    return "/" + "/".join(quote(segment, safe="@", errors="replace") for segment in segments)


class GraphClient:
    """Graph v1.0 over one pooled client (`core.graph.http.make_http`).

    Raises GraphError and its kinds; a lost connection is a GraphError with status 0.
    `mailbox` names whose queue a request waits in; `one_item` says that a refusal speaks of
    one message and not of the grant.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        graph_url: str = GRAPH_URL,
        *,
        at_once: int = AT_ONCE,
        retry: GraphRetry | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._http = http
        self._base = httpx.URL(graph_url)
        self._root = graph_url.rstrip("/") + "/v1.0"
        self._slots = MailboxSlots(at_once)
        self._retry = retry or GraphRetry()
        self._patience = patience

    async def get(
        self,
        path_or_link: str,
        *,
        token: TokenSource,
        mailbox: str | None = None,
        params: Mapping[str, str] | None = None,
        prefer: Sequence[str] = (),
        one_item: bool = False,
        most_bytes: int | None = None,
    ) -> Json:
        """`path_or_link` is a path under v1.0, or a link Graph has given, followed as it is.

        A link to anywhere but Graph raises HostNotAllowed before the token leaves. An answer
        of over `most_bytes` is broken off with GraphError("answer_too_long").
        """
        request = self._request("GET", path_or_link, params=params, prefer=prefer)
        return decode_object(
            await self._send(request, token, mailbox, one_item=one_item, most_bytes=most_bytes)
        )

    async def post(
        self,
        path: str,
        *,
        token: TokenSource,
        json: Json | None = None,
        mailbox: str | None = None,
        prefer: Sequence[str] = (),
        one_item: bool = False,
        changes_nothing: bool = False,
    ) -> Json:
        """Never repeated, unless it `changes_nothing` on the server."""
        retry = self._retry.with_posts() if changes_nothing else None
        request = self._request("POST", path, json=json, prefer=prefer, retry=retry)
        return decode_object(await self._send(request, token, mailbox, one_item=one_item))

    async def patch(
        self,
        path: str,
        *,
        token: TokenSource,
        json: Json,
        mailbox: str | None = None,
        prefer: Sequence[str] = (),
        one_item: bool = False,
    ) -> Json:
        request = self._request("PATCH", path, json=json, prefer=prefer)
        return decode_object(await self._send(request, token, mailbox, one_item=one_item))

    async def delete(
        self, path: str, *, token: TokenSource, mailbox: str | None = None, one_item: bool = False
    ) -> None:
        await self._send(self._request("DELETE", path), token, mailbox, one_item=one_item)

    async def batch(
        self, items: Sequence[BatchItem], *, token: TokenSource, mailbox: str
    ) -> list[BatchAnswer]:
        """Read many things of one mailbox, twenty a request; answers are in the items' order.

        Throttled items, and they alone, are asked again within the wait of one call; beyond
        it GraphThrottled is raised. Other refusals are for the caller to look at.
        """
        answers: dict[int, BatchAnswer] = {}
        for start in range(0, len(items), BATCH_SIZE):
            part = dict(enumerate(items[start : start + BATCH_SIZE], start))
            answers.update(await self._batch(part, token, mailbox))
        return [answers[number] for number in range(len(items))]

    async def _batch(
        self, items: dict[int, BatchItem], token: TokenSource, mailbox: str
    ) -> dict[int, BatchAnswer]:
        answers: dict[int, BatchAnswer] = {}
        retry = self._retry
        while True:
            again = retry.with_posts()
            request = self._request("POST", "/$batch", json=batch_body(items), retry=again)
            response = await self._send(request, token, mailbox, slots=len(items))
            answers.update(read_batch(decode_object(response), items))
            items = {number: item for number, item in items.items() if answers[number].throttled}
            if not items:
                return answers
            slowest = max((answers[number].as_response() for number in items), key=retry.wait_for)
            if retry.is_exhausted():
                raise throttled(slowest)
            retry = retry.increment()
            await retry.asleep(slowest)

    def _request(
        self,
        method: str,
        path_or_link: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Json | None = None,
        prefer: Sequence[str] = (),
        retry: GraphRetry | None = None,
    ) -> httpx.Request:
        return self._http.build_request(
            method,
            self._url(path_or_link),
            params=params,
            json=json,
            headers={"Prefer": ", ".join(prefer)} if prefer else None,
            extensions={"retry": retry} if retry else None,
        )

    def _url(self, path_or_link: str) -> httpx.URL:
        is_path = path_or_link.startswith("/")
        try:
            link = httpx.URL(self._root + path_or_link if is_path else path_or_link)
        except httpx.InvalidURL:
            raise GraphError(0, "unusable_link") from None
        here = (self._base.scheme, self._base.host, self._base.port)
        if (link.scheme, link.host, link.port) != here or link.userinfo:
            raise HostNotAllowed
        return link

    async def _send(
        self,
        request: httpx.Request,
        token: TokenSource,
        mailbox: str | None,
        *,
        one_item: bool = False,
        slots: int = 1,
        most_bytes: int | None = None,
    ) -> httpx.Response:
        refuse_inside_transaction()
        bearer = await token()
        try:
            async with asyncio.timeout(self._patience):
                response = await self._attempt(request, bearer, mailbox, slots, most_bytes)
                if response.status_code == 401:
                    bearer = await token(refused=bearer)
                    response = await self._attempt(request, bearer, mailbox, slots, most_bytes)
        except TimeoutError:
            raise GraphError(0, "timeout") from None
        except httpx.RequestError as error:
            raise GraphError(0, type(error).__name__) from None
        if response.is_success:
            return response
        raise error_of(response, one_item=one_item)

    async def _attempt(
        self,
        request: httpx.Request,
        bearer: str,
        mailbox: str | None,
        slots: int,
        most_bytes: int | None,
    ) -> httpx.Response:
        place: AbstractAsyncContextManager[None] = nullcontext()
        if mailbox is not None:
            place = self._slots.of(mailbox).take(slots)
        async with place:
            request.headers["Authorization"] = f"Bearer {bearer}"
            if most_bytes is None:
                return await self._http.send(request)
            return await read_bounded(await self._http.send(request, stream=True), most_bytes)
