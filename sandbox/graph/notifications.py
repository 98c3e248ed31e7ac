"""Change notifications: which subscription hears of what, and the POSTs that tell."""

from __future__ import annotations

import asyncio
import ssl
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from core.clock import Clock
from sandbox.graph.protocol import Json
from sandbox.graph.shapes import moment
from sandbox.mail.operations import MailEvent
from sandbox.mail.store import MailStore

BATCH_SECONDS = 0.05
"""How long changes are gathered before they are told in one POST."""
LARGEST_BATCH = 100
ANSWER_SECONDS = 10.0
RETRY_SECONDS = (0.2, 0.5, 1, 2, 5, 15, 60, 300, 900, 3_600)
"""Waits between attempts; the real service goes on for 4 hours."""
LIFECYCLE_EVENTS = ("reauthorizationRequired", "subscriptionRemoved", "missed")


@dataclass(slots=True)
class Subscription:
    id: str
    client_id: str
    mailbox: str
    folder: int | None
    """None: every folder of the mailbox."""
    resource: str
    changes: frozenset[str]
    notification_url: str
    lifecycle_url: str | None
    client_state: str | None
    expires_at: datetime
    immutable_ids: bool

    def hears(self, event: MailEvent) -> bool:
        return (
            event.mailbox == self.mailbox
            and self.folder in (None, event.folder)
            and event.change in self.changes
        )


class Notifier:
    """Keeps the subscriptions and posts to them. `start` and `stop` enclose its connections.

    `delivered` counts notifications answered by 2xx, `failed` attempts that were not, `lost`
    notifications given up; with `duplicates` on, each is told twice.
    """

    def __init__(
        self,
        tenant_id: str,
        mail: MailStore,
        now: Clock,
        *,
        ssl_context: ssl.SSLContext | None = None,
        retry_seconds: Iterable[float] = RETRY_SECONDS,
    ) -> None:
        self._tenant_id = tenant_id
        self._mail = mail
        self._now = now
        self._ssl = ssl_context
        self._retry_seconds = tuple(retry_seconds)
        self._session: aiohttp.ClientSession | None = None
        self._waiting: dict[str, list[Json]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._subscriptions: dict[str, Subscription] = {}
        self.duplicates = False
        self.delivered = 0
        self.failed = 0
        self.lost = 0
        mail.listen(self.hear)

    async def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        connector = aiohttp.TCPConnector(ssl=self._ssl or True)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def active(self) -> dict[str, Subscription]:
        """By id; what has expired is gone without a word."""
        now = self._now()
        self._subscriptions = {
            id_: one for id_, one in self._subscriptions.items() if one.expires_at > now
        }
        return self._subscriptions

    def add(self, subscription: Subscription) -> None:
        self._subscriptions[subscription.id] = subscription

    def remove(self, id_: str) -> None:
        self._subscriptions.pop(id_, None)

    def hear(self, event: MailEvent) -> None:
        """A mailbox changed: tell whoever subscribed."""
        for subscription in list(self.active().values()):
            if subscription.hears(event):
                note = self._note(subscription, event)
                for _ in range(2 if self.duplicates else 1):
                    self._queue(subscription.notification_url, note)

    def tell_lifecycle(self, event: str, id_: str | None = None) -> int:
        """Tell a lifecycle event of one or of all subscriptions; returns of how many.

        After `subscriptionRemoved` the subscription is gone.
        """
        if event not in LIFECYCLE_EVENTS:
            raise ValueError("not a lifecycle event")
        told = 0
        for subscription in list(self.active().values()):
            if id_ not in (None, subscription.id) or subscription.lifecycle_url is None:
                continue
            note = {**self._common(subscription), "lifecycleEvent": event}
            self._queue(subscription.lifecycle_url, note)
            told += 1
            if event == "subscriptionRemoved":
                self.remove(subscription.id)
        return told

    async def handshake(self, url: str) -> str | None:
        """Ask a URL to echo a token; returns what is wrong with the answer, None if nothing."""
        token = (
            "Validation: Testing client application reachability for subscription"
            f" Request-Id: {uuid.uuid4()}"
        )
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        try:
            async with self._client().post(
                url, params={"validationToken": token}, headers=headers, allow_redirects=False
            ) as answer:
                text = await answer.text()
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as error:
            return f"Subscription validation request failed: {type(error).__name__}."
        if answer.status != 200:
            return f"Subscription validation request failed. HTTP status code is {answer.status}."
        if answer.content_type != "text/plain" or text != token:
            return (
                "Subscription validation request failed. Response must exactly match"
                " validationToken query parameter."
            )
        return None

    async def settle(self) -> None:
        """Wait until everything told so far has been delivered or given up."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    def _note(self, subscription: Subscription, event: MailEvent) -> Json:
        mailbox = self._mail.mailboxes[event.mailbox]
        id_ = mailbox.id_of(event.number, event.generation, immutable=subscription.immutable_ids)
        resource = f"Users/{mailbox.id}/Messages/{id_}"
        data = {
            "@odata.type": "#Microsoft.Graph.Message",
            "@odata.id": resource,
            "id": id_,
        }
        message = mailbox.messages.get(event.number)
        if message is not None:
            data["@odata.etag"] = f'W/"{mailbox.change_key(message)}"'
        return {
            **self._common(subscription),
            "changeType": event.change,
            "resource": resource,
            "resourceData": data,
        }

    def _common(self, subscription: Subscription) -> Json:
        return {
            "subscriptionId": subscription.id,
            "subscriptionExpirationDateTime": moment(subscription.expires_at),
            "clientState": subscription.client_state,
            "tenantId": self._tenant_id,
        }

    def _queue(self, url: str, note: Json) -> None:
        if url not in self._waiting:
            self._waiting[url] = []
            task = asyncio.get_running_loop().create_task(self._flush(url))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._waiting[url].append(note)

    async def _flush(self, url: str) -> None:
        await asyncio.sleep(BATCH_SECONDS)
        notes = self._waiting.pop(url)
        for start in range(0, len(notes), LARGEST_BATCH):
            await self._deliver(url, notes[start : start + LARGEST_BATCH])

    async def _deliver(self, url: str, notes: list[Json]) -> None:
        for wait in (*self._retry_seconds, None):
            if await self._post(url, {"value": notes}):
                self.delivered += len(notes)
                return
            self.failed += 1
            if wait is not None:
                await asyncio.sleep(wait)
        self.lost += len(notes)

    async def _post(self, url: str, body: Json) -> bool:
        try:
            async with self._client().post(url, json=body, allow_redirects=False) as answer:
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the notifier is not started")
        return self._session
