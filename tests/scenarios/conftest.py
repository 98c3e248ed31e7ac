"""A Postroom and a sandbox that answer each other, made for one test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.pacer import Pacer
from core.jobs.schedule import Timer
from core.jobs.tasks import Timing
from core.keyring import new_settings
from sandbox.identity.keys import Keys
from sandbox.mail.sources import MemorySource, Source
from sandbox.microsoft365 import Microsoft365
from sandbox.postroom import free_port, settings_for
from sandbox.sample import sample_tenant
from tests.scenarios.house import House, RunningClock, some_mail

MakeHouse = Callable[..., Awaitable[House]]


@pytest.fixture(scope="session")
def folder_with_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Making RSA keys takes long; tests copy these."""
    folder = tmp_path_factory.mktemp("sandbox-keys")
    Keys(folder)
    return folder


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers look often and break off at once, so that no test waits for a tick."""
    timing = Timing(poll=0.1, grace=0.1)
    monkeypatch.setattr("core.jobs.embedded.Timing", lambda: timing)
    timers = (Timer("sweep", 1, 0.1), Timer("renew_subscriptions", 1, 0.1))
    monkeypatch.setattr("wiring.timers.TIMERS", timers)


@pytest.fixture
async def make_house(
    folder_with_keys: Path, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[MakeHouse]:
    """Build and start one. `admins` are Entra ids, the tenant's first member by default; `more`
    are other settings.
    """
    async with AsyncExitStack() as stack:

        async def make(
            source: Source | None = None,
            *,
            members: int = 3,
            admins: tuple[str, ...] | None = None,
            held_back: int = 0,
            **more: Any,
        ) -> House:
            clock = RunningClock()
            pacer = partial(Pacer, ticks=clock.seconds, sleep=clock.sleep)
            monkeypatch.setattr("bot.connector.Pacer", pacer)
            folder = shutil.copytree(folder_with_keys, tmp_path / "sandbox")
            tenant = sample_tenant(members)
            mail = source or MemorySource(list(some_mail()))
            box = Microsoft365(tenant, folder, mail, now=clock, held_back=held_back)
            await stack.enter_async_context(box)
            settings = settings_for(
                box,
                database_url=sqlite_url,
                keys=new_settings(),
                admins=[next(iter(tenant.users))] if admins is None else admins,
                port=free_port(),
                log_file=tmp_path / "postroom.log",
                sync_seconds=3600,
            )
            house = House(box, settings.model_copy(update=more), clock)
            stack.push_async_callback(house.close)
            await house.start()
            return house

        yield make


@pytest.fixture
async def house(make_house: MakeHouse) -> House:
    """Everybody has installed the app; no mailbox is onboarded."""
    made = await make_house()
    await made.install(*made.people)
    return made


@pytest.fixture
async def working(house: House) -> House:
    """The mailbox is under work; the first two people work it."""
    await house.onboard(*house.people[:2])
    return house
