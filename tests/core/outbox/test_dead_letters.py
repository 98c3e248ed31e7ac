"""What an admin sees of what could not be told, and does about it."""

from __future__ import annotations

import pytest
import pytest_asyncio

from core.audit.models import AuditEntry
from core.errors import InvalidInput, NotAllowed, NotFound
from core.outbox.dead_letters import DeadLetters
from core.outbox.models import OutboxMessage, OutboxState
from core.outbox.queue import Outbox
from core.people.models import Organization
from core.people.views import Actor
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock
from tests.core.outbox.conftest import RememberedJobs


@pytest.fixture
def letters(clock: SettableClock, outbox: Outbox) -> DeadLetters:
    return DeadLetters(clock, outbox)


@pytest_asyncio.fixture
async def admin(organization: Organization, vault: Vault) -> Actor:
    return await factories.actor(await factories.member(vault, organization, is_admin=True))


async def a_dead_letter(
    organization: Organization, clock: SettableClock, kind: str = "thread_notice"
) -> OutboxMessage:
    return await OutboxMessage.create(
        organization_id=organization.id,
        kind=kind,
        order_key="thread:1",
        state=OutboxState.DEAD,
        attempts=8,
        error_code="ConnectorError:403:BotDisabledByAdmin",
        due_at=clock(),
        created_at=clock(),
        done_at=clock(),
    )


async def test_lists_ids_kinds_and_codes_of_the_admins_organization(
    letters: DeadLetters,
    admin: Actor,
    organization: Organization,
    vault: Vault,
    clock: SettableClock,
) -> None:
    ours = await a_dead_letter(organization, clock)
    await a_dead_letter(await factories.organization(vault), clock)

    [letter] = await letters.dead_letters(admin)

    assert (letter.outbox_id, letter.kind, letter.attempts) == (ours.id, "thread_notice", 8)
    assert letter.error_code == "ConnectorError:403:BotDisabledByAdmin"
    assert letter.can_retry


async def test_retry_has_it_delivered_now_and_is_audited(
    letters: DeadLetters,
    admin: Actor,
    organization: Organization,
    clock: SettableClock,
    jobs: RememberedJobs,
) -> None:
    dead = await a_dead_letter(organization, clock)

    await letters.retry(admin, dead.id)

    row = await OutboxMessage.get(id=dead.id)
    assert (row.state, row.attempts, row.done_at) == (OutboxState.DUE, 0, None)
    assert jobs.queued == [("deliver_outbox", "outbox")]
    entry = await AuditEntry.get()
    assert (entry.action, entry.subject_id) == ("dead_letter.retried", dead.id)


async def test_discard_lets_it_go(
    letters: DeadLetters, admin: Actor, organization: Organization, clock: SettableClock
) -> None:
    dead = await a_dead_letter(organization, clock)

    await letters.discard(admin, dead.id)

    assert await letters.dead_letters(admin) == ()
    with pytest.raises(NotFound):
        await letters.retry(admin, dead.id)


async def test_what_was_perhaps_sent_already_is_not_sent_again(
    letters: DeadLetters, admin: Actor, organization: Organization, clock: SettableClock
) -> None:
    dead = await a_dead_letter(organization, clock, kind="automatic_reply")

    with pytest.raises(InvalidInput):
        await letters.retry(admin, dead.id)
    assert not (await letters.dead_letters(admin))[0].can_retry


async def test_only_admins_and_only_of_that_organization(
    letters: DeadLetters,
    admin: Actor,
    organization: Organization,
    vault: Vault,
    clock: SettableClock,
) -> None:
    theirs = await a_dead_letter(await factories.organization(vault), clock)
    member = await factories.actor(await factories.member(vault, organization))

    for call in (letters.retry, letters.discard):
        with pytest.raises(NotFound):
            await call(admin, theirs.id)
        with pytest.raises(NotAllowed):
            await call(member, theirs.id)
    with pytest.raises(NotAllowed):
        await letters.dead_letters(member)
