"""The stage of a tour: everything running on its own clock, from an empty database."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from core import log
from core.keyring import new_settings
from core.migrate import migrate
from core.people.models import Organization
from sandbox.microsoft365 import Microsoft365, mail_from
from sandbox.postroom import Serve, free_port, settings_for
from sandbox.sample import DOMAIN, sample_tenant
from sandbox.tenant import Tenant, User
from sandbox.tour.checks import Checks
from sandbox.tour.clock import TourClock
from sandbox.tour.options import Policy, TourOptions
from sandbox.tour.scene import Scene
from sandbox.tour.transcript import Transcript

OUTSIDER = User(
    id="5b1e4c70-0000-4000-8000-0000000005de",
    name="Otto Lang",
    given_name="Otto",
    email=f"otto.lang@{DOMAIN}",
    teams_id="29:1outsider",
)
GUEST = User(
    id="9d0c8a52-0000-4000-8000-00000000e57e",
    name="Gus Fremont",
    given_name="Gus",
    email=f"gus_fabrikam.example#ext#@{DOMAIN}",
    teams_id="29:1guest",
)


HURRY: dict[Policy, float] = {"open": 1, "office": 10}
"""How many times quicker timers tick: in the office tour a day passes in minutes."""


class CannotPlay(Exception):
    """The tour cannot begin; the message says what to give it instead."""


@dataclass(frozen=True, slots=True)
class Stage(Scene):
    """`outsider` is a member who does not work the mailbox; `guest` is of another organization."""

    outsider: User
    guest: User
    log_file: Path
    clock: TourClock


@asynccontextmanager
async def set_up(options: TourOptions, serve: Serve, checks: Checks) -> AsyncIterator[Stage]:
    """Everything running, from an empty database. Raises CannotPlay.

    The folder with the log is kept where a check failed, else removed.
    """
    folder = Path(tempfile.mkdtemp(prefix="postroom-tour-"))
    try:
        async with _running(options, serve, checks, folder) as stage:
            yield stage
    finally:
        log.configure()  # what comes now has no file to go to
        if checks.ok:
            shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _running(
    options: TourOptions, serve: Serve, checks: Checks, folder: Path
) -> AsyncIterator[Stage]:
    now = TourClock(options.starts_at)
    tenant = sample_tenant(options.members)
    people = tuple(tenant.users.values())
    for user in people:
        user.full_access.update(tenant.shared_mailboxes)
    box = _filled(options, tenant, folder, now)
    database_url = options.database_url or f"sqlite://{folder / 'postroom.db'}"
    await migrate(database_url)
    log_file = folder / "postroom.log"
    log.configure("INFO", log_file)
    async with box:
        port = free_port()
        settings = settings_for(
            box,
            database_url=database_url,
            keys=new_settings(),
            admins=[people[0].id],
            port=port,
            log_file=log_file,
        )
        async with serve(settings, now=now, hurry=HURRY[options.policy]) as running:
            if await Organization.exists():
                raise CannotPlay("that database is in use: name an empty one")
            tenant.users |= {OUTSIDER.id: OUTSIDER, GUEST.id: GUEST}
            async with box.client(running.url) as client:
                everybody = [*people, OUTSIDER, GUEST]
                transcript = Transcript(client, everybody, now)
                yield Stage(
                    box,
                    client,
                    people,
                    transcript,
                    checks,
                    OUTSIDER,
                    GUEST,
                    log_file,
                    now,
                )


def _filled(options: TourOptions, tenant: Tenant, folder: Path, now: TourClock) -> Microsoft365:
    """A tenth of the mail, twelve at most, arrives only during the tour."""
    if options.mail is not None and not options.mail.is_file():
        raise CannotPlay("there is no such mail file")
    source = mail_from(options.mail)
    if len(source) < 2:
        raise CannotPlay("that file holds fewer than two messages")
    held_back = max(1, min(12, len(source) // 10))
    return Microsoft365(tenant, folder / "sandbox", source, now=now, held_back=held_back)
