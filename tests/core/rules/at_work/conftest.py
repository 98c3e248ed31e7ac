"""An office whose mail rules look at."""

from __future__ import annotations

import pytest

from core.sealing import Vault
from tests.clock import SettableClock
from tests.core.mail.office import Office, an_office


@pytest.fixture
async def office(any_database: str, vault: Vault, clock: SettableClock) -> Office:
    return await an_office(vault, clock)
