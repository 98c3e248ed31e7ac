"""Trying what a feature needs: in the mailbox itself, and that others stay closed."""

from __future__ import annotations

from dataclasses import replace

from core.errors import GraphAuthFailed, GraphError
from core.graph.access import MailboxAccess
from core.graph.probes import Outcome
from core.mailboxes.feature_verdicts import FeatureFound
from core.mailboxes.features import Feature
from core.mailboxes.ports import Probes


async def try_feature(
    probes: Probes, feature: Feature, access: MailboxAccess, others: list[str]
) -> FeatureFound:
    """`others` are Entra ids of people whose own mailboxes must stay closed; none for a
    person's token, which opens theirs in any case.
    """
    try:
        return await _try(probes, feature, access, others)
    except GraphAuthFailed:
        refused = Outcome.REFUSED
        return FeatureFound(refused, refused, refused, None, refused)
    except GraphError:
        return FeatureFound(other_headers=Outcome.UNKNOWN)


async def _try(
    probes: Probes, feature: Feature, access: MailboxAccess, others: list[str]
) -> FeatureFound:
    other_headers, other_send = await _try_others(probes, feature, access, others)
    if feature is Feature.BODIES:
        return FeatureFound(body=await probes.body(access), other_headers=other_headers)
    write = await probes.write(access)
    if feature is Feature.WRITE_BACK:
        return FeatureFound(write=write, other_headers=other_headers)
    return FeatureFound(
        write=write,
        send=await probes.send(access),
        senders_headers=await probes.internet_headers(access),
        other_headers=other_headers,
        other_send=other_send,
    )


async def _try_others(
    probes: Probes, feature: Feature, access: MailboxAccess, others: list[str]
) -> tuple[Outcome | None, Outcome | None]:
    """The first of them who has a mailbox."""
    headers = None
    for entra_id in others:
        theirs = replace(access, mailbox=entra_id)
        headers = await probes.headers(theirs)
        if headers is not Outcome.NO_MAILBOX:
            send = await probes.send(theirs) if feature is Feature.REPLIES else None
            return headers, send
    return headers, None
