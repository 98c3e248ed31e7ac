"""Open in Outlook: from a link of ours to the place where Outlook shows the message."""

from __future__ import annotations

from typing import Protocol

from core.errors import NotFound
from core.graph.access import MailboxAccess
from core.graph.client import GraphClient
from core.graph.mail_actions import translate_ids
from core.links import Links, outlook_url
from core.mail.models import MailMessage
from core.mailboxes.models import MailboxState
from core.sealing import Vault


class Accesses(Protocol):
    async def for_mailbox(self, mailbox_id: int) -> MailboxAccess:
        """Raises GraphAuthFailed where nobody's consent opens it."""
        ...


class OutlookLinks:
    """Outlook's own rights decide who sees the mail there: a link says only where it is."""

    def __init__(self, client: GraphClient, accesses: Accesses, vault: Vault, links: Links) -> None:
        self._client = client
        self._accesses = accesses
        self._vault = vault
        self._links = links

    async def open(self, token: str) -> str:
        """The URL to send the browser on to.

        Raises NotFound for a bad or ended link and for mail that is gone, and GraphError.
        """
        message_id = self._links.read(token)
        message = await MailMessage.get_or_none(id=message_id).select_related(
            "mailbox__organization"
        )
        if message is None or message.source_gone_at is not None:
            raise NotFound("message")
        mailbox = message.mailbox
        address = self._vault.open(
            mailbox.organization.wrapped_key,
            b"organization.mailbox_address",
            mailbox.sealed_address,
        )
        if address is None or mailbox.state is MailboxState.OFFBOARDED:
            raise NotFound("message")
        access = await self._accesses.for_mailbox(mailbox.id)
        found = await translate_ids(self._client, access, [message.graph_id])
        rest_id = found.get(message.graph_id)
        if rest_id is None:
            raise NotFound("message")
        return outlook_url(address, rest_id)
