"""Postroom beside the sandbox: the settings that point it there, and how it is served."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from core.clock import Clock, utc_now
from core.settings import Settings
from sandbox.sample import BOT_APP_ID, BOT_APP_PASSWORD, CLIENT_ID, CLIENT_SECRET
from sandbox.server import Sandbox


class Running(Protocol):
    """Postroom while it serves."""

    @property
    def url(self) -> str:
        """Where it listens: `http://127.0.0.1:PORT`."""


class Serve(Protocol):
    """Starts all of Postroom in this process, for as long as the block lasts.

    `hurry` has the timers tick so many times quicker, for a clock that is set on by hours;
    `unsigned` takes activities without a token from this machine, for Microsoft's Playground.
    """

    def __call__(
        self, settings: Settings, *, now: Clock = utc_now, unsigned: bool = False, hurry: float = 1
    ) -> AbstractAsyncContextManager[Running]: ...


def free_port() -> int:
    """A port that nothing listens on now: Postroom's own address is one of its settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_for(
    sandbox: Sandbox,
    *,
    database_url: str,
    keys: Mapping[str, str],
    admins: Iterable[str],
    port: int,
    log_file: Path,
    sync_seconds: int = 60,
) -> Settings:
    """`keys` as `core.keyring.new_settings` gives them; `admins` are Entra object ids.

    The sandbox must be serving: its port and its authority are among the settings.
    """
    return Settings(
        bot_app_id=BOT_APP_ID,
        bot_app_password=SecretStr(BOT_APP_PASSWORD),
        bot_tenant_id=sandbox.tenant.id,
        graph_client_id=CLIENT_ID,
        graph_client_secret=SecretStr(CLIENT_SECRET),
        admins=tuple(admins),
        public_url=f"http://127.0.0.1:{port}",
        database_url=SecretStr(database_url),
        keys=SecretStr(keys["POSTROOM_KEYS"]),
        lookup_key=SecretStr(keys["POSTROOM_LOOKUP_KEY"]),
        port=port,
        sync_seconds=sync_seconds,
        login_url=sandbox.login_url,
        graph_url=sandbox.graph_url,
        bot_openid_url=sandbox.bot_openid_url,
        service_hosts=(f"localhost:{sandbox.port}",),
        ca_file=sandbox.ca_file,
        log_file=log_file,
        log_level="INFO",
    )
