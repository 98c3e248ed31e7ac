"""Whether a mail may be answered automatically (RFC 3834). No I/O: facts in, a code out.

Nothing that a machine wrote is answered, and what cannot be told to be a person's is not
either. A machine that hides what it is still gets no more than one reply a thread, one a day
and, from ever new addresses, THREAD_LIMIT a thread and HOUR_LIMIT an hour of the mailbox.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.mail.models import Automatic

AGAIN_AFTER = timedelta(hours=24)
"""Between two automatic replies of one mailbox to one sender."""
THREAD_LIMIT = 3
"""Automatic replies in one thread, whoever writes there."""
HOUR_LIMIT = 60
"""Automatic replies of one mailbox in an hour, whoever they go to."""
TOO_MANY = "hour_limit"
"""The code of that."""
STALE = timedelta(hours=24)
"""Mail that arrived longer ago is not answered by a machine any more."""

ALWAYS, IN_HOURS, OUT_OF_HOURS = "always", "in_hours", "out_of_hours"
WHEN = (ALWAYS, IN_HOURS, OUT_OF_HOURS)

_MACHINES = {
    Automatic.REPLY: "automatic",
    Automatic.LIST: "list",
    Automatic.BULK: "bulk",
    Automatic.UNKNOWN: "headers_unknown",
}
_NOBODY = re.compile(
    r"""
    .*(no|not|never|dont|don-t)[-_.+]?repl(y|ies).*    # no-reply, do_not_reply, noreply-orders
    | (mailer[-_.]?daemon|postmaster|hostmaster|daemon|root|nobody|abuse)
    | (auto|automatic)[-_.]?(reply|responder|mailer|answer).*
    | (.*[-_.+])?bounces?([-_.+=].*)?                  # bounce+id=…, list-bounces
    | (prvs|srs[01])=.*                                # rewritten envelope senders
    | owner-.* | .*-(owner|request)
    | (list(serv|master|proc)|majordomo|mailman)(-.*)?
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class ReplyFacts:
    """One mail, what its mailbox allows, and what was answered before."""

    consented: bool
    """Automatic replies are allowed in this mailbox."""
    live: bool
    """It arrived while the mailbox was under work: no history, no backlog, and from outside."""
    arrived_at: datetime
    automatic: Automatic
    sender: str | None
    """Its From; None or empty: the null sender, or one that was erased."""
    is_ours: bool
    """The sender is a mailbox or a member of the organization."""
    when: str
    in_hours: bool | None
    """It arrived within business hours; None: not known."""
    same_thread: bool
    """This sender has had an automatic reply in this thread."""
    last_reply_at: datetime | None
    """The last automatic reply of this mailbox to this sender."""
    in_thread: int
    """Automatic replies in this thread, to anybody."""
    in_last_hour: int
    """Automatic replies of this mailbox, to anybody."""


def may_reply(facts: ReplyFacts, now: datetime) -> str | None:
    """None: it may be answered; else the code of why it is not."""
    if not facts.consented:
        return "not_allowed"
    if not facts.live:
        return "not_live"
    if now - facts.arrived_at > STALE:
        return "stale"
    return _about_sender(facts) or _about_time(facts) or _about_earlier(facts, now)


def is_nobody(address: str) -> bool:
    """Whether no person reads there: no-reply, mailer-daemon, bounces, list managers."""
    return _NOBODY.fullmatch(address.rpartition("@")[0].casefold()) is not None


def _about_sender(facts: ReplyFacts) -> str | None:
    if facts.automatic is not Automatic.NONE:
        return _MACHINES[facts.automatic]
    if not facts.sender or "@" not in facts.sender:
        return "no_sender"
    if facts.is_ours:
        return "ourselves"
    return "nobody_reads" if is_nobody(facts.sender) else None


def _about_time(facts: ReplyFacts) -> str | None:
    if facts.when == ALWAYS or facts.in_hours is (facts.when == IN_HOURS):
        return None
    return "other_hours"


def _about_earlier(facts: ReplyFacts, now: datetime) -> str | None:
    if facts.same_thread:
        return "answered_thread"
    if facts.last_reply_at is not None and now - facts.last_reply_at < AGAIN_AFTER:
        return "answered_lately"
    if facts.in_thread >= THREAD_LIMIT:
        return "thread_limit"
    return TOO_MANY if facts.in_last_hour >= HOUR_LIMIT else None
