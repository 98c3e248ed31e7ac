"""Trying out what a grant opens, before it is relied upon and shown to an admin."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from core.errors import GraphAuthFailed, GraphError
from core.graph.access import MailboxAccess
from core.graph.client import GraphClient, Json, path

SPREADING = timedelta(hours=2)
"""Exchange's new role assignments take 30 minutes to 2 hours to hold everywhere."""


class Outcome(StrEnum):
    """What a probe found."""

    WORKED = "worked"
    REFUSED = "refused"
    NO_MAILBOX = "no_mailbox"
    """There is no such mailbox, or none that Graph can reach."""
    WAITING = "waiting"
    """Refused, but the right is so young that it may not have spread yet."""
    UNKNOWN = "unknown"
    """Graph gave no answer to judge by: try again."""


_NO_MAILBOX = {
    "errorinvaliduser",
    "errornonexistentmailbox",
    "mailboxnotenabledforrestapi",
    "mailboxnotsupportedforrestapi",
    "request_resourcenotfound",
    "resourcenotfound",
}


async def probe_mailbox(
    client: GraphClient, access: MailboxAccess, *, granted_since: timedelta | None = None
) -> Outcome:
    """Try to read one message's id. `granted_since` is how long ago the right was given."""
    outcome, _ = await _probe(client, access, "id")
    young = granted_since is not None and granted_since < SPREADING
    return Outcome.WAITING if outcome is Outcome.REFUSED and young else outcome


async def probe_body_refused(client: GraphClient, access: MailboxAccess) -> Outcome:
    """Try to read a body: REFUSED is what one hopes for. What comes is looked at and dropped.

    A server may also refuse by leaving the body out. UNKNOWN where there is no message yet
    to try it on.
    """
    outcome, answer = await _probe(client, access, "id,body")
    if outcome is not Outcome.WORKED:
        return outcome
    messages = answer.get("value")
    if not isinstance(messages, list) or not messages:
        return Outcome.UNKNOWN
    given = any(isinstance(message, dict) and message.get("body") for message in messages)
    return Outcome.WORKED if given else Outcome.REFUSED


async def probe_write(client: GraphClient, access: MailboxAccess) -> Outcome:
    """Write the newest message's categories as they are. UNKNOWN where there is no message."""
    outcome, answer = await _probe(client, access, "id,categories")
    if outcome is not Outcome.WORKED:
        return outcome
    message = next(iter(_entries(answer)), None)
    if message is None or not isinstance(message.get("id"), str):
        return Outcome.UNKNOWN
    try:
        await client.patch(
            path("users", access.mailbox, "messages", message["id"]),
            token=access.token,
            mailbox=access.mailbox,
            json={"categories": message.get("categories") or []},
        )
    except GraphAuthFailed:
        return Outcome.REFUSED
    except GraphError as error:
        return _outcome(error)
    return Outcome.WORKED


async def probe_send(client: GraphClient, access: MailboxAccess) -> Outcome:
    """Ask to send a mail to nobody: whoever may send is told that a recipient is missing."""
    try:
        await client.post(
            path("users", access.mailbox, "sendMail"),
            token=access.token,
            mailbox=access.mailbox,
            json={"message": {"toRecipients": []}, "saveToSentItems": False},
        )
    except GraphAuthFailed:
        return Outcome.REFUSED
    except GraphError as error:
        return Outcome.WORKED if error.status == 400 else _outcome(error)
    return Outcome.WORKED


async def probe_internet_headers(client: GraphClient, access: MailboxAccess) -> Outcome:
    """Whether the server tells them: REFUSED where none of the newest messages in the inbox has
    any. UNKNOWN where there is no message yet.
    """
    inbox = path("users", access.mailbox, "mailFolders", "inbox", "messages")
    outcome, answer = await _probe(client, access, "id,internetMessageHeaders", inbox, top=10)
    if outcome is not Outcome.WORKED:
        return outcome
    messages = _entries(answer)
    if not messages:
        return Outcome.UNKNOWN
    told = any(message.get("internetMessageHeaders") for message in messages)
    return Outcome.WORKED if told else Outcome.REFUSED


def _entries(answer: Json) -> list[Json]:
    entries = answer.get("value")
    return [entry for entry in entries or () if isinstance(entry, dict)]


async def _probe(
    client: GraphClient,
    access: MailboxAccess,
    select: str,
    where: str | None = None,
    *,
    top: int = 1,
) -> tuple[Outcome, Json]:
    try:
        answer = await client.get(
            where or path("users", access.mailbox, "messages"),
            token=access.token,
            mailbox=access.mailbox,
            params={"$top": str(top), "$select": select},
        )
    except GraphAuthFailed:
        return Outcome.REFUSED, {}
    except GraphError as error:
        return _outcome(error), {}
    return Outcome.WORKED, answer


def _outcome(error: GraphError) -> Outcome:
    if error.code.lower() in _NO_MAILBOX:
        return Outcome.NO_MAILBOX
    return Outcome.REFUSED if error.status in (403, 404) else Outcome.UNKNOWN
