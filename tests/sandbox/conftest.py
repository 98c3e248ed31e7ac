"""A served sandbox over real TLS, a scripted browser and Microsoft's own MSAL against it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msal
import pytest
import requests

from sandbox.browser import Browser
from sandbox.identity.keys import Keys
from sandbox.sample import CLIENT_ID, CLIENT_SECRET, TENANT_ID, sample_tenant
from sandbox.server import Sandbox
from sandbox.tenant import User

MsalFactory = Callable[..., msal.ConfidentialClientApplication]


class MovingClock:
    """Real time, moved on by whatever a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(scope="session")
def folder_with_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Making RSA keys takes long; tests copy these."""
    folder = tmp_path_factory.mktemp("sandbox-keys")
    Keys(folder)
    return folder


@pytest.fixture
def folder(folder_with_keys: Path, tmp_path: Path) -> Path:
    return shutil.copytree(folder_with_keys, tmp_path / "sandbox")


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def sandbox(folder: Path, clock: MovingClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(sample_tenant(now=clock), folder, now=clock) as served:
        yield served


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[Browser]:
    async with Browser(sandbox.ca_file) as opened:
        yield opened


@pytest.fixture
def admin(sandbox: Sandbox) -> User:
    return next(user for user in sandbox.tenant.users.values() if user.is_tenant_admin)


@pytest.fixture
def member(sandbox: Sandbox) -> User:
    return next(user for user in sandbox.tenant.users.values() if not user.is_tenant_admin)


@pytest.fixture
def msal_app(sandbox: Sandbox) -> Iterator[MsalFactory]:
    """Make an MSAL application; blocking, so call it in a thread."""
    with requests.Session() as session:
        session.verify = str(sandbox.ca_file)
        session.trust_env = False  # else REQUESTS_CA_BUNDLE would overrule `verify`

        def make(
            client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET, tenant: str = TENANT_ID
        ) -> msal.ConfidentialClientApplication:
            return msal.ConfidentialClientApplication(
                client_id,
                client_credential=secret,
                authority=f"{sandbox.login_url}/{tenant}",
                http_client=session,
                instance_discovery=False,
            )

        yield make
