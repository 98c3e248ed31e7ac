"""Fill a mailbox before anyone looks: the source's backlog, and answers from Sent Items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sandbox.mail.arrivals import arrival_times
from sandbox.mail.composing import reply_subject
from sandbox.mail.conversations import group_conversations
from sandbox.mail.folders import WELL_KNOWN
from sandbox.mail.mailbox import Mailbox
from sandbox.mail.records import Address, Headers, Message
from sandbox.mail.sources import Source
from sandbox.tenant import User

INBOX = WELL_KNOWN["inbox"][0]
SENT = WELL_KNOWN["sentitems"][0]
FIRST_ANSWER = 1 << 24
"""Answers have numbers of their own, between the source's and those made later."""
UNREAD_FOR = timedelta(days=3)
"""Older backlog counts as read."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of a source's messages. `skipped` counts by the kind of reason."""

    loaded: int
    held_back: int
    skipped: Counter[str]


@dataclass(frozen=True, slots=True)
class HeldMail:
    """A message of the source that has not arrived yet."""

    number: int
    conversation: int
    depth: int
    headers: Headers


def fill_from(
    mailbox: Mailbox, source: Source, held_back: int, newest_at: datetime
) -> list[HeldMail]:
    """Put all but the last `held_back` messages into the inbox; return those, oldest first."""
    mailbox.take_source(source)
    everything = list(_shared(source.headers()))
    roots, depths = group_conversations(everything)
    count = max(0, len(everything) - held_back)
    arrivals = arrival_times([one.date for one in everything[:count]], newest_at)
    mailbox.fill(
        received(mailbox, HeldMail(at + 1, roots[at] + 1, depths[at], everything[at]), arrivals[at])
        for at in range(count)
    )
    for message in mailbox.messages.values():
        message.is_read = message.received_at < newest_at - UNREAD_FOR
    mailbox.folders[INBOX].unread = sum(not one.is_read for one in mailbox.messages.values())
    return [
        HeldMail(at + 1, roots[at] + 1, depths[at], everything[at])
        for at in range(count, len(everything))
    ]


def received(mailbox: Mailbox, mail: HeldMail, at: datetime) -> Message:
    """A message of the source as it lies in the inbox, having arrived at `at`."""
    headers = mail.headers
    domain = mailbox.address.partition("@")[2]
    made_up = f"<{mailbox.key.hex()[:12]}.{mail.number}@{domain}>"
    return Message(
        number=mail.number,
        folder=INBOX,
        generation=0,
        version=0,
        conversation=mail.conversation,
        depth=mail.depth,
        internet_message_id=headers.message_id or made_up,
        references=headers.references,
        subject=headers.subject,
        from_=headers.from_,
        sender=headers.sender,
        to=headers.to,
        cc=headers.cc,
        bcc=headers.bcc,
        reply_to=headers.reply_to,
        created_at=at,
        sent_at=at,
        received_at=at,
        modified_at=at,
        importance=headers.importance,
        has_attachments=headers.has_attachments,
    )


def answer_third(mailbox: Mailbox, members: Sequence[User], until: datetime) -> int:
    """Every third thread gets an answer in Sent Items, by the members in turn.

    `sender` is the member, `from` the mailbox. No answer is later than `until`. Returns how
    many there are.
    """
    threads = sorted(mailbox.by_conversation)[::3]
    answers = [
        _answer(mailbox, thread, members[turn % len(members)], until)
        for turn, thread in enumerate(threads)
    ]
    mailbox.fill(answers)
    return len(answers)


def _answer(mailbox: Mailbox, thread: int, member: User, until: datetime) -> Message:
    numbers = mailbox.by_conversation[thread]
    last = max((mailbox.messages[one] for one in numbers), key=lambda one: one.received_at)
    at = min(last.received_at + timedelta(minutes=20 + thread * 7 % 600), until)
    at = max(at, last.received_at)
    to = last.reply_to or ((last.from_,) if last.from_ else ())
    return Message(
        number=FIRST_ANSWER + thread,
        folder=SENT,
        generation=0,
        version=0,
        conversation=thread,
        depth=len(numbers),
        internet_message_id=f"<answer-{thread}.{mailbox.key.hex()[:12]}@{member.email.partition('@')[2]}>",
        references=(*last.references, last.internet_message_id),
        subject=reply_subject(last.subject),
        from_=Address(mailbox.name, mailbox.address),
        sender=Address(member.name, member.email),
        to=to,
        cc=(),
        bcc=(),
        reply_to=(),
        created_at=at,
        sent_at=at,
        received_at=at,
        modified_at=at,
        is_read=True,
    )


def _shared(headers: Iterable[Headers]) -> Iterator[Headers]:
    """The same headers with equal addresses being one object, to save memory."""
    known: dict[Address, Address] = {}

    def one(address: Address | None) -> Address | None:
        return known.setdefault(address, address) if address else None

    for found in headers:
        yield replace(found, from_=one(found.from_), sender=one(found.sender))
