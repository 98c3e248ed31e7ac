"""What probes say about a grant. No I/O: outcomes in, verdict out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core.graph.probes import Outcome
from core.mailboxes.models import GrantKind

PATIENCE = timedelta(hours=4)
"""After consent. Exchange's role assignments take 30 minutes to 2 hours to hold."""

AGAIN_IN = timedelta(minutes=5)
"""Between two probes of a mailbox that waits."""


class Code(StrEnum):
    NO_CONSENT = "no_consent"
    WAITING = "waiting"
    PASSED = "passed"
    NOT_ENFORCED = "not_enforced"
    """It opens more than was promised: nothing goes on until that is put right."""
    REFUSED = "refused"


class Reason(StrEnum):
    """Why not; each has one way to put it right."""

    NOT_YET = "not_yet"
    NO_ANSWER = "no_answer"
    TOO_LATE = "too_late"
    NO_RIGHTS = "no_rights"
    """The person who signed in may not open the mailbox."""
    NO_MAILBOX = "no_mailbox"
    OTHER_MAILBOXES_OPEN = "other_mailboxes_open"
    """Entra grants the app a mail role tenant-wide: take it off the registration."""
    BODIES_OPEN = "bodies_open"
    """A role or scope that reads bodies is granted: take it back."""
    NO_OTHER_MAILBOX = "no_other_mailbox"
    """Nobody known has a mailbox to be refused: invite somebody who has one."""
    HEADERS_WITHHELD = "headers_withheld"
    """The server does not tell by which headers a machine's mail is known."""
    NOT_TRIED = "not_tried"
    """There was no message to try it on, or no clear answer."""
    NO_MESSAGE = "no_message"
    """The mailbox is empty, so there is no body to be refused: send it a message."""


@dataclass(frozen=True, slots=True)
class Found:
    """Outcomes of one round of probes."""

    headers: Outcome
    """Of the granted mailbox."""
    other: Outcome | None
    """Of somebody's own mailbox; None where nothing was tried."""
    body: Outcome | None
    """Of the granted mailbox."""


@dataclass(frozen=True, slots=True)
class Verdict:
    code: Code
    reason: Reason | None = None
    mailboxes_enforced: bool = False
    content_enforced: bool = False


def judge(kind: GrantKind, found: Found, *, age: timedelta, reads_bodies: bool) -> Verdict:
    """`age` of the consent; `reads_bodies`: somebody said yes to a scope that can."""
    refusal = _headers(kind, found.headers, young=age < PATIENCE)
    if refusal is not None:
        return refusal
    if kind is GrantKind.DELEGATED:
        return _delegated(found.body, reads_bodies)
    if reads_bodies and found.other is Outcome.REFUSED:
        return Verdict(Code.PASSED, mailboxes_enforced=True)
    return _application(found.other, found.body, young=age < PATIENCE)


def _headers(kind: GrantKind, outcome: Outcome, *, young: bool) -> Verdict | None:
    match outcome:
        case Outcome.WORKED:
            return None
        case Outcome.NO_MAILBOX:
            return Verdict(Code.REFUSED, Reason.NO_MAILBOX)
        case Outcome.REFUSED if kind is GrantKind.DELEGATED:
            return Verdict(Code.REFUSED, Reason.NO_RIGHTS)
        case Outcome.UNKNOWN:
            return _later(Reason.NO_ANSWER, Reason.NO_ANSWER, young)
        case _:
            return _later(Reason.NOT_YET, Reason.TOO_LATE, young)


def _delegated(body: Outcome | None, reads_bodies: bool) -> Verdict:
    """A person's token always opens more mailboxes than the one."""
    if reads_bodies:
        return Verdict(Code.PASSED)
    if body is Outcome.WORKED:
        return Verdict(Code.NOT_ENFORCED, Reason.BODIES_OPEN)
    return Verdict(Code.PASSED, content_enforced=body is Outcome.REFUSED)


def _application(other: Outcome | None, body: Outcome | None, *, young: bool) -> Verdict:
    only, headers_only = other is Outcome.REFUSED, body is Outcome.REFUSED
    if only and headers_only:
        return Verdict(Code.PASSED, None, True, True)
    if other is Outcome.WORKED:
        reason = Reason.OTHER_MAILBOXES_OPEN
    elif body is Outcome.WORKED:
        reason = Reason.BODIES_OPEN
    elif other is None or other is Outcome.NO_MAILBOX:
        reason = Reason.NO_OTHER_MAILBOX
    else:
        reason = Reason.NO_MESSAGE if only else Reason.NO_ANSWER
        if young:
            return Verdict(Code.WAITING, reason, only, headers_only)
    return Verdict(Code.NOT_ENFORCED, reason, only, headers_only)


def _later(now: Reason, at_last: Reason, young: bool) -> Verdict:
    return Verdict(Code.WAITING, now) if young else Verdict(Code.REFUSED, at_last)
