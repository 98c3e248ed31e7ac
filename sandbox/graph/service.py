"""Microsoft Graph v1.0 over HTTP: who calls, what for, and the shape of every answer."""

from __future__ import annotations

import asyncio
import json
import ssl
import uuid
from typing import Any, Protocol
from urllib.parse import unquote

from aiohttp import web

from core.clock import Clock
from sandbox.graph.access import Access
from sandbox.graph.batch import BatchItem, run_batch
from sandbox.graph.changing import ChangingApi
from sandbox.graph.delta import DeltaApi
from sandbox.graph.folders import FoldersApi
from sandbox.graph.mail_faults import MailFaults
from sandbox.graph.mailbox_extras import MailboxExtrasApi
from sandbox.graph.messages import MessagesApi
from sandbox.graph.notifications import Notifier
from sandbox.graph.protocol import (
    GraphAnswer,
    GraphFailure,
    GraphRequest,
    Routes,
    bad_request,
    split_path,
    split_url,
)
from sandbox.graph.sending import SendingApi
from sandbox.graph.subscriptions import SubscriptionsApi
from sandbox.graph.throttling import Throttle
from sandbox.graph.users import UsersApi
from sandbox.mail.store import MailStore
from sandbox.tenant import Caller, InvalidToken, Tenant

VERSION = "/v1.0"
_FAULT_CODES = {429: "ApplicationThrottled", 503: "serviceNotAvailable", 504: "gatewayTimeout"}


class Tokens(Protocol):
    def read_graph(self, authorization_header: str) -> Caller:
        """Raises InvalidToken."""


class StruckFault(Protocol):
    """A fault that strikes a request."""

    status: int | None
    retry_after: int | None
    code: str | None


class Faults(Protocol):
    def take(self, method: str, path: str) -> StruckFault | None:
        """The fault, if any, that strikes this part of a `$batch`."""


class GraphService:
    """`faults` strikes the parts of a `$batch`; whole requests are struck by its middleware.

    `mail_faults`, `notifier` and `access` hold what tests and demonstrations switch.
    `latency` is how long (in seconds) a request holds its place among the four that a
    mailbox allows at once.
    """

    def __init__(
        self,
        tenant: Tenant,
        tokens: Tokens,
        mail: MailStore,
        faults: Faults,
        now: Clock,
        *,
        notification_ssl: ssl.SSLContext | None = None,
    ) -> None:
        self._tokens = tokens
        self._mail = mail
        self._faults = faults
        self._now = now
        self.latency = 0.002
        self.mail_faults = MailFaults()
        self.access = Access(tenant, mail)
        self.notifier = Notifier(tenant.id, mail, now, ssl_context=notification_ssl)
        self.throttle = Throttle(now)
        self._routes = Routes()
        for api in (
            UsersApi(tenant, self.access, mail),
            DeltaApi(self.access, self.mail_faults),
            FoldersApi(self.access, mail),
            MessagesApi(self.access, self.mail_faults),
            ChangingApi(self.access, mail, self.mail_faults),
            SendingApi(self.access, mail),
            MailboxExtrasApi(self.access, mail),
            SubscriptionsApi(self.access, self.notifier, now),
        ):
            api.add_to(self._routes)
        self._routes.add("POST", "$batch", self._batch)

    @property
    def throttled(self) -> int:
        """How many requests the limits have refused."""
        return self.throttle.throttled

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", VERSION + "/{tail:.*}", self.handle)]

    async def start(self) -> None:
        await self.notifier.start()

    async def stop(self) -> None:
        await self.notifier.stop()

    async def handle(self, request: web.Request) -> web.Response:
        """One HTTP request, with Graph's headers and errors."""
        request_id = str(uuid.uuid4())
        client_request_id = request.headers.get("client-request-id", request_id)
        try:
            answer = await self._dispatch(await self._read(request))
        except GraphFailure as failure:
            answer = self._failed(failure, request_id, client_request_id)
        headers = {
            **answer.headers,
            "request-id": request_id,
            "client-request-id": client_request_id,
            "Cache-Control": "private",
        }
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        return web.json_response(answer.body, status=answer.status, headers=headers)

    async def _read(self, request: web.Request) -> GraphRequest:
        try:
            caller = self._tokens.read_graph(request.headers.get("Authorization", ""))
        except InvalidToken as reason:
            challenge = {"WWW-Authenticate": 'Bearer realm="", error="invalid_token"'}
            message = str(reason)
            raise GraphFailure(401, "InvalidAuthenticationToken", message, challenge) from None
        raw = await request.read()
        body: Any = None
        if raw and request.content_type == "application/json":
            try:
                body = json.loads(raw)
            except ValueError:
                raise bad_request("Unable to read JSON request payload.") from None
        path, query = split_url(request.rel_url.raw_path_qs)
        return self._request(
            caller,
            request.method,
            path.removeprefix(VERSION),
            query,
            {name.lower(): value for name, value in request.headers.items()},
            body,
            f"{request.scheme}://{request.host}{VERSION}",
        )

    def _request(
        self,
        caller: Caller,
        method: str,
        path: str,
        query: dict[str, str],
        headers: dict[str, str],
        body: Any,
        root: str,
    ) -> GraphRequest:
        segments = split_path(path)
        if segments[0].lower() == "me":
            if caller.user_id is None:
                raise bad_request("/me request is only valid with delegated authentication flow.")
            segments = ("users", caller.user_id, *segments[1:])
        return GraphRequest(method, path, segments, query, headers, body, caller, root)

    async def _dispatch(self, request: GraphRequest) -> GraphAnswer:
        handler, parameters = self._routes.find(request.method, request.segments)
        mailbox = self._mail.mailbox(parameters.get("mailbox", ""))
        if mailbox is None:
            return await handler(request, **parameters)
        with self.throttle.slot((request.caller.client_id, mailbox.address)):
            await asyncio.sleep(self.latency)
            return await handler(request, **parameters)

    async def _batch(self, request: GraphRequest) -> GraphAnswer:
        async def run(item: BatchItem) -> GraphAnswer:
            try:
                self._strike(item)
                path, query = split_url(item.url)
                part = self._request(
                    request.caller, item.method, path, query, item.headers, item.body, request.root
                )
                if part.segments == ("$batch",):
                    raise bad_request("A batch cannot hold a batch.")
                return await self._dispatch(part)
            except GraphFailure as failure:
                return self._failed(failure, str(uuid.uuid4()), "")

        return await run_batch(request.json_object(), run)

    def _strike(self, item: BatchItem) -> None:
        fault = self._faults.take(item.method, VERSION + "/" + unquote(item.url).lstrip("/"))
        if fault is None or fault.status is None:
            return
        code = fault.code or _FAULT_CODES.get(fault.status, "UnknownError")
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        raise GraphFailure(fault.status, code, "A fault that was asked for.", headers)

    def _failed(
        self, failure: GraphFailure, request_id: str, client_request_id: str
    ) -> GraphAnswer:
        inner = {
            "date": self._now().strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": client_request_id,
        }
        error = {"code": failure.code, "message": failure.message, "innerError": inner}
        return GraphAnswer(failure.status, {"error": error}, failure.headers)
