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


async def _probe(client: GraphClient, access: MailboxAccess, select: str) -> tuple[Outcome, Json]:
    try:
        answer = await client.get(
            path("users", access.mailbox, "messages"),
            token=access.token,
            mailbox=access.mailbox,
            params={"$top": "1", "$select": select},
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
