"""What the shared mailbox itself holds, to hold the database against."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.mail.mailbox import Mailbox


@dataclass(frozen=True, slots=True)
class Truth:
    messages: int
    """From outside."""
    answers: int
    """In Sent Items."""
    threads: int


def truth(mailbox: Mailbox) -> Truth:
    sent = mailbox.folder("sentitems").number
    answers = sum(one.folder == sent for one in mailbox.messages.values())
    return Truth(len(mailbox.messages) - answers, answers, len(mailbox.by_conversation))
