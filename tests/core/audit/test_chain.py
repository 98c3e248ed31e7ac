"""Sealing and checking the audit chain."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import pytest_asyncio

from core.audit.chain import Head
from core.audit.log import record
from core.audit.models import AuditEntry
from core.audit.seal import BATCH, Sealer, head_of
from core.audit.verify import ChainState, Verdict, verify
from core.keyring import KeyRing
from core.people.models import Organization
from core.sealing import Vault
from core.transactions import transaction
from tests import factories
from tests.clock import MONDAY_MORNING

WRITERS, ENTRIES_EACH = 8, 12


@pytest_asyncio.fixture
async def organization(any_database: str, vault: Vault) -> Organization:
    return await factories.organization(vault)


@pytest.fixture
def sealer(keyring: KeyRing) -> Sealer:
    return Sealer(keyring)


async def write(organization: Organization, number: int, **more: Any) -> None:
    facts: dict[str, Any] = {"code": "by_hand", "count": number, "ids": [3, 1, 2], "done": True}
    usual = {"actor_id": 1, "subject_kind": "thread", "subject_id": number, "facts": facts}
    await record(organization.id, "thread.assigned", at=MONDAY_MORNING, **(usual | more))


async def a_chain(organization: Organization, sealer: Sealer, length: int = 5) -> None:
    for number in range(length):
        await write(organization, number)
    await sealer.seal(organization.id)


async def check(organization: Organization, keyring: KeyRing, known: Head | None = None) -> Verdict:
    return await verify(organization.id, keyring, known)


async def test_eight_writers_and_two_sealers_make_one_chain(
    organization: Organization, sealer: Sealer, keyring: KeyRing
) -> None:
    async def writer(first: int) -> None:
        for number in range(ENTRIES_EACH):
            async with transaction():
                await write(organization, first + number)

    async def keep_sealing() -> None:
        for _ in range(6):
            await sealer.seal(organization.id)

    writers = (writer(n * ENTRIES_EACH) for n in range(WRITERS))
    await asyncio.gather(*writers, keep_sealing(), keep_sealing())
    await sealer.seal(organization.id)

    verdict = await check(organization, keyring)
    assert verdict.state is ChainState.SEALED
    assert verdict.head.number == WRITERS * ENTRIES_EACH
    assert verdict.head == await head_of(organization.id)


async def test_seals_more_than_a_batch(
    organization: Organization, sealer: Sealer, keyring: KeyRing
) -> None:
    entry = {"organization_id": organization.id, "at": MONDAY_MORNING, "subject_kind": "thread"}
    await AuditEntry.bulk_create([AuditEntry(action="x", **entry) for _ in range(BATCH + 1)])

    await sealer.seal(organization.id)

    assert (await check(organization, keyring)).head.number == BATCH + 1


async def test_a_second_sealing_changes_nothing(
    organization: Organization, sealer: Sealer, keyring: KeyRing
) -> None:
    await a_chain(organization, sealer)
    before = await AuditEntry.all().order_by("id").values()

    await sealer.seal(organization.id)

    assert await AuditEntry.all().order_by("id").values() == before


async def test_each_organization_has_its_own_chain(
    organization: Organization, sealer: Sealer, keyring: KeyRing, vault: Vault
) -> None:
    other = await factories.organization(vault)
    await write(other, 1)
    await a_chain(organization, sealer, length=3)
    await sealer.seal(other.id)

    assert (await check(organization, keyring)).head.number == 3
    assert (await check(other, keyring)).head.number == 1


async def test_says_how_many_await_their_seal(
    organization: Organization, sealer: Sealer, keyring: KeyRing
) -> None:
    await a_chain(organization, sealer)
    await write(organization, 9)

    verdict = await check(organization, keyring)

    assert (verdict.state, verdict.unsealed, verdict.head.number) == (ChainState.UNSEALED, 1, 5)


@pytest.mark.parametrize(
    "change",
    [
        {"action": "thread.released"},
        {"actor_id": 2},
        {"subject_id": None},
        {"facts": {"code": "by_hand", "count": 3}},
        {"at": MONDAY_MORNING.replace(microsecond=1)},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_finds_an_entry_that_was_changed(
    organization: Organization, sealer: Sealer, keyring: KeyRing, change: dict[str, Any]
) -> None:
    await a_chain(organization, sealer)

    await AuditEntry.filter(number=3).update(**change)

    verdict = await check(organization, keyring)
    assert (verdict.state, verdict.broken_at, verdict.reason) == (ChainState.BROKEN, 3, "digest")


async def test_finds_an_entry_that_was_removed(
    organization: Organization, sealer: Sealer, keyring: KeyRing
) -> None:
    await a_chain(organization, sealer)

    await AuditEntry.filter(number=2).delete()

    verdict = await check(organization, keyring)
    assert (verdict.state, verdict.broken_at, verdict.reason) == (ChainState.BROKEN, 2, "gap")


async def test_finds_a_chain_that_was_made_again_without_the_key(
    organization: Organization, sealer: Sealer, keyring: KeyRing
) -> None:
    await a_chain(organization, sealer)
    await AuditEntry.all().update(number=None)
    await AuditEntry.filter(subject_id=3).delete()

    await Sealer(KeyRing({"k1": b"x" * 32}, b"2" * 32)).seal(organization.id)

    verdict = await check(organization, keyring)
    assert (verdict.state, verdict.broken_at, verdict.reason) == (ChainState.BROKEN, 1, "mac")


async def test_a_known_head_shows_that_the_end_was_cut_off(
    organization: Organization, sealer: Sealer, keyring: KeyRing
) -> None:
    await a_chain(organization, sealer)
    known = await head_of(organization.id)

    await AuditEntry.filter(number__gt=3).delete()

    assert (await check(organization, keyring)).state is ChainState.SEALED
    verdict = await check(organization, keyring, known)
    assert (verdict.state, verdict.head.number) == (ChainState.TRUNCATED, 3)


async def test_a_known_head_shows_that_the_end_was_replaced(
    organization: Organization, sealer: Sealer, keyring: KeyRing
) -> None:
    await a_chain(organization, sealer)
    known = await head_of(organization.id)
    await AuditEntry.filter(number=5).delete()
    await write(organization, 6)
    await sealer.seal(organization.id)

    verdict = await check(organization, keyring, known)

    assert (verdict.state, verdict.broken_at, verdict.reason) == (ChainState.BROKEN, 5, "head")


async def test_a_chain_outlives_a_change_of_keys(
    organization: Organization, sealer: Sealer, keyring: KeyRing
) -> None:
    await a_chain(organization, sealer)
    rotated = KeyRing({"k2": b"9" * 32, "k1": b"1" * 32}, b"2" * 32)
    await write(organization, 9)

    await Sealer(rotated).seal(organization.id)

    assert (await check(organization, rotated)).state is ChainState.SEALED
    assert (await check(organization, keyring)).broken_at == 6
