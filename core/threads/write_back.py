"""Write assignee and tags to Outlook as categories of the thread's newest message.

Queued with every change of a thread whose mailbox writes back, one row a thread at a time.
What was written is kept as what the message has, so that it changes nothing when sync brings
it back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

from core.errors import GraphError, NotFound
from core.graph.client import GraphClient
from core.graph.mail_actions import get_header, set_categories
from core.mail.feed import Accesses
from core.mail.models import Direction, MailMessage, MailThread, ThreadState
from core.mail.rows import is_sqlite, marks
from core.mailboxes.features import Feature, RightLost
from core.mailboxes.models import Mailbox, MailboxState
from core.people.models import Organization
from core.people.names import Names
from core.sealing import Vault
from core.threads.categories import changes, differ, merged
from core.threads.tags import tags_of_mailbox, tags_of_threads

KIND = "categories"
CATEGORIES = b"organization.categories"
BATCH = 500

_QUEUE = """
INSERT INTO outbox_message
       (organization_id, kind, order_key, coalesce_key, facts, state, attempts, due_at, created_at)
SELECT t.organization_id, 'categories', 'outlook:' || t.id, 'categories:' || t.id,
       CAST('{{"thread_id": ' || t.id || '}}' AS {json}), 'due', 0, {now}, {again}
  FROM mail_thread t JOIN mailbox m ON m.id = t.mailbox_id
 WHERE m.id = {mailbox} AND m.writes_back AND t.id IN ({ids})
ON CONFLICT (coalesce_key) DO UPDATE SET coalesce_key = excluded.coalesce_key
"""


async def queue_categories(
    connection: BaseDBAsyncClient, mailbox_id: int, thread_ids: Collection[int], now: datetime
) -> None:
    """Have these threads of the mailbox written to Outlook, if it writes back.

    In the transaction that changes them: a row that is due already is locked until it ends.
    """
    ids = sorted(thread_ids)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        sqlite = is_sqlite(connection)
        statement = _QUEUE.format(
            json="text" if sqlite else "jsonb",
            now=marks(connection, 1, 1),
            again=marks(connection, 1, 2),
            mailbox=marks(connection, 1, 3),
            ids=marks(connection, len(batch), 4),
        )
        await connection.execute_query(statement, [now, now, mailbox_id, *batch])


async def queue_all_categories(mailbox_id: int, now: datetime) -> None:
    """The same for all that is open and has somebody or something to show."""
    threads = MailThread.filter(mailbox_id=mailbox_id, state=ThreadState.OPEN, is_history=False)
    ids = await threads.values_list("id", flat=True)
    await queue_categories(get_connection("default"), mailbox_id, [int(str(i)) for i in ids], now)


class WriteBack:
    """The handler of the outbox's `categories`: repeating it changes nothing."""

    def __init__(
        self, client: GraphClient, accesses: Accesses, vault: Vault, right_lost: RightLost
    ) -> None:
        self._client = client
        self._accesses = accesses
        self._vault = vault
        self._names = Names(vault)
        self._right_lost = right_lost

    async def write(self, facts: Mapping[str, Any], organization_id: int) -> None:
        """What somebody changed in Outlook meanwhile is not written over: sync takes it in, and
        that queues this again. Raises NotFound where there is nothing to write to, GraphError to
        be tried again.
        """
        thread = await MailThread.get_or_none(
            id=facts["thread_id"], organization_id=organization_id
        ).select_related("assignee", "mailbox__organization")
        if thread is None:
            raise NotFound("thread")
        mailbox: Mailbox = thread.mailbox
        message = await _newest(thread.id)
        if not mailbox.writes_back or mailbox.state is not MailboxState.ACTIVE or message is None:
            raise NotFound("thread")
        access = await self._accesses.for_mailbox(mailbox.id)
        header = await get_header(self._client, access, message.graph_id)
        if header is None:
            raise NotFound("message")
        current = header.categories or ()
        if changes(known_categories(self._vault, mailbox.organization, message), current):
            return
        wanted = await self._wanted(thread, current)
        if differ(current, wanted):
            try:
                modified = await set_categories(self._client, access, message.graph_id, wanted)
            except GraphError as error:
                refused = error.status == HTTPStatus.FORBIDDEN
                if refused and await self._right_lost(mailbox.id, Feature.WRITE_BACK):
                    raise NotFound("feature") from None
                raise
            await self._keep(mailbox, message, wanted, modified)

    async def _wanted(self, thread: MailThread, current: Sequence[str]) -> tuple[str, ...]:
        connection = get_connection("default")
        known = {
            tag.tag_id: tag.name
            for tag in await tags_of_mailbox(connection, self._vault, thread.mailbox_id)
        }
        tags = (await tags_of_threads(connection, [thread.id])).get(thread.id, frozenset())
        person = thread.assignee
        assignee = None
        if person is not None:
            assignee = self._names.open(person.id, person.wrapped_key, person.sealed_name)
        return merged(
            current,
            assignee=assignee,
            tags=[name for tag_id, name in known.items() if tag_id in tags],
            known_tags=list(known.values()),
        )

    async def _keep(
        self,
        mailbox: Mailbox,
        message: MailMessage,
        categories: Sequence[str],
        modified: datetime | None,
    ) -> None:
        key = self._vault.key(mailbox.organization.wrapped_key)
        text = orjson.dumps(list(categories)).decode()
        sealed = key.seal(CATEGORIES, text) if key is not None and categories else None
        changed: dict[str, Any] = {"sealed_categories": sealed}
        if modified is not None:
            changed["modified_at"] = modified
        await MailMessage.filter(id=message.id).update(**changed)


def known_categories(
    vault: Vault, organization: Organization, message: MailMessage
) -> tuple[str, ...]:
    """What the message had when it was last seen or written."""
    text = vault.open(organization.wrapped_key, CATEGORIES, message.sealed_categories)
    return tuple(orjson.loads(text)) if text else ()


async def _newest(thread_id: int) -> MailMessage | None:
    """The newest that came in and is still there."""
    there = MailMessage.filter(thread_id=thread_id, direction=Direction.IN, source_gone_at=None)
    return await there.order_by("-received_at", "-id").first()
