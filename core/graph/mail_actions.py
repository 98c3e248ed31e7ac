"""What Postroom does in a mailbox, and the single look-ups around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import GraphError
from core.graph.access import MailboxAccess, Right
from core.graph.client import IMMUTABLE_IDS, GraphClient, Json, path
from core.graph.messages import SELECT, MessageHeader, read_address, read_message, read_moment

TRANSLATE_LIMIT = 1_000
"""Ids in one call of translateExchangeIds."""

REPLY_HEADERS = {"x-auto-response-suppress": "All", "x-postroom-auto-submitted": "auto-replied"}
"""Graph lets an app set `x-` headers only, so not RFC 3834's own Auto-Submitted.

Exchange and Outlook honour the first; by the second Postroom knows its own replies.
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply that is written and not sent. The id may change when it is sent."""

    id: str
    internet_message_id: str | None
    conversation_id: str | None


@dataclass(frozen=True, slots=True)
class SentMessage:
    id: str
    internet_message_id: str | None
    conversation_id: str | None
    sent_at: datetime | None


async def get_header(
    client: GraphClient, access: MailboxAccess, message_id: str
) -> MessageHeader | None:
    """One message's headers as they are now; None if it is gone."""
    try:
        body = await client.get(
            path("users", access.mailbox, "messages", message_id),
            token=access.token,
            mailbox=access.mailbox,
            params={"$select": SELECT},
            prefer=(IMMUTABLE_IDS,),
            one_item=True,
        )
    except GraphError as error:
        if error.status == 404:
            return None
        raise
    message = read_message(body)
    if isinstance(message, MessageHeader):
        return message
    raise GraphError(200, message.reason)


async def set_categories(
    client: GraphClient, access: MailboxAccess, message_id: str, categories: Sequence[str]
) -> datetime | None:
    """Replace the message's categories; repeating it changes nothing.

    Returns when the message was changed, as Graph tells it.
    """
    access.require(Right.WRITE)
    body = await client.patch(
        path("users", access.mailbox, "messages", message_id),
        token=access.token,
        mailbox=access.mailbox,
        json={"categories": list(categories)},
        prefer=(IMMUTABLE_IDS,),
        one_item=True,
    )
    return read_moment(body.get("lastModifiedDateTime"))


async def create_reply(
    client: GraphClient, access: MailboxAccess, message_id: str, text: str, *, to: str
) -> Draft:
    """Write an automatic reply to `to`, and nobody else, as a draft of the mailbox.

    `text` is plain text and all of the body: nothing is quoted. Graph addresses a reply to
    the Reply-To, which whoever wrote the mail chose freely; so the draft is addressed anew
    where it is not to `to` alone. Its internet message id is for remembering before
    `send_draft`, so that an unconfirmed sending can be looked for with `find_sent`.
    """
    access.require(Right.WRITE)
    headers = [{"name": name, "value": value} for name, value in REPLY_HEADERS.items()]
    recipients = {"toRecipients": [{"emailAddress": {"address": to}}]}
    body = await client.post(
        path("users", access.mailbox, "messages", message_id, "createReply"),
        token=access.token,
        mailbox=access.mailbox,
        json={
            "message": {
                "body": {"contentType": "text", "content": text},
                "internetMessageHeaders": headers,
                **recipients,
            }
        },
        prefer=(IMMUTABLE_IDS,),
        one_item=True,
    )
    draft_id = _text(body, "id")
    if draft_id is None:
        raise GraphError(201, "not_a_draft")
    if _recipients(body) != [to.casefold()]:
        await client.patch(
            path("users", access.mailbox, "messages", draft_id),
            token=access.token,
            mailbox=access.mailbox,
            json={**recipients, "ccRecipients": [], "bccRecipients": []},
            prefer=(IMMUTABLE_IDS,),
            one_item=True,
        )
    return Draft(draft_id, _text(body, "internetMessageId"), _text(body, "conversationId"))


async def find_draft(
    client: GraphClient, access: MailboxAccess, internet_message_id: str
) -> str | None:
    """Id of a draft that was written before; None where it is no draft any more."""
    found = await _find(
        client, access, "drafts", f"internetMessageId eq {_quoted(internet_message_id)}"
    )
    return found[0].id if found else None


async def send_draft(client: GraphClient, access: MailboxAccess, draft_id: str) -> None:
    """Send a draft, asking Graph once: after an error it may be sent or not."""
    access.require(Right.SEND)
    await client.post(
        path("users", access.mailbox, "messages", draft_id, "send"),
        token=access.token,
        mailbox=access.mailbox,
        prefer=(IMMUTABLE_IDS,),
        one_item=True,
    )


async def find_sent(
    client: GraphClient,
    access: MailboxAccess,
    *,
    internet_message_id: str | None = None,
    conversation_id: str | None = None,
) -> tuple[SentMessage, ...]:
    """What of one internet message id or one conversation is in Sent Items, 50 at most."""
    if internet_message_id is not None:
        wanted = f"internetMessageId eq {_quoted(internet_message_id)}"
    elif conversation_id is not None:
        wanted = f"conversationId eq {_quoted(conversation_id)}"
    else:
        raise ValueError("find_sent needs an id to look for")
    return await _find(client, access, "sentitems", wanted)


async def _find(
    client: GraphClient, access: MailboxAccess, folder: str, wanted: str
) -> tuple[SentMessage, ...]:
    body = await client.get(
        path("users", access.mailbox, "mailFolders", folder, "messages"),
        token=access.token,
        mailbox=access.mailbox,
        params={
            "$filter": wanted,
            "$select": "id,internetMessageId,conversationId,sentDateTime",
            "$top": "50",
        },
        prefer=(IMMUTABLE_IDS,),
    )
    entries = body.get("value")
    found = [_sent(entry) for entry in entries] if isinstance(entries, list) else []
    return tuple(message for message in found if message is not None)


async def translate_ids(
    client: GraphClient, access: MailboxAccess, immutable_ids: Sequence[str]
) -> dict[str, str]:
    """Immutable id → the id that Outlook's links need; ids Graph cannot translate are left out."""
    found: dict[str, str] = {}
    for start in range(0, len(immutable_ids), TRANSLATE_LIMIT):
        body = await client.post(
            path("users", access.mailbox, "translateExchangeIds"),
            token=access.token,
            mailbox=access.mailbox,
            json={
                "inputIds": list(immutable_ids[start : start + TRANSLATE_LIMIT]),
                "sourceIdType": "restImmutableEntryId",
                "targetIdType": "restId",
            },
            changes_nothing=True,
        )
        entries = body.get("value")
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                source, target = _text(entry, "sourceId"), _text(entry, "targetId")
                if source and target:
                    found[source] = target
    return found


def _sent(entry: object) -> SentMessage | None:
    if not isinstance(entry, dict) or (message_id := _text(entry, "id")) is None:
        return None
    return SentMessage(
        message_id,
        _text(entry, "internetMessageId"),
        _text(entry, "conversationId"),
        read_moment(entry.get("sentDateTime")),
    )


def _recipients(body: Json) -> list[str]:
    """The addresses that a draft would go to, in lower case."""
    kinds = ("toRecipients", "ccRecipients", "bccRecipients")
    entries = [entry for kind in kinds for entry in body.get(kind) or ()]
    addresses = [read_address(entry) for entry in entries]
    return [address.address if address else "" for address in addresses]


def _text(body: Json, key: str) -> str | None:
    value = body.get(key)
    return value if isinstance(value, str) and value else None


def _quoted(value: str) -> str:
    """An OData string."""
    return "'" + value.replace("'", "''") + "'"
