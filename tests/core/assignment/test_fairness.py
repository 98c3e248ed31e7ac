"""The fairness of what was given out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tortoise.connection import get_connection

from core.assignment.fairness import jain
from core.mail.models import EventKind, ThreadEvent
from core.sealing import Vault
from tests import factories
from tests.clock import MONDAY_MORNING
from tests.core.assignment.given import load_given


def test_equal_loads_are_wholly_fair_and_one_for_all_is_one_of_them() -> None:
    assert jain({1: 5, 2: 5, 3: 5}) == 1
    assert jain({1: 15, 2: 0, 3: 0}) == pytest.approx(1 / 3)
    assert jain({}) == jain({1: 0}) == 1


def test_loads_are_compared_by_shares() -> None:
    assert jain({1: 20, 2: 10}, {1: 2}) == 1
    assert jain({1: 10, 2: 10}, {1: 2}) < 1


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20), st.integers(1, 50))
def test_the_index_knows_no_unit_and_stays_within_its_bounds(loads: list[int], unit: int) -> None:
    index = jain(dict(enumerate(loads)))
    assert 1 / len(loads) <= index + 1e-9 <= 1 + 2e-9
    assert jain({who: load * unit for who, load in enumerate(loads)}) == pytest.approx(index)


async def test_a_period_counts_what_each_got_and_who_got_nothing(
    any_database: str, vault: Vault
) -> None:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization)
    ada, bo, lee = [await factories.member(vault, organization) for _ in range(3)]
    for person in (ada, bo):
        await factories.works(mailbox, person)
    await factories.works(mailbox, lee, in_pool=False)
    sender = await factories.correspondent(vault, organization)
    thread = await factories.thread(vault, mailbox, sender, effort=3)
    for kind, hours in ((EventKind.ASSIGNED, 0), (EventKind.TAKEN, 1), (EventKind.ASSIGNED, 24)):
        await ThreadEvent.create(
            organization_id=organization.id,
            mailbox_id=mailbox.id,
            thread_id=thread.id,
            kind=kind,
            at=MONDAY_MORNING + timedelta(hours=hours),
            member_id=ada.id,
        )
    period = MONDAY_MORNING, MONDAY_MORNING + timedelta(hours=24)
    connection = get_connection("default")
    assert await load_given(connection, mailbox.id, *period) == {ada.id: 2, bo.id: 0}
    effort = await load_given(connection, mailbox.id, *period, effort=True)
    assert effort == {ada.id: 6, bo.id: 0}
