"""What the probes of one feature say. No I/O: outcomes in, verdict out."""

from __future__ import annotations

from dataclasses import dataclass

from core.graph.probes import Outcome
from core.mailboxes.features import Feature
from core.mailboxes.models import GrantKind
from core.mailboxes.verdicts import Code, Reason, Verdict

_NEEDED = {
    Feature.REPLIES: ("write", "send", "senders_headers"),
    Feature.WRITE_BACK: ("write",),
    Feature.BODIES: ("body",),
}


@dataclass(frozen=True, slots=True)
class FeatureFound:
    """Outcomes of one round; None: not tried."""

    body: Outcome | None = None
    write: Outcome | None = None
    send: Outcome | None = None
    senders_headers: Outcome | None = None
    """WORKED: the server tells the internet headers by which a machine's mail is known."""
    other_headers: Outcome | None = None
    """Of somebody's own mailbox."""
    other_send: Outcome | None = None


def judge_feature(
    kind: GrantKind, feature: Feature, found: FeatureFound, *, young: bool
) -> Verdict:
    """`young`: the rights may not have spread yet."""
    if kind is GrantKind.APPLICATION:
        opened = (found.other_headers, found.other_send)
        if Outcome.WORKED in opened:
            return Verdict(Code.NOT_ENFORCED, Reason.OTHER_MAILBOXES_OPEN)
        if found.other_headers in (None, Outcome.NO_MAILBOX):
            return Verdict(Code.NOT_ENFORCED, Reason.NO_OTHER_MAILBOX)
    outcomes = [getattr(found, name) for name in _NEEDED[feature]]
    if Outcome.REFUSED in outcomes[: 2 if feature is Feature.REPLIES else 1]:
        if kind is GrantKind.DELEGATED:
            return Verdict(Code.REFUSED, Reason.NO_RIGHTS)
        return Verdict(Code.WAITING, Reason.NOT_YET) if young else _late()
    if found.senders_headers is Outcome.REFUSED:
        return Verdict(Code.REFUSED, Reason.HEADERS_WITHHELD)
    if any(outcome is not Outcome.WORKED for outcome in outcomes):
        return Verdict(Code.REFUSED, Reason.NOT_TRIED)
    return Verdict(Code.PASSED, mailboxes_enforced=kind is GrantKind.APPLICATION)


def _late() -> Verdict:
    return Verdict(Code.REFUSED, Reason.TOO_LATE)
