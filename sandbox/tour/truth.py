"""What the shared mailbox itself holds, to hold the database against."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.mail.mailbox import Mailbox
from sandbox.mail.records import Message


@dataclass(frozen=True, slots=True)
class Truth:
    messages: int
    """From outside."""
    answers: int
    """In Sent Items, or in the mailbox's own name wherever they lie."""
    threads: int


def truth(mailbox: Mailbox) -> Truth:
    sent = mailbox.folder("sentitems").number
    messages = mailbox.messages.values()
    answers = sum(one.folder == sent or _is_own(one, mailbox) for one in messages)
    return Truth(len(mailbox.messages) - answers, answers, len(mailbox.by_conversation))


def _is_own(message: Message, mailbox: Mailbox) -> bool:
    return message.from_ is not None and message.from_.address.lower() == mailbox.address
