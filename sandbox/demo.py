"""The demo: a local Microsoft 365 with Postroom beside it, and a chat in this terminal."""

from __future__ import annotations

import argparse
import asyncio
import errno
import json
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rich.console import Console

from core import log
from core.keyring import new_settings
from core.mailboxes.models import Mailbox, MailboxState
from core.settings import Settings
from sandbox.certificates import write_private
from sandbox.demo_chat import chat
from sandbox.demo_start import furnish
from sandbox.microsoft365 import Microsoft365, mail_from
from sandbox.playground import PORTS
from sandbox.postroom import Serve, free_port, settings_for
from sandbox.sample import sample_tenant
from sandbox.teams.client import TeamsClient
from sandbox.tour import records
from sandbox.tour.checks import Checks
from sandbox.tour.first_sync import synced
from sandbox.tour.onboarding import onboard
from sandbox.tour.scene import Scene
from sandbox.tour.transcript import Transcript
from sandbox.tour.waiting import until

HELD_BACK = 60
"""Messages that trickle in while the demo runs."""
SYNC_SECONDS = 10
TEAM = "Help desk"
PLAYGROUNDS = tuple(
    f"http://{host}:{port}" for host in ("localhost", "127.0.0.1") for port in PORTS
)


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """All data is kept in `folder`; a later start with the same mail and people carries on.

    Postroom listens on `port` and the sandbox on the next one; 0 takes free ones. `unsigned`
    takes activities without a token from this machine, for Microsoft's Playground.
    """

    folder: Path
    mail: Path | None = None
    members: int = 5
    port: int = 3978
    unsigned: bool = False

    @classmethod
    def of(cls, given: argparse.Namespace) -> Self:
        return cls(given.folder, given.mail, given.members, given.port, given.unsigned)


async def run(options: DemoOptions, serve: Serve) -> int:
    """Serve and chat until the person leaves, Ctrl-C or SIGTERM; the exit code."""
    console = Console(stderr=True, highlight=False)
    if options.mail is not None and not options.mail.is_file():
        console.print("There is no such mail file.")
        return 2
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.set)
    playing = asyncio.create_task(_play(options, serve, console, ended))
    waiting = asyncio.create_task(ended.wait())
    await asyncio.wait((playing, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not playing.done():
        playing.cancel()
    try:
        with suppress(asyncio.CancelledError):
            await playing
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        console.print(f"Port {options.port} or the next one is in use: is a demo running?")
        return 2
    finally:
        log.configure()  # what comes now has no file to go to
    console.print("Everything has ended. The data is kept in", options.folder)
    return 0


async def _play(options: DemoOptions, serve: Serve, console: Console, ended: asyncio.Event) -> None:
    async with AsyncExitStack() as stack:
        with console.status("Sandbox and Postroom start …"):
            scene = await stack.enter_async_context(_running(options, serve))
            for user in scene.people:
                await scene.client.install(user)
            team = scene.box.teams.chats.create_team(TEAM, list(scene.people))
            await scene.client.install_in_team(scene.people[0], team)
        if not await Mailbox.exists(state=MailboxState.ACTIVE):
            with console.status("The first mailbox is onboarded, as an admin would do it …"):
                await onboard(scene, rights_first=True)
                await until(synced, "the end of the first sync", 120)
                await until(records.all_told, "the outbox to be empty")
                await furnish(scene)
        await chat(scene, scene.box.teams.chats.channel(team), console, ended)


@asynccontextmanager
async def _running(options: DemoOptions, serve: Serve) -> AsyncIterator[Scene]:
    options.folder.mkdir(parents=True, exist_ok=True)
    log.configure("INFO", options.folder / "postroom.log")
    tenant = sample_tenant(options.members)
    people = tuple(tenant.users.values())
    for user in people:
        user.full_access.update(tenant.shared_mailboxes)
    source = mail_from(options.mail)
    box = Microsoft365(
        tenant,
        options.folder / "sandbox",
        source,
        port=options.port + 1 if options.port else 0,
        held_back=min(HELD_BACK, len(source) // 3),
        journal=True,
    )
    async with box:
        settings = _settings(options, box)
        async with (
            serve(settings, unsigned=options.unsigned) as running,
            box.client(running.url) as client,
        ):
            yield Scene(box, client, people, _unread(client), Checks())


def _settings(options: DemoOptions, box: Microsoft365) -> Settings:
    settings = settings_for(
        box,
        database_url=f"sqlite://{(options.folder / 'postroom.db').resolve()}",
        keys=_keys(options.folder / "keys.json"),
        admins=[next(iter(box.tenant.users))],
        port=options.port or free_port(),
        log_file=options.folder / "postroom.log",
        sync_seconds=SYNC_SECONDS,
    )
    if options.unsigned:
        hosts = (*settings.service_hosts, *PLAYGROUNDS)
        return settings.model_copy(update={"service_hosts": hosts})
    return settings


def _keys(file: Path) -> dict[str, str]:
    """The key ring of this folder's database."""
    if not file.exists():
        write_private(file, json.dumps(new_settings()).encode())
    keys: dict[str, str] = json.loads(file.read_text())
    return keys


def _unread(client: TeamsClient) -> Transcript:
    """Of the onboarding that plays by itself; nobody reads it."""
    return Transcript(client, [], client.service.now)
