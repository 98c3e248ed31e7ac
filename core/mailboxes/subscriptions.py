"""Change notifications of mailboxes: subscriptions kept alive, and what Graph posts taken in.

Notifications only make a sync come sooner. Mailboxes are synced by the clock as well, so one
whose subscriptions cannot be made, or whose notifications are lost, is late and loses nothing.
Only application grants can subscribe to a shared mailbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

from core.clock import Clock
from core.errors import ExternalError, GraphAuthFailed
from core.graph import subscriptions as graph
from core.graph.access import MailboxAccess
from core.graph.client import GraphClient
from core.graph.notifications import (
    Expected,
    Hint,
    Lifecycle,
    LifecycleEvent,
    believed,
    parse_notifications,
)
from core.keyring import CannotOpen
from core.log import get_logger
from core.mailboxes.models import Folder, Grant, GrantKind, Mailbox, MailboxState, Subscription
from core.mailboxes.pace import Pace
from core.ports import JobQueue
from core.sealing import Vault
from core.transactions import refuse_inside_transaction

log = get_logger(__name__)

RENEWAL = "subscriptions"
"""Lock of the jobs that make, renew and end subscriptions: never two at once."""


class Accesses(Protocol):
    async def for_mailbox(self, mailbox_id: int) -> MailboxAccess:
        """Raises GraphAuthFailed where nobody's consent opens it."""
        ...

    async def as_application(self, mailbox_id: int) -> MailboxAccess:
        """The way in without a mailbox, for ending what the application left at Graph."""
        ...


class Subscriptions:
    """One subscription to each followed folder. All but `receive` run as jobs under RENEWAL."""

    def __init__(
        self,
        client: GraphClient,
        accesses: Accesses,
        vault: Vault,
        now: Clock,
        *,
        jobs: JobQueue,
        notification_url: str,
    ) -> None:
        """`notification_url` is where Graph posts both to, notifications and lifecycle events."""
        self._client = client
        self._accesses = accesses
        self._ring = vault.ring
        self._jobs = jobs
        self._now = now
        self._notification_url = notification_url
        self._pace = Pace()

    async def receive(self, body: bytes) -> None:
        """Take in a POST of Graph, without asking Graph anything: it waits for the answer.

        What is not believed is passed over. Raises InvalidInput("body") for no such POST.
        """
        notifications = parse_notifications(body)
        rows = await Subscription.filter(
            graph_id__in={one.subscription_id for one in notifications},
            folder__mailbox__state=MailboxState.ACTIVE,
        ).select_related("folder__mailbox__organization")
        known = {row.graph_id: row for row in rows}
        expected = {row.graph_id: found for row in rows if (found := self._expected(row))}
        news = believed(notifications, expected.get)
        await self._hurry(
            known[event.subscription_id].id
            for event in news
            if isinstance(event, LifecycleEvent) and event.event is not Lifecycle.MISSED
        )
        changed = {
            known[event.subscription_id].folder.mailbox_id
            for event in news
            if isinstance(event, Hint) or event.event is not Lifecycle.REAUTHORIZE
        }
        for mailbox_id in sorted(changed):
            await self._sync(mailbox_id)

    async def ensure(self, mailbox_id: int) -> bool:
        """Subscribe to every followed folder that is not, and end what is no longer wanted.

        False where it failed or cannot be: the mailbox is then synced by the clock alone.
        """
        if not await _can_subscribe(mailbox_id):
            return False
        rows = await Subscription.filter(folder__mailbox_id=mailbox_id).select_related("folder")
        wanted = await Folder.filter(mailbox_id=mailbox_id, followed=True, gone_at=None)
        ids = {folder.id for folder in wanted}
        has = {row.folder_id for row in rows}
        try:
            access = await self._accesses.for_mailbox(mailbox_id)
            for row in rows:
                if row.folder_id not in ids:
                    await self._end(access, row)
            for folder in wanted:
                if folder.id not in has:
                    await self._create(access, folder)
        except ExternalError as error:
            _failed(mailbox_id, error)
            return False
        return True

    async def renew_due(self) -> None:
        """Renew at half life, replace what Graph has dropped, make what is missing."""
        due = await Subscription.filter(
            renew_at__lte=self._now(),
            folder__mailbox__state=MailboxState.ACTIVE,
            folder__followed=True,
            folder__gone_at=None,
        ).select_related("folder")
        for row in due:
            try:
                await self._renew(row)
            except ExternalError as error:
                _failed(row.folder.mailbox_id, error)
        for mailbox_id in await _incomplete():
            await self.ensure(mailbox_id)

    async def drop(self, mailbox_id: int) -> None:
        """End all of a mailbox that was left. Raises ExternalError for the job to try again.

        Where the tenant lets us in no more, they end by themselves within three days, and
        what they still send is passed over.
        """
        rows = await Subscription.filter(folder__mailbox_id=mailbox_id)
        if not rows:
            return
        access = await self._accesses.as_application(mailbox_id)
        for row in rows:
            with suppress(GraphAuthFailed):
                await graph.delete(self._client, access, row.graph_id)
            await row.delete()

    def _expected(self, row: Subscription) -> Expected | None:
        try:
            secret = self._ring.decrypt_token(bytes(row.sealed_client_state))
        except CannotOpen:
            return None
        return Expected(row.folder.mailbox.organization.tenant_id, secret)

    async def _hurry(self, subscription_ids: Iterable[int]) -> None:
        """Have these renewed now; renewing also authorizes anew, and finds out what is gone."""
        ids = list(subscription_ids)
        if ids:
            await Subscription.filter(id__in=ids).update(renew_at=self._now())
            await self._jobs.defer("renew_subscriptions", lock=RENEWAL, queueing_lock=RENEWAL)

    async def _sync(self, mailbox_id: int) -> None:
        await self._jobs.defer(
            "sync_mailbox",
            {"mailbox_id": mailbox_id},
            lock=f"mailbox:{mailbox_id}",
            queueing_lock=f"sync:{mailbox_id}",
            due_at=self._pace.start_of(mailbox_id, self._now()),
        )

    async def _renew(self, row: Subscription) -> None:
        access = await self._accesses.for_mailbox(row.folder.mailbox_id)
        now = self._now()
        renewed = await graph.renew(self._client, access, row.graph_id, now=now)
        if renewed is None:
            if await Subscription.filter(id=row.id).delete():
                await self._create(access, row.folder)
            return
        await Subscription.filter(id=row.id).update(
            expires_at=renewed.expires_at, renew_at=renewed.renew_at(now)
        )

    async def _create(self, access: MailboxAccess, folder: Folder) -> None:
        """The row is saved as soon as Graph has answered; a sync follows for what was missed."""
        refuse_inside_transaction()
        now, secret = self._now(), graph.new_client_state()
        made = await graph.create(
            self._client,
            access,
            folder.graph_id,
            notification_url=self._notification_url,
            lifecycle_url=self._notification_url,
            client_state=secret,
            now=now,
        )
        row = await Subscription.create(
            folder_id=folder.id,
            graph_id=made.id,
            sealed_client_state=self._ring.encrypt_token(secret),
            expires_at=made.expires_at,
            renew_at=made.renew_at(now),
        )
        if await _is_wanted(row, folder.mailbox_id):
            await self._sync(folder.mailbox_id)
        else:
            await self._end(access, row)

    async def _end(self, access: MailboxAccess, row: Subscription) -> None:
        await graph.delete(self._client, access, row.graph_id)
        await row.delete()


async def _can_subscribe(mailbox_id: int) -> bool:
    given = Grant.filter(mailbox_id=mailbox_id, revoked_at=None, granted_at__isnull=False)
    grant = await given.order_by("-id").first()
    active = await Mailbox.exists(id=mailbox_id, state=MailboxState.ACTIVE)
    return active and grant is not None and grant.kind is GrantKind.APPLICATION


async def _is_wanted(row: Subscription, mailbox_id: int) -> bool:
    """False if the mailbox was stopped, or another job was first, while Graph answered."""
    first = await Subscription.filter(folder_id=row.folder_id).order_by("id").first()
    active = await Mailbox.exists(id=mailbox_id, state=MailboxState.ACTIVE)
    return active and first is not None and first.id == row.id


async def _incomplete() -> list[int]:
    """Active mailboxes that have a followed folder without a subscription."""
    folders = await Folder.filter(
        followed=True,
        gone_at=None,
        mailbox__state=MailboxState.ACTIVE,
        subscriptions__id__isnull=True,
    ).values_list("mailbox_id", flat=True)
    return sorted({int(str(mailbox_id)) for mailbox_id in folders})


def _failed(mailbox_id: int, error: ExternalError) -> None:
    log.warning("subscription failed", mailbox_id=mailbox_id, error=type(error).__name__)
