"""`/subscriptions`: made after a handshake, renewed, ended."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from core.clock import Clock
from sandbox.graph.access import Access, access_denied
from sandbox.graph.folders import open_folder
from sandbox.graph.notifications import Notifier, Subscription
from sandbox.graph.odata import read_moment
from sandbox.graph.protocol import (
    GraphAnswer,
    GraphFailure,
    GraphRequest,
    Json,
    Routes,
    bad_request,
    split_path,
)
from sandbox.graph.shapes import moment
from sandbox.mail.mailbox import Mailbox

LONGEST = timedelta(minutes=10_080)
SHORTEST = timedelta(minutes=45)
CLIENT_STATE_LIMIT = 128
PER_MAILBOX = 1_000
CHANGES = {"created", "updated", "deleted"}
_OWN_SCOPES = {"Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite"}


class SubscriptionsApi:
    def __init__(self, access: Access, notifier: Notifier, now: Clock) -> None:
        self._access = access
        self._notifier = notifier
        self._now = now

    def add_to(self, routes: Routes) -> None:
        routes.add("GET", "subscriptions", self.list)
        routes.add("POST", "subscriptions", self.create)
        routes.add("GET", "subscriptions/{id_}", self.get)
        routes.add("PATCH", "subscriptions/{id_}", self.renew)
        routes.add("DELETE", "subscriptions/{id_}", self.delete)
        routes.add("POST", "subscriptions/{id_}/reauthorize", self.reauthorize)

    async def list(self, request: GraphRequest) -> GraphAnswer:
        own = [one for one in self._notifier.active().values() if _owns(request, one)]
        return GraphAnswer(body={"value": [_json(one) for one in own]})

    async def create(self, request: GraphRequest) -> GraphAnswer:
        """Both URLs are called before this answers."""
        body = request.json_object()
        resource = _text(body, "resource")
        mailbox, folder = self._watched(request, resource)
        changes = frozenset(one.strip().lower() for one in _text(body, "changeType").split(","))
        if not changes <= CHANGES:
            raise _invalid("The changeType is not supported.")
        client_state = body.get("clientState")
        if client_state is not None and not isinstance(client_state, str):
            raise _invalid("The clientState must be a string.")
        if client_state and len(client_state) > CLIENT_STATE_LIMIT:
            raise _invalid("The clientState must not be longer than 128 characters.")
        lifecycle_url = body.get("lifecycleNotificationUrl")
        subscription = Subscription(
            id=str(uuid.uuid4()),
            client_id=request.caller.client_id,
            mailbox=mailbox.address,
            folder=folder,
            resource=resource,
            changes=changes,
            notification_url=_url(_text(body, "notificationUrl")),
            lifecycle_url=_url(lifecycle_url) if isinstance(lifecycle_url, str) else None,
            client_state=client_state,
            expires_at=self._expiration(body),
            immutable_ids=request.immutable_ids,
        )
        active = self._notifier.active().values()
        if sum(one.mailbox == mailbox.address for one in active) >= PER_MAILBOX:
            message = "The mailbox has the most subscriptions it can have."
            raise GraphFailure(403, "ExtensionError", message)
        await self._check_urls(subscription)
        self._notifier.add(subscription)
        return GraphAnswer(201, _json(subscription))

    async def get(self, request: GraphRequest, id_: str) -> GraphAnswer:
        return GraphAnswer(body=_json(self._own(request, id_)))

    async def renew(self, request: GraphRequest, id_: str) -> GraphAnswer:
        subscription = self._own(request, id_)
        self._watched(request, subscription.resource)
        subscription.expires_at = self._expiration(request.json_object())
        return GraphAnswer(body=_json(subscription))

    async def reauthorize(self, request: GraphRequest, id_: str) -> GraphAnswer:
        self._watched(request, self._own(request, id_).resource)
        return GraphAnswer()

    async def delete(self, request: GraphRequest, id_: str) -> GraphAnswer:
        self._notifier.remove(self._own(request, id_).id)
        return GraphAnswer(204)

    def _watched(self, request: GraphRequest, resource: str) -> tuple[Mailbox, int | None]:
        """The mailbox and folder of a resource. Raises a 403 under delegated `*.Shared` rights."""
        match split_path(resource):
            case ("me", *rest) if request.caller.user_id:
                name = request.caller.user_id
            case ("users", name, *rest):
                pass
            case _:
                raise _invalid("The resource is not supported.")
        box = self._access.open(request, name, "basic").mailbox
        caller = request.caller
        if caller.user_id and (caller.user_id != box.id or not _OWN_SCOPES & caller.scopes):
            raise access_denied()
        match [one.lower() for one in rest]:
            case ["messages"]:
                return box, None
            case ["mailfolders", _, "messages"]:
                return box, open_folder(box, rest[1]).number
        raise _invalid("The resource is not supported.")

    def _own(self, request: GraphRequest, id_: str) -> Subscription:
        subscription = self._notifier.active().get(id_)
        if subscription is None or not _owns(request, subscription):
            raise GraphFailure(404, "ResourceNotFound", "The object was not found.")
        return subscription

    def _expiration(self, body: Json) -> datetime:
        """As asked for; under 45 minutes is raised to 45."""
        wanted = read_moment(body.get("expirationDateTime"))
        now = self._now()
        if wanted is None or wanted <= now:
            raise _invalid("The expirationDateTime is missing or in the past.")
        if wanted > now + LONGEST:
            raise _invalid("Subscription expiration can only be 10080 minutes in the future.")
        return max(wanted, now + SHORTEST)

    async def _check_urls(self, subscription: Subscription) -> None:
        for url in (subscription.notification_url, subscription.lifecycle_url):
            wrong = await self._notifier.handshake(url) if url else None
            if wrong:
                raise bad_request(wrong, "ValidationError")


def _owns(request: GraphRequest, subscription: Subscription) -> bool:
    return subscription.client_id == request.caller.client_id


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise _invalid(f"The {name} is missing.")
    return value


def _url(text: str) -> str:
    """https; on this machine http will do, which the real service would refuse."""
    parts = urlsplit(text)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and here):
        raise _invalid("The notification URL must be https.")
    return text


def _invalid(message: str) -> GraphFailure:
    return bad_request(message, "InvalidRequest")


def _json(subscription: Subscription) -> Json:
    return {
        "id": subscription.id,
        "resource": subscription.resource,
        "applicationId": subscription.client_id,
        "changeType": ",".join(sorted(subscription.changes)),
        "clientState": None,
        "notificationUrl": subscription.notification_url,
        "lifecycleNotificationUrl": subscription.lifecycle_url,
        "expirationDateTime": moment(subscription.expires_at),
    }
