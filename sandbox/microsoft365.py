"""The whole sandbox: sign-in, Graph with its mailboxes, and Teams, on one port."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Self

from core.clock import Clock, utc_now
from sandbox.control_mail import MailControl
from sandbox.graph.service import GraphService
from sandbox.mail.believable import believable
from sandbox.mail.sources import Source, from_mbox
from sandbox.mail.start import fill_tenant
from sandbox.sample import BOT_APP_ID, CLIENT_ID
from sandbox.server import Sandbox
from sandbox.teams.client import TeamsClient
from sandbox.teams.service import TeamsService
from sandbox.tenant import Tenant

READ_BASIC = "Application Mail.ReadBasic"


class Microsoft365(Sandbox):
    """A tenant with its mail and its Teams.

    `now` is the clock of mail and Teams; sign-in and its tokens always go by the real one,
    as MSAL does. `source` fills the shared mailbox, all but its last `held_back` messages,
    which arrive when they are told to. With `journal`, the mailboxes' changes are kept in the
    folder, and another start with the same source carries on.
    """

    def __init__(
        self,
        tenant: Tenant,
        folder: Path,
        source: Source,
        *,
        port: int = 0,
        now: Clock = utc_now,
        held_back: int = 0,
        journal: bool = False,
    ) -> None:
        super().__init__(tenant, folder, port=port)
        tenant.now = now
        self.now = now
        self.mailbox = next(iter(tenant.shared_mailboxes))
        filled = fill_tenant(
            tenant, source, now, folder=folder if journal else None, held_back=held_back
        )
        self.mail, self.loaded, self.answered = filled.store, filled.report, filled.answered
        self.graph = GraphService(tenant, self.tokens, self.mail, self.faults, now)
        self.teams = TeamsService(tenant, self.tokens, now)
        self.parts += [
            self.graph,
            self.teams,
            MailControl(self.control, self.mail, self.mailbox),
        ]

    def client(self, bot_url: str, *, timezone: str = "UTC") -> TeamsClient:
        """The Teams clients of all people, talking to the bot served at `bot_url`."""
        url = f"{bot_url.rstrip('/')}/api/messages"
        return TeamsClient(self.teams, url, BOT_APP_ID, timezone=timezone)

    def grant_in_exchange(self) -> None:
        """What the Exchange administrator's lines do: rights to the one mailbox."""
        self.run_in_exchange([READ_BASIC])

    def run_in_exchange(self, roles: Iterable[str]) -> None:
        """The same for other roles, by the names that New-ManagementRoleAssignment takes."""
        for role in roles:
            self.ledger.assign_role(CLIENT_ID, role, [self.mailbox])

    @property
    def throttled(self) -> int:
        """The 429s that Graph and the connector gave."""
        return self.teams.throttled + self.graph.throttled

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.teams.service_url = self.connector_url
        await self.graph.start()
        return self

    async def close(self) -> None:
        await self.graph.stop()
        await super().close()


def mail_from(path: Path | None) -> Source:
    """The messages of an mbox, plain or gzip'd; without a path, about 200 believable ones."""
    return from_mbox(path) if path else believable()
