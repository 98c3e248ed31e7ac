"""What every test may ask for: a clock, a key ring, and (in databases.py) databases."""

from __future__ import annotations

import pytest

from core.keyring import KeyRing
from core.sealing import Vault
from tests.clock import SettableClock

pytest_plugins = ["tests.databases"]

LOOPBACK = ["127.0.0.1", "::1"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Scenarios may use loopback; every other test may open no network socket at all."""
    for item in items:
        if item.get_closest_marker("scenario"):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(scope="session")
def keyring() -> KeyRing:
    return KeyRing({"k1": b"1" * 32}, b"2" * 32)


@pytest.fixture(scope="session")
def vault(keyring: KeyRing) -> Vault:
    return Vault(keyring)
