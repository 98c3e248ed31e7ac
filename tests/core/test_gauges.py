"""How an instance stands."""

from __future__ import annotations

from datetime import timedelta

from core.gauges import Gauges, read_gauges
from core.mailboxes.models import Mailbox, MailboxState
from core.outbox.models import OutboxMessage, OutboxState
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock


async def test_an_idle_instance_stands_at_nothing(any_database: str, clock: SettableClock) -> None:
    assert await read_gauges(clock()) == Gauges(0, 0, 0.0)


async def test_what_waits_what_is_dead_and_the_oldest_sync_are_told(
    any_database: str, vault: Vault, clock: SettableClock
) -> None:
    organization = await factories.organization(vault)
    for minutes, state in (
        (2, MailboxState.ACTIVE),
        (7, MailboxState.ACTIVE),
        (90, MailboxState.PAUSED),
    ):
        mailbox = await factories.mailbox(vault, organization, state=state)
        synced_at = clock() - timedelta(minutes=minutes)
        await Mailbox.filter(id=mailbox.id).update(synced_at=synced_at)
    for state in (OutboxState.DUE, OutboxState.DUE, OutboxState.DEAD, OutboxState.DONE):
        await OutboxMessage.create(
            organization_id=organization.id,
            kind="notice",
            order_key="member:1",
            state=state,
            due_at=clock(),
            created_at=clock(),
        )

    assert await read_gauges(clock()) == Gauges(2, 1, 420.0)
