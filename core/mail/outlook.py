"""Where a thread's newest message opens in Outlook on the web."""

from __future__ import annotations

from urllib.parse import quote

from core.errors import NotFound
from core.graph.client import GraphClient
from core.graph.mail_actions import translate_ids
from core.mail.feed import Accesses
from core.mail.queries import newest_message


def outlook_url(mailbox: str, rest_id: str) -> str:
    """Opens the message in the shared mailbox, not in the reader's own.

    The form is to be confirmed on a real tenant; every link on a card passes through here.
    """
    box = quote(mailbox, safe="@")
    return f"https://outlook.office.com/mail/{box}/deeplink/read/{quote(rest_id, safe='')}"


class Outlook:
    def __init__(self, client: GraphClient, accesses: Accesses) -> None:
        self._client = client
        self._accesses = accesses

    async def link(self, thread_id: int) -> str:
        """Raises NotFound where nothing of the thread is left in the mailbox; GraphError."""
        message = await newest_message(thread_id)
        if message is None:
            raise NotFound("message")
        access = await self._accesses.for_mailbox(message.mailbox_id)
        found = await translate_ids(self._client, access, [message.graph_id])
        rest_id = found.get(message.graph_id)
        if rest_id is None:
            raise NotFound("message")
        return outlook_url(access.mailbox, rest_id)
