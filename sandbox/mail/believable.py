"""A support mailbox's mail, always the same: many people, languages, threads, some automatic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from itertools import count as counting
from itertools import islice

from sandbox.mail.believable_texts import (
    CORRESPONDENTS,
    HEADLINES,
    NEWSLETTERS,
    Correspondents,
)
from sandbox.mail.sources import MemorySource

_NEWEST = datetime(2026, 1, 30, 16, 0, tzinfo=UTC)
"""Any moment will do: a mailbox shifts its source's dates to its own."""
_BETWEEN = timedelta(minutes=211)
TO = Address("Help", "help", "contoso.example")


def believable(count: int = 200) -> MemorySource:
    """`count` messages, oldest first; the first so many of a longer run are the same texts."""
    mails = list(islice(_endless(), count))
    for at, mail in enumerate(mails):
        if mail.is_multipart():
            mail.set_boundary(f"=-part-{at}")
        mail["Date"] = format_datetime(_NEWEST - _BETWEEN * (len(mails) - 1 - at))
    return MemorySource([mail.as_bytes(policy=SMTP) for mail in mails])


def _endless() -> Iterator[EmailMessage]:
    """Threads that overlap: each message of a thread comes some mails after the one before."""
    queue: list[tuple[int, EmailMessage]] = []
    at = 0
    for number in counting(1):
        while queue and queue[0][0] <= at:
            yield queue.pop(0)[1]
            at += 1
        first, *later = _automatic(number) if number % 7 == 0 else _thread(number)
        yield first
        at += 1
        queue += [(at + 3 + 5 * turn, mail) for turn, mail in enumerate(later)]
        queue.sort(key=lambda waiting: waiting[0])


def _thread(number: int) -> list[EmailMessage]:
    """A request, and in two of three threads one to three follow-ups, some by a colleague."""
    group = CORRESPONDENTS[number * 5 % len(CORRESPONDENTS)]
    name, address = group.person(number // 3)
    colleague = group.person(number // 3 + 1)
    subject, text = group.requests[number // 2 % len(group.requests)]
    case = str(48_000 + number * 37)
    first = _mail(group, name, address, subject.replace("{n}", case), text.replace("{n}", case))
    first["Message-ID"] = f"<{case}.1@{address.partition('@')[2]}>"
    if number % 4 == 0:
        _attach(first, number, case)
    mails = [first]
    for turn in range(number * 2 % 3 * (1 + number % 2)):
        writer = colleague if turn == 1 else (name, address)
        mail = _mail(group, *writer, f"Re: {first['Subject']}", group.follow_up)
        before = str(mails[-1]["Message-ID"])
        mail["Message-ID"] = f"<{case}.{turn + 2}@{address.partition('@')[2]}>"
        mail["In-Reply-To"] = before
        mail["References"] = " ".join(str(one["Message-ID"]) for one in mails)
        mails.append(mail)
    return mails


def _mail(group: Correspondents, name: str, address: str, subject: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    user, _, domain = address.partition("@")
    mail["From"] = Address(name, user, domain)
    mail["To"] = TO
    mail["Subject"] = subject
    mail.set_content(f"{text}\n\n{name}\n", charset=group.charset)
    return mail


def _attach(mail: EmailMessage, number: int, case: str) -> None:
    """A picture, or the text once more as HTML."""
    if number % 8 == 0:
        mail.add_attachment(b"\x89PNG\r\n" + bytes(64), "image", "png", filename=f"{case}.png")
    else:
        text = str(mail.get_content()).strip()
        mail.add_alternative(f"<p>{text}</p><p style='color:#888'>{case}</p>", subtype="html")


def _automatic(number: int) -> list[EmailMessage]:
    """In turn a newsletter, an out-of-office reply, a bounce."""
    mail = EmailMessage()
    mail["To"] = TO
    mail["Message-ID"] = f"<auto.{number}@mailer.example>"
    match number // 7 % 3:
        case 0:
            name, address, list_id = NEWSLETTERS[number % len(NEWSLETTERS)]
            user, _, domain = address.partition("@")
            mail["From"] = Address(name, user, domain)
            mail["Subject"] = HEADLINES[number % len(HEADLINES)]
            mail["List-Id"] = f"{name} <{list_id}.{domain}>"
            mail["List-Unsubscribe"] = f"<mailto:unsubscribe@{domain}>"
            mail["Precedence"] = "bulk"
            mail.set_content("You receive this because you subscribed.\n")
        case 1:
            group = CORRESPONDENTS[number % len(CORRESPONDENTS)]
            name, address = group.person(number)
            user, _, domain = address.partition("@")
            mail["From"] = Address(name, user, domain)
            mail["Subject"] = "Automatic reply: your order"
            mail["Auto-Submitted"] = "auto-replied"
            mail["X-Auto-Response-Suppress"] = "All"
            mail.set_content("I am out of the office until Monday.\n")
        case _:
            mail["From"] = Address("Mail Delivery System", "mailer-daemon", "mx.example")
            mail["Return-Path"] = "<>"
            mail["Subject"] = "Undelivered Mail Returned to Sender"
            mail["Auto-Submitted"] = "auto-replied"
            mail.set_content("550 5.1.1 The recipient's address is unknown.\n")
    return [mail]
