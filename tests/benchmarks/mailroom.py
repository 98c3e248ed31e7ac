"""A database as a team at work has it, and the settings of a Postroom on the fake channel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from harness import APP_ID, PEOPLE, TENANT_ID, person_id

from core.database import database
from core.keyring import KeyRing, new_settings
from core.migrate import migrate
from core.sealing import Vault
from core.settings import PREFIX
from core.transactions import transaction
from tests import factories

THREADS = 1_000


def environment(folder: Path, channel: str) -> dict[str, str]:
    """The settings of a Postroom whose Bot Framework is at `channel`."""
    settings = {
        "public_url": "https://postroom.example",
        "bot_app_id": APP_ID,
        "bot_app_password": "secret",
        "bot_tenant_id": TENANT_ID,
        "graph_client_id": APP_ID,
        "graph_client_secret": "secret",
        "database_url": f"sqlite://{folder / 'postroom.db'}",
        "port": "0",
        "login_url": channel,
        "graph_url": channel,
        "bot_openid_url": f"{channel}/openid",
        "service_hosts": channel,
        "log_file": str(folder / "postroom.log"),
    }
    return {PREFIX + name.upper(): value for name, value in settings.items()} | new_settings()


async def fill(environment: dict[str, str]) -> None:
    """Migrate; then an organization, its people, one mailbox and their open threads."""
    url = environment["POSTROOM_DATABASE_URL"]
    keys = environment["POSTROOM_KEYS"], environment["POSTROOM_LOOKUP_KEY"]
    vault = Vault(KeyRing.from_settings(*keys))
    newest = datetime.now(UTC)
    await migrate(url)
    async with database(url), transaction():
        organization = await factories.organization(vault, tenant_id=TENANT_ID)
        mailbox = await factories.mailbox(vault, organization)
        people = [
            await factories.member(vault, organization, f"Ada {number}", entra_id=person_id(number))
            for number in range(PEOPLE)
        ]
        for person in people:
            await factories.works(mailbox, person)
        for number in range(THREADS):
            sender = await factories.correspondent(vault, organization, name=f"Grace {number}")
            await factories.thread(
                vault,
                mailbox,
                sender,
                f"About order {number}: when will it be delivered?",
                at=newest - timedelta(minutes=number),
                assignee_id=people[number % PEOPLE].id,
                assigned_at=newest,
            )
