"""Availability and business hours as they are read from rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tortoise.connection import get_connection

from core.errors import NotFound
from core.mailboxes.business_hours import load_business_clock
from core.people.availability_rows import load_availability
from core.people.models import Absence
from core.transactions import transaction
from tests import factories
from tests.clock import MONDAY_MORNING as NOW

BERLIN = ZoneInfo("Europe/Berlin")


async def test_a_member_has_their_own_hours_or_the_organizations(any_database, vault):
    home = await factories.organization(vault, timezone="Europe/Berlin", holidays="DE-BY")
    ada = await factories.member(vault, home, week="mon-fri 09:00-17:00", timezone="UTC")
    bob = await factories.member(vault, home, "Bob", holidays="")
    for days in (3, 1):
        await Absence.create(
            organization_id=home.id,
            member_id=bob.id,
            starts_at=NOW + timedelta(days=days),
            ends_at=NOW + timedelta(days=days + 1) if days == 1 else None,
            created_at=NOW,
        )

    async with transaction() as connection:
        known = await load_availability(connection, [ada.id, bob.id, 999_999])

    assert set(known) == {ada.id, bob.id}
    assert (str(known[ada.id].week), known[ada.id].zone.key, known[ada.id].holidays.region) == (
        "mon-fri 09:00-17:00",
        "UTC",
        "DE-BY",
    )
    assert (known[bob.id].zone, known[bob.id].holidays.region) == (BERLIN, "")
    assert known[bob.id].absences == (
        (NOW + timedelta(days=1), NOW + timedelta(days=2)),
        (NOW + timedelta(days=3), None),
    )


async def test_nobody_asked_about_is_nobody(database, vault):
    assert await load_availability(get_connection("default"), []) == {}


async def test_a_mailbox_has_its_own_hours_or_the_organizations(any_database, vault):
    home = await factories.organization(vault, timezone="Europe/Berlin", holidays="DE")
    office = await factories.mailbox(vault, home, week="mon-fri 09:00-17:00")
    other = await factories.mailbox(vault, home, timezone="UTC", holidays="")

    async with transaction() as connection:
        clock = await load_business_clock(connection, office.id)
        always = await load_business_clock(connection, other.id)
        with pytest.raises(NotFound):
            await load_business_clock(connection, 999_999)

    assert clock.is_open(datetime(2026, 12, 24, 9, tzinfo=BERLIN))
    assert not clock.is_open(datetime(2026, 12, 25, 9, tzinfo=BERLIN))
    assert always.is_open(datetime(2026, 12, 25, 3, tzinfo=BERLIN))
